using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Serving;
using AccelSim.Models;
using AccelSim.Traces;

namespace AccelSim.Inference.Capture;

/// <summary>Records what an engine runs into a trace of operators.</summary>
/// <remarks>
/// While a step runs, times are put into memory; a thread of its own turns them into text. It is
/// woken for many short steps together: where kernels want every core, each waking costs more than
/// the writing. What was written so far is whole steps whenever the run ends.
/// </remarks>
public sealed class TraceCapture : IOperatorObserver, IServingObserver, IDisposable
{
    private const int MostWaiting = 64, MostTogether = 64;
    private const long LongestTogether = 250_000_000;
    private readonly TraceWriter _writer;

    // The graph's own objects: nothing of what is in them is looked at.
    private readonly Dictionary<object, int> _names;

    // A step has the operators of the one before, mostly: no need to look them up.
    private readonly List<(OperatorTemplate Operation, int Name)> _order = [];

    // Lists that are written come back: memory that is never given up need not be collected.
    private readonly ConcurrentBag<List<TraceOperator>> _free = [];
    private readonly BlockingCollection<List<TraceStep>> _steps = new(MostWaiting);
    private List<TraceStep> _together = [];
    private readonly Thread _thread;
    private List<TraceOperator> _operators = [];
    private List<TraceArrival> _arrivals = [];
    private Exception? _failure;
    private long _idle;
    private long? _zero;
    private int _count;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="header">Its names are those of <paramref name="graph"/>, in order.</param>
    /// <param name="config">The model's own file.</param>
    /// <param name="graph">What the engine runs.</param>
    /// <param name="draft">What a draft runs, whose names come after; null: there is none.</param>
    public TraceCapture(
        string path, TraceHeader header, string config, OperatorGraph graph,
        OperatorGraph? draft = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _names = Numbered(graph, 0);
        Draft = new DraftObserver(this, draft is null ? [] : Numbered(draft, _names.Count));
        _writer = new TraceWriter(path, header, config);
        _thread = new Thread(Write) { IsBackground = true, Name = "trace" };
        _thread.Start();
    }

    /// <summary>Steps recorded.</summary>
    public int Steps => _count;

    /// <summary>Operators recorded.</summary>
    public long Operators { get; private set; }

    /// <summary>Is to be told what the draft runs.</summary>
    public IOperatorObserver Draft { get; }

    /// <inheritdoc/>
    public void OperatorRan(
        OperatorTemplate operation, int layer, in StepShape step, long start, long end)
    {
        var at = _operators.Count;
        if (at == _order.Count) _order.Add((operation, _names[operation]));
        else if (_order[at].Operation != operation) _order[at] = (operation, _names[operation]);
        _operators.Add(new(_order[at].Name, layer, start, end, 0));
    }

    /// <inheritdoc/>
    public void Arrived(int request, long time, int promptTokens)
    {
        _zero ??= time;
        _arrivals.Add(new(request, time - _zero.Value, promptTokens));
    }

    /// <inheritdoc/>
    public void Waited(long nanoseconds) => _idle += nanoseconds;

    /// <inheritdoc/>
    public void Stepped(
        long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
        IReadOnlyList<int> gained)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(gained);
        if (_failure is { } failure) throw new IOException(failure.Message, failure);
        var zero = _zero ??= start;
        List<TraceChunk> prefill = [], decode = [];
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            (entry.IsPrompt ? prefill : decode).Add(new(
                requests[i], entry.Position, entry.Tokens.Count, gained[i] > 0)
            {
                More = Math.Max(0, gained[i] - 1),
            });
        }
        Operators += _operators.Count;
        _together.Add(new TraceStep
        {
            Index = _count++,
            Start = start - zero,
            End = end - zero,
            Idle = _idle,
            Arrivals = _arrivals,
            Prefill = prefill,
            Decode = decode,
            Operators = _operators,
        });
        if (_together.Count >= MostTogether
            || end - zero - _together[0].Start >= LongestTogether)
        {
            HandOver();
        }
        _operators = _free.TryTake(out var free) ? free : new(_operators.Count);
        _arrivals = [];
        _idle = 0;
    }

    /// <inheritdoc/>
    /// <remarks>Nothing is gained by it; of prompts one row of logits is wanted.</remarks>
    public void Proposed(
        long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
        bool isOther, EngineModel model, IReadOnlySet<int> skipped)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Stepped(
            start, end, requests, entries, [.. entries.Select(entry => entry.IsPrompt ? 1 : 0)]);
    }

    /// <summary>Writes what is left and closes the file.</summary>
    public void Dispose()
    {
        HandOver();
        _steps.CompleteAdding();
        _thread.Join();
        _writer.Dispose();
        _steps.Dispose();
    }

    private static Dictionary<object, int> Numbered(OperatorGraph graph, int first)
    {
        var names = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        foreach (var template in graph.Stages[0]) names[template] = first + names.Count;
        return names;
    }

    /// <summary>Times become those since the trace's zero here, off the engine's thread.</summary>
    private void WriteStep(TraceStep step)
    {
        var operators = (List<TraceOperator>)step.Operators;
        var zero = _zero!.Value;
        foreach (ref var one in CollectionsMarshal.AsSpan(operators))
            one = one with { Start = one.Start - zero, End = one.End - zero };
        _writer.Write(step);
        operators.Clear();
        _free.Add(operators);
    }

    private void HandOver()
    {
        if (_together.Count == 0) return;
        _steps.Add(_together);
        _together = new List<TraceStep>(MostTogether);
    }

    private void Write()
    {
        try
        {
            foreach (var together in _steps.GetConsumingEnumerable())
            {
                foreach (var step in together) WriteStep(step);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Told by the next step, on the thread that can do something about it.
            _failure = e;
            foreach (var _ in _steps.GetConsumingEnumerable())
            {
                // Nobody waits for a full queue.
            }
        }
    }

    /// <summary>A draft may have operators that are equal to the model's.</summary>
    private sealed class DraftObserver(
        TraceCapture capture, Dictionary<object, int> names) : IOperatorObserver
    {
        public void OperatorRan(
            OperatorTemplate operation, int layer, in StepShape step, long start, long end) =>
            capture._operators.Add(new(names[operation], layer, start, end, 0));
    }
}
