using System.Diagnostics;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>Runs steps of a model on the processor.</summary>
public sealed class Executor : IExecutor
{
    private readonly EngineModel _model;
    private readonly KvPages[] _pages;
    private readonly StepState _state;

    /// <summary>Takes memory for the cache.</summary>
    /// <param name="model">The model; not disposed of.</param>
    /// <param name="pool">Threads; not disposed of.</param>
    /// <param name="blocks">KV blocks.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    public Executor(EngineModel model, CpuPool pool, int blocks, int blockSize)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        HostMemory.Refuse(
            (double)blocks * blockSize * model.Graph.KvBytesPerToken(0).Value,
            $"{blocks:N0} KV blocks of {blockSize} tokens");
        _pages =
        [
            .. model.Shape.Layers.Select(layer => (AttentionShape)layer.Mixer).Select(shape =>
                new KvPages(
                    blocks, blockSize, shape.KvHeads, shape.HeadDim, model.Formats.Kv,
                    model.Formats.KvScheme)),
        ];
        _state = new StepState(model, pool, _pages);
    }

    /// <inheritdoc/>
    public IOperatorObserver? Observer { get; set; }

    /// <inheritdoc/>
    public EngineModel Model => _model;

    /// <inheritdoc/>
    public long KvBytes => _pages.Sum(pages => pages.Bytes);

    /// <inheritdoc/>
    public IReadOnlyList<int> Step(
        IReadOnlyList<StepEntry> entries, IReadOnlySet<int>? skipped = null)
    {
        _state.Start(entries);
        if (_state.Rows == 0) return _state.Chosen;
        if (Observer is { } observer)
        {
            var shape = _state.Shape;
            foreach (var operation in _model.Operators)
            {
                if (skipped?.Contains(operation.Layer) == true) continue;
                var start = Now();
                operation.Handler!(_state);
                observer.OperatorRan(
                    operation.Template, operation.Layer, shape, start, Now());
            }
            return _state.Chosen;
        }
        foreach (var operation in _model.Operators)
        {
            if (skipped?.Contains(operation.Layer) != true) operation.Handler!(_state);
        }
        return _state.Chosen;
    }

    /// <inheritdoc/>
    public void Move(IReadOnlyList<int> blocks, int from, int to)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        foreach (var pages in _pages) pages.Copy(Slot(from), Slot(to));

        long Slot(int position)
        {
            var size = _pages[0].BlockSize;
            return (long)blocks[position / size] * size + position % size;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Logits(int index) => _state.Logits[index];

    /// <inheritdoc/>
    public StepShape Shape => _state.Shape;

    /// <summary>Nanoseconds on the engine's clock.</summary>
    public static long Now() =>
        (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        foreach (var pages in _pages) pages.Dispose();
    }
}
