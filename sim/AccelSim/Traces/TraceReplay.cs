using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Traces;

/// <summary>Runs the steps of a trace on other hardware: same batches, same operators.</summary>
/// <remarks>
/// Each operator takes what the cost model says; what the engine did between operators and between
/// steps takes as long as it did, and requests come when they came. Steps begin later or earlier as
/// the ones before end, but never before the requests that they serve.
/// </remarks>
public sealed class TraceReplay
{
    private const double Nanosecond = 1e-9;
    private readonly TraceHeader _header;
    private readonly OperatorTemplate[] _templates;
    private readonly ICostModel _costs;
    private readonly Deployment? _draft;
    private readonly double[] _seconds;
    private readonly int[] _asked;
    private readonly Operator[] _operators;
    private readonly Dictionary<int, double> _arrivals = [];
    private double _end;
    private long _measuredEnd;
    private int _steps;

    /// <summary>Replays on a deployment of one accelerator.</summary>
    /// <param name="header">The trace's header.</param>
    /// <param name="file">The trace as the user named it, for messages.</param>
    /// <param name="deployment">The model in the trace's formats on the hardware.</param>
    /// <param name="draft">The same of its draft; null: the trace has none.</param>
    /// <exception cref="ConfigException">
    /// The model's graph lacks an operator of the trace, or its KV cache does not fit.
    /// </exception>
    public TraceReplay(
        TraceHeader header, string file, Deployment deployment, Deployment? draft = null)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(deployment);
        var known = deployment.Graph.Stages[0].ToDictionary(template => template.Name);
        foreach (var template in draft?.Graph.Stages[0] ?? [])
            known[TraceDraft.Prefix + template.Name] = template;
        _templates = [.. header.Operators.Select((name, i) => known.GetValueOrDefault(name)
            ?? throw new ConfigException(file, 1, $"$.operators[{i}]",
                $"\"{name}\" is no operator of {header.Model}; "
                + NearestName.Hint(name, [.. known.Keys])))];
        _costs = deployment.Stages[0].Model;
        (_seconds, _asked) = (new double[_templates.Length], new int[_templates.Length]);
        _operators = new Operator[_templates.Length];
        (_header, _draft, Deployment) = (header, draft, deployment);
    }

    /// <summary>The model on the hardware.</summary>
    public Deployment Deployment { get; }

    /// <summary>The operator of a name of the header in the step replayed last.</summary>
    public ref readonly Operator At(int name) => ref _operators[name];

    /// <summary>Replays the next step.</summary>
    public ReplayedStep Next(TraceStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        _steps++;
        var own = _header.IsOfDraft(step) && _draft is not null ? _draft : Deployment;
        RefuseBeyondCache(step, own);
        var shape = step.Shape(own.Graph.Model.Window);
        var seconds = new double[step.Operators.Count];
        var busy = new Queues();
        var measured = new Queues();
        for (var i = 0; i < seconds.Length; i++)
        {
            var one = step.Operators[i];
            seconds[i] = Price(one.Name, shape);
            busy.Add(one.Queue, seconds[i]);
            measured.Add(one.Queue, one.Duration * Nanosecond);
        }
        // What no operator explains is the host's, and stays.
        var gap = Math.Max(0, (step.End - step.Start) * Nanosecond - measured.Longest);
        var between = _steps == 1
            ? 0
            : Math.Max(0, step.Start - _measuredEnd - step.Idle) * Nanosecond;
        var start = _steps == 1 ? step.Start * Nanosecond : _end + between;
        foreach (var arrival in step.Arrivals)
            _arrivals[arrival.Request] = arrival.Time * Nanosecond;
        foreach (var chunk in step.Prefill)
        {
            if (_arrivals.TryGetValue(chunk.Request, out var came))
                start = Math.Max(start, came);
        }
        _end = start + gap + busy.Longest;
        _measuredEnd = step.End;
        return new ReplayedStep(step, start, _end, gap, seconds);
    }

    /// <summary>What the batch reads must lie in the cache.</summary>
    private static void RefuseBeyondCache(TraceStep step, Deployment own)
    {
        var block = own.Settings.BlockSize;
        var needed = step.Prefill.Concat(step.Decode)
            .Sum(chunk => ((long)chunk.Cached + chunk.Tokens + block - 1) / block);
        if (needed <= own.Memory.Blocks) return;
        throw new InfeasiblePlanException(
            $"step {step.Index} holds {needed} KV blocks of {block} tokens; "
            + $"{own.Memory.Blocks} fit {own.Device.Spec.Id}.");
    }

    private double Price(int name, in StepShape shape)
    {
        if (_asked[name] == _steps) return _seconds[name];
        _asked[name] = _steps;
        _operators[name] = _templates[name].At(shape);
        _costs.Price(_operators[name], out var cost);
        return _seconds[name] = cost.Seconds;
    }

    /// <summary>Queues of a device work side by side.</summary>
    private struct Queues
    {
        private double _first;
        private Dictionary<int, double>? _others;

        public readonly double Longest =>
            Math.Max(_first, _others is null ? 0 : _others.Values.Max());

        public void Add(int queue, double seconds)
        {
            if (queue == 0)
            {
                _first += seconds;
                return;
            }
            _others ??= [];
            _others[queue] = _others.GetValueOrDefault(queue) + seconds;
        }
    }
}

/// <summary>A step on other hardware.</summary>
/// <param name="Measured">As it ran.</param>
/// <param name="Start">In seconds, on the trace's axis.</param>
/// <param name="End">In seconds.</param>
/// <param name="Host">What no operator explains: the same as measured, in seconds.</param>
/// <param name="Seconds">Of each operator, in the order of the step.</param>
public sealed record ReplayedStep(
    TraceStep Measured, double Start, double End, double Host, IReadOnlyList<double> Seconds);
