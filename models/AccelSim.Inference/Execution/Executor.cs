using System.Diagnostics;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>Runs steps of a model: any mix of prompt chunks and decoding sequences.</summary>
/// <remarks>
/// Walks the operators of the graph in order. What is in a step, and which blocks belong to whom,
/// its caller decides.
/// </remarks>
public sealed class Executor : IDisposable
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
        _pages =
        [
            .. model.Shape.Layers.Select(layer => (AttentionShape)layer.Mixer).Select(shape =>
                new KvPages(blocks, blockSize, shape.KvHeads, shape.HeadDim, model.Formats.Kv)),
        ];
        _state = new StepState(model, pool, _pages);
    }

    /// <summary>Told of every operator; null: nobody.</summary>
    public IOperatorObserver? Observer { get; set; }

    /// <summary>The model.</summary>
    public EngineModel Model => _model;

    /// <summary>Memory of the cache.</summary>
    public long KvBytes => _pages.Sum(pages => pages.Bytes);

    /// <summary>Runs a step.</summary>
    /// <param name="entries">What goes in.</param>
    /// <param name="skipped">Layers left out; null: none.</param>
    /// <returns>
    /// The token chosen for each entry, −1 where none was wanted; valid until the next step.
    /// </returns>
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

    /// <summary>Moves the cache of a token to an earlier place of its sequence.</summary>
    /// <param name="blocks">The sequence's blocks.</param>
    /// <param name="from">Where it is, tokens from the sequence's start.</param>
    /// <param name="to">Where it goes; what is there is lost.</param>
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

    /// <summary>The last step's row of logits that comes after so many others.</summary>
    /// <remarks>A sampler with a temperature has changed them.</remarks>
    public ReadOnlySpan<float> Logits(int index) => _state.Logits[index];

    /// <summary>The shape of the last step.</summary>
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
