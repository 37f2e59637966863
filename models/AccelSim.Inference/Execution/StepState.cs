using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>What operators of a step hand on to each other.</summary>
internal sealed unsafe class StepState : IDisposable
{
    private readonly double[] _frequencies;

    public StepState(EngineModel model, CpuPool pool, IReadOnlyList<KvPages> pages)
    {
        Model = model;
        Pool = pool;
        Pages = pages;
        var attention = model.Shape.Layers[0].Mixer as AttentionShape;
        _frequencies = attention is { Rotary: true }
            ? model.Numerics.Frequencies(attention.HeadDim)
            : [];
    }

    public EngineModel Model { get; }

    public CpuPool Pool { get; }

    /// <summary>The cache of each layer.</summary>
    public IReadOnlyList<KvPages> Pages { get; }

    public StepShape Shape { get; private set; }

    public IReadOnlyList<StepEntry> Entries { get; private set; } = [];

    /// <summary>Rows of all entries.</summary>
    public int Rows { get; private set; }

    /// <summary>For each row: its token, position and slot of the cache.</summary>
    public List<(int Token, int Position, long Slot)> Tokens { get; } = [];

    public List<AttentionSpan> Prompts { get; } = [];

    public List<AttentionSpan> Decodes { get; } = [];

    /// <summary>Rows whose logits are wanted, and who wants them.</summary>
    public List<(int Row, int Entry)> Sampled { get; } = [];

    /// <summary>The token chosen for each entry, −1 where none was wanted.</summary>
    public List<int> Chosen { get; } = [];

    public float[] Cosines { get; private set; } = [];

    public float[] Sines { get; private set; } = [];

    public int Pairs => _frequencies.Length;

    /// <summary>The residual stream.</summary>
    public Slot Stream { get; } = new();

    /// <summary>What the next norm adds to the stream.</summary>
    public Slot Delta { get; } = new();

    public bool HasDelta { get; set; }

    public Slot Normed { get; } = new();

    public Slot Qkv { get; } = new();

    public Slot Attended { get; } = new();

    public Slot Up { get; } = new();

    public Slot Inner { get; } = new();

    public Slot Head { get; } = new();

    public Slot Logits { get; } = new();

    public ExpertRows Experts { get; } = new();

    public void Start(IReadOnlyList<StepEntry> entries)
    {
        Entries = entries;
        Shape = StepShapes.Of(entries, Model.Shape.Window);
        HasDelta = false;
        Tokens.Clear();
        Prompts.Clear();
        Decodes.Clear();
        Sampled.Clear();
        Chosen.Clear();
        for (var e = 0; e < entries.Count; e++) Take(entries[e], e);
        Rows = Tokens.Count;
        Turn();
    }

    private void Take(StepEntry entry, int index)
    {
        if (entry.Parents is not null && Model.Shape.Window > 0)
            throw new ArgumentException("Windows count tokens of a sequence, not of a tree.");
        var span = new AttentionSpan(
            Tokens.Count, entry.Tokens.Count, entry.Position, entry.Blocks, entry.Parents);
        (entry.IsPrompt ? Prompts : Decodes).Add(span);
        var size = Pages[0].BlockSize;
        for (var i = 0; i < entry.Tokens.Count; i++)
        {
            var place = entry.Position + i;
            var slot = (long)entry.Blocks[place / size] * size + place % size;
            // Tokens of a tree stand where they would in their own branch.
            var position = entry.Parents is { } parents && parents[i] >= 0
                ? Tokens[span.Row + parents[i]].Position + 1
                : place;
            Tokens.Add((entry.Tokens[i], position, slot));
        }
        Chosen.Add(-1);
        for (var row = Tokens.Count - entry.Scored; row < Tokens.Count; row++)
            Sampled.Add((row, index));
    }

    /// <summary>Cosines and sines of all rows, once for all layers.</summary>
    private void Turn()
    {
        var needed = Rows * Pairs;
        var factor = Model.Numerics.RopeScaling?.AttentionFactor ?? 1;
        if (Cosines.Length < needed)
        {
            Cosines = new float[needed];
            Sines = new float[needed];
        }
        for (var row = 0; row < Rows; row++)
        {
            for (var pair = 0; pair < Pairs; pair++)
            {
                var (sine, cosine) = Math.SinCos(Tokens[row].Position * _frequencies[pair]);
                Cosines[row * Pairs + pair] = (float)(cosine * factor);
                Sines[row * Pairs + pair] = (float)(sine * factor);
            }
        }
    }

    public void Dispose()
    {
        Slot[] slots = [Stream, Delta, Normed, Qkv, Attended, Up, Inner, Head, Logits];
        foreach (var slot in slots) slot.Dispose();
        Experts.Dispose();
    }
}

/// <summary>Rows of numbers that one operator writes and others read.</summary>
internal sealed unsafe class Slot : IDisposable
{
    private NativeBuffer? _buffer;

    /// <summary>Numbers of a row.</summary>
    public int Width { get; private set; }

    /// <summary>The first row.</summary>
    public float* Data => _buffer!.Floats;

    /// <summary>Room for so many rows; what was there is lost.</summary>
    public float* Take(int rows, int width)
    {
        Width = width;
        var bytes = (long)rows * width * sizeof(float);
        if (_buffer is null || _buffer.Bytes < bytes)
        {
            _buffer?.Dispose();
            _buffer = new NativeBuffer(bytes);
        }
        return Data;
    }

    /// <summary>One row.</summary>
    public Span<float> this[int row] => new(Data + (long)row * Width, Width);

    public void Dispose() => _buffer?.Dispose();
}

/// <summary>Rows that go to experts, those of an expert one after the other.</summary>
internal sealed class ExpertRows : IDisposable
{
    /// <summary>Scores of all experts for each token.</summary>
    public Slot Scores { get; } = new();

    /// <summary>First row of each expert, and the end.</summary>
    public int[] Starts { get; set; } = [];

    /// <summary>The token of each row.</summary>
    public int[] Tokens { get; set; } = [];

    /// <summary>The rows of each token, one choice after the other.</summary>
    public int[] Places { get; set; } = [];

    /// <summary>What each choice of each token counts.</summary>
    public float[] Weights { get; set; } = [];

    public Slot Input { get; } = new();

    public Slot Up { get; } = new();

    public Slot Inner { get; } = new();

    public Slot Output { get; } = new();

    /// <summary>What the shared experts make of each token.</summary>
    public Slot Shared { get; } = new();

    public Slot SharedGate { get; } = new();

    public void Dispose()
    {
        Slot[] slots = [Scores, Input, Up, Inner, Output, Shared, SharedGate];
        foreach (var slot in slots) slot.Dispose();
    }
}
