using System.Globalization;
using AccelSim.Models;
using AccelSim.Validation;

namespace AccelSim.Traces;

/// <summary>A trace beside its replay: by operator, shape and phase, and as a whole.</summary>
public sealed class TraceComparison(TraceHeader header, TraceReplay replay)
{
    private readonly Dictionary<(string Name, string Phase, string Shape), Cell> _cells = [];
    private readonly Dictionary<string, Cell> _kinds = [];
    private readonly TraceRequests _measured = new(), _predicted = new();
    private readonly List<double> _steps = [];

    // What a step's operators of one name have in common, whatever their layer.
    private readonly (int Step, Cell Shape, Cell Kind)[] _known =
        new (int Step, Cell Shape, Cell Kind)[header.Operators.Count];

    /// <summary>Steps so far.</summary>
    public int Steps => _steps.Count;

    /// <summary>Operators so far.</summary>
    public long Operators { get; private set; }

    /// <summary>Requests as they were served.</summary>
    public TraceRequests Measured => _measured;

    /// <summary>Requests as they would have been.</summary>
    public TraceRequests Predicted => _predicted;

    /// <summary>Time of all steps, measured and predicted, in seconds.</summary>
    public (double Measured, double Predicted) Busy { get; private set; }

    /// <summary>Errors of all operators together; null without any.</summary>
    public ErrorSummary? Overall => _kinds.Count == 0
        ? null
        : ErrorSummary.Of([.. _kinds.Values.SelectMany(cell => cell.Errors)]);

    /// <summary>Errors of whole steps; null without any.</summary>
    public ErrorSummary? OfSteps => _steps.Count == 0 ? null : ErrorSummary.Of([.. _steps]);

    /// <summary>By kind of operator, the largest share of the measured time first.</summary>
    public IReadOnlyList<ComparedOperators> ByKind =>
        [.. Ranked(_kinds.Select(pair => pair.Value.As(pair.Key, "", "")))];

    /// <summary>
    /// By operator, phase and shape: those that add most to the difference first.
    /// </summary>
    public IReadOnlyList<ComparedOperators> ByShape =>
    [
        .. _cells.Select(pair => pair.Value.As(pair.Key.Name, pair.Key.Phase, pair.Key.Shape))
            .OrderByDescending(one => Math.Abs(one.Predicted - one.Measured))
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .ThenBy(one => one.Shape, StringComparer.Ordinal),
    ];

    /// <summary>Adds the next step.</summary>
    public ReplayedStep Add(TraceStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var replayed = replay.Next(step);
        var phase = step.Prefill.Count == 0 ? "decode"
            : step.Decode.Count == 0 ? "prefill" : "mixed";
        for (var i = 0; i < step.Operators.Count; i++)
        {
            var one = step.Operators[i];
            Operators++;
            ref readonly var operation = ref replay.At(one.Name);
            // Kernels shorter than the clock's tick have no error to speak of, nor have those
            // that the step had nothing for.
            if (one.Duration == 0 || !operation.HasWork) continue;
            ref var known = ref _known[one.Name];
            if (known.Step != step.Index + 1)
            {
                known = (
                    step.Index + 1,
                    Cells(_cells, (header.Operators[one.Name], phase, ShapeOf(operation))),
                    Cells(_kinds, operation.Kind.ToString()));
            }
            var (predicted, measured) = (replayed.Seconds[i], one.Duration * 1e-9);
            known.Shape.Add(predicted, measured);
            known.Kind.Add(predicted, measured);
        }
        foreach (var arrival in step.Arrivals)
        {
            _measured.Add(arrival);
            _predicted.Add(arrival);
        }
        if (!header.IsOfDraft(step))
        {
            _measured.Add(step, step.End * 1e-9);
            _predicted.Add(step, replayed.End);
        }
        var wall = (step.End - step.Start) * 1e-9;
        var length = replayed.End - replayed.Start;
        if (wall > 0) _steps.Add(length / wall - 1);
        Busy = (Busy.Measured + wall, Busy.Predicted + length);
        return replayed;
    }

    /// <summary>Sizes that matter, contexts to the next power of two.</summary>
    private static string ShapeOf(in Operator one) => one.Kind switch
    {
        OperatorKind.Linear or OperatorKind.ExpertLinear => string.Create(
            CultureInfo.InvariantCulture, $"{one.M} × {one.N} × {one.K}"),
        OperatorKind.PrefillAttention or OperatorKind.DecodeAttention => string.Create(
            CultureInfo.InvariantCulture,
            $"{one.Queries} queries, up to {Rounded(one.KvTokens)} keys"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{one.M} rows"),
    };

    private static long Rounded(long value) =>
        (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, value));

    private static IEnumerable<ComparedOperators> Ranked(IEnumerable<ComparedOperators> all) =>
        all.OrderByDescending(one => one.Measured).ThenBy(one => one.Name, StringComparer.Ordinal);

    private static Cell Cells<TKey>(Dictionary<TKey, Cell> cells, TKey key)
        where TKey : notnull =>
        cells.TryGetValue(key, out var cell) ? cell : cells[key] = new Cell();

    private sealed class Cell
    {
        public List<double> Errors { get; } = [];

        private readonly List<double> _times = [];
        private double _measured, _predicted;

        public void Add(double predicted, double measured)
        {
            Errors.Add(predicted / measured - 1);
            _times.Add(measured);
            _measured += measured;
            _predicted += predicted;
        }

        public ComparedOperators As(string name, string phase, string shape)
        {
            _times.Sort();
            return new(
                name, phase, shape, _measured, _predicted, _times[_times.Count / 2],
                ErrorSummary.Of([.. Errors]));
        }
    }
}

/// <summary>Operators that are compared together.</summary>
/// <param name="Name">The operator, or its kind.</param>
/// <param name="Phase">Prefill, decode or mixed; empty for all.</param>
/// <param name="Shape">Its sizes; empty for all.</param>
/// <param name="Measured">Their time, in seconds.</param>
/// <param name="Predicted">Their time on the other hardware, in seconds.</param>
/// <param name="Typical">The median of their measured times, in seconds.</param>
/// <param name="Errors">Of each, against what was measured.</param>
public sealed record ComparedOperators(
    string Name, string Phase, string Shape, double Measured, double Predicted, double Typical,
    ErrorSummary Errors);
