using AccelSim.Inference.Kernels;
using AccelSim.Inference.Measuring;
using AccelSim.Models;
using AccelSim.Traces;

namespace AccelSim.Inference.Execution;

/// <summary>Runs steps of a model: any mix of prompt chunks and decoding sequences.</summary>
/// <remarks>
/// Walks the operators of the graph in order, wherever it keeps weights and cache. What is in a
/// step, and which blocks belong to whom, its caller decides.
/// </remarks>
public interface IExecutor : IDisposable
{
    /// <summary>Told of every operator; null: nobody.</summary>
    IOperatorObserver? Observer { get; set; }

    /// <summary>The model.</summary>
    EngineModel Model { get; }

    /// <summary>Memory of the cache, in bytes.</summary>
    long KvBytes { get; }

    /// <summary>The shape of the last step.</summary>
    StepShape Shape { get; }

    /// <summary>Runs a step.</summary>
    /// <param name="entries">What goes in.</param>
    /// <param name="skipped">Layers left out; null: none.</param>
    /// <returns>
    /// The token chosen for each entry, −1 where none was wanted; valid until the next step.
    /// </returns>
    IReadOnlyList<int> Step(
        IReadOnlyList<StepEntry> entries, IReadOnlySet<int>? skipped = null);

    /// <summary>Moves the cache of a token to an earlier place of its sequence.</summary>
    /// <param name="blocks">The sequence's blocks.</param>
    /// <param name="from">Where it is, tokens from the sequence's start.</param>
    /// <param name="to">Where it goes; what is there is lost.</param>
    void Move(IReadOnlyList<int> blocks, int from, int to);

    /// <summary>The last step's row of logits that comes after so many others.</summary>
    /// <remarks>A sampler with a temperature has changed them.</remarks>
    ReadOnlySpan<float> Logits(int index);
}

/// <summary>A device that models can be run on.</summary>
public interface IBackend : IDisposable
{
    /// <summary>What <c>--backend</c> calls it: <c>cpu</c> or <c>gpu</c>.</summary>
    string Name { get; }

    /// <summary>The device as it was found, for headers of traces.</summary>
    TraceDevice Device { get; }

    /// <summary>What stands beside measurements: the device in a few words.</summary>
    string Words { get; }

    /// <summary>Brings a model there and takes memory for its cache.</summary>
    /// <param name="model">The model, in main memory; not disposed of.</param>
    /// <param name="blocks">KV blocks.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <exception cref="Configuration.ConfigException">The device cannot run it.</exception>
    IExecutor Open(EngineModel model, int blocks, int blockSize);

    /// <summary>The formats that it computes in, beside those that numbers are kept in.</summary>
    /// <param name="model">What runs.</param>
    FormatPlan Formats(EngineModel model);

    /// <summary>What the device does at best, measured now.</summary>
    MachineLimits Measure();

    /// <summary>Rates by size and format, and what starting work costs, measured now.</summary>
    DeviceSurvey Survey();

    /// <summary>Sizes of steps that it is swept with.</summary>
    SweepSizes Sweep { get; }
}

/// <summary>Finds devices of one kind.</summary>
public interface IBackendProvider
{
    /// <summary>All that it knows of, those that cannot run anything with the reason.</summary>
    IReadOnlyList<FoundDevice> Find();

    /// <summary>Opens the device that suits best.</summary>
    /// <exception cref="Configuration.ConfigException">There is none.</exception>
    IBackend Open();
}

/// <summary>A device, or a kind of device that is missing here.</summary>
/// <param name="Kind">Such as <c>cuda</c>.</param>
/// <param name="Runs">Whether models can be run on it.</param>
/// <param name="Words">What it is, or why it does not run.</param>
public sealed record FoundDevice(string Kind, bool Runs, string Words);

/// <summary>The processor, which is always there.</summary>
/// <param name="pool">Threads; not disposed of.</param>
public sealed class CpuBackend(CpuPool pool) : IBackend
{
    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public TraceDevice Device => Capture.CaptureHeader.Processor(pool.Workers);

    /// <inheritdoc/>
    public string Words => pool.Workers == 1
        ? "1 thread of this machine"
        : $"{pool.Workers} threads of this machine";

    /// <inheritdoc/>
    public IExecutor Open(EngineModel model, int blocks, int blockSize) =>
        new Executor(model, pool, blocks, blockSize);

    /// <inheritdoc/>
    public FormatPlan Formats(EngineModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Graph.Formats;
    }

    /// <inheritdoc/>
    public MachineLimits Measure() => MachineLimits.Measure(pool);

    /// <inheritdoc/>
    public DeviceSurvey Survey() => CpuSurvey.Measure(pool);

    /// <inheritdoc/>
    public SweepSizes Sweep => SweepSizes.Processor;

    /// <inheritdoc/>
    public void Dispose()
    {
        // The threads are their owner's.
    }
}
