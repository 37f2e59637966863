using AccelSim.Inference.Execution;
using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Models;
using ILGPU;

namespace AccelSim.Inference.Ilgpu;

/// <summary>What a step is made of, as integers on the device.</summary>
/// <param name="device">The device.</param>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="places">Places of a sequence that tables on the device know.</param>
internal sealed class StepFacts(GpuDevice device, int blockSize, int places = int.MaxValue)
    : IDisposable
{
    private readonly DeviceSlot<int> _slot = new(device);
    private readonly List<int> _rows = [];
    private readonly List<int> _tables = [];
    private readonly List<int> _prompts = [];
    private readonly List<int> _decodes = [];
    private readonly List<int> _sampled = [];
    private readonly List<int> _tiles = [];

    /// <summary>Rows of all entries.</summary>
    public int Rows => _rows.Count / RowFacts.Stride;

    /// <summary>Rows of prompts.</summary>
    public int Prompts => _prompts.Count;

    /// <summary>Rows of decoding sequences.</summary>
    public int Decodes => _decodes.Count;

    /// <summary>Rows whose logits are wanted.</summary>
    public int Sampled => _sampled.Count;

    /// <summary>Most keys that a row of decoding sequences sees.</summary>
    public int MostKeys { get; private set; }

    /// <summary>The last row of logits of each entry; −1 where there is none.</summary>
    public List<int> LastSampled { get; } = [];

    /// <summary>A <see cref="RowFacts"/> of each row.</summary>
    public ArrayView<int> Facts => _slot.View.SubView(0, _rows.Count);

    /// <summary>Blocks of all entries.</summary>
    public ArrayView<int> Tables => Part(_rows.Count, _tables.Count);

    /// <summary>Which rows are of prompts.</summary>
    public ArrayView<int> PromptRows => Part(_rows.Count + _tables.Count, Prompts);

    /// <summary>Which rows are of decoding sequences.</summary>
    public ArrayView<int> DecodeRows => Part(_rows.Count + _tables.Count + Prompts, Decodes);

    /// <summary>Tiles of prompts' rows; 0 where a prompt is a tree.</summary>
    public int Tiles => _tiles.Count / 2;

    /// <summary>First row and number of rows of each tile.</summary>
    public ArrayView<int> TileRows =>
        Part(_rows.Count + _tables.Count + Prompts + Decodes + Sampled, _tiles.Count);

    /// <summary>Which rows' logits are wanted.</summary>
    public ArrayView<int> SampledRows =>
        Part(_rows.Count + _tables.Count + Prompts + Decodes, Sampled);

    /// <summary>Brings a step to the device.</summary>
    public void Start(IReadOnlyList<StepEntry> entries, int window)
    {
        foreach (var list in new[] { _rows, _tables, _prompts, _decodes, _sampled, _tiles })
            list.Clear();
        LastSampled.Clear();
        MostKeys = 0;
        foreach (var entry in entries) Take(entry, window);
        if (entries.Any(entry => entry is { IsPrompt: true, Parents: not null })) _tiles.Clear();
        if (Rows == 0) return;
        _slot.Fill([.. _rows, .. _tables, .. _prompts, .. _decodes, .. _sampled, .. _tiles]);
    }

    public void Dispose() => _slot.Dispose();

    private void Take(StepEntry entry, int window)
    {
        if (entry.Parents is not null && window > 0)
            throw new ArgumentException("Windows count tokens of a sequence, not of a tree.");
        if (entry.Parents is not null && entry.Tokens.Count > Limits.TreeTokens)
            throw new ArgumentException($"A tree has at most {Limits.TreeTokens} tokens here.");
        var (first, table) = (Rows, _tables.Count);
        var count = entry.Tokens.Count;
        if (entry.Position + (long)count > places)
            throw new ArgumentException($"A sequence has at most {places} tokens here.");
        var blocks = (entry.Position + count + blockSize - 1) / blockSize;
        for (var i = 0; i < blocks; i++) _tables.Add(entry.Blocks[i]);
        var masks = new ulong[entry.Parents is null ? 0 : count];
        for (var i = 0; i < count; i++)
        {
            var place = entry.Position + i;
            var position = place;
            if (entry.Parents is { } parents)
            {
                masks[i] = 1UL << i | (parents[i] >= 0 ? masks[parents[i]] : 0);
                if (parents[i] >= 0) position = Fact(first + parents[i], RowFacts.Position) + 1;
            }
            (entry.IsPrompt ? _prompts : _decodes).Add(first + i);
            var mask = masks.Length > 0 ? masks[i] : 0;
            _rows.AddRange(
            [
                entry.Tokens[i], position,
                entry.Blocks[place / blockSize] * blockSize + place % blockSize, place, table,
                masks.Length > 0 ? entry.Position : int.MaxValue,
                (int)(uint)mask, (int)(uint)(mask >> 32),
            ]);
            if (!entry.IsPrompt) MostKeys = Math.Max(MostKeys, place + 1);
        }
        for (var i = count - entry.Scored; i < count; i++) _sampled.Add(first + i);
        for (var i = 0; entry.IsPrompt && i < count; i += FlashKernel.Rows)
            _tiles.AddRange([first + i, Math.Min(FlashKernel.Rows, count - i)]);
        LastSampled.Add(entry.Scored > 0 ? _sampled.Count - 1 : -1);
    }

    private int Fact(int row, int fact) => _rows[row * RowFacts.Stride + fact];

    private ArrayView<int> Part(int from, int count) =>
        count == 0 ? device.NoIntegers.View.BaseView : _slot.View.SubView(from, count);
}
