using AccelSim.Configuration;
using AccelSim.Models;

namespace AccelSim.Traces;

/// <summary>What the operators of a captured run took.</summary>
/// <remarks>An operator of one shape counts once, with the median of its times.</remarks>
public sealed class CapturedOperators
{
    private readonly List<double> _gaps = [];

    /// <summary>Reads a trace, as <c>capture</c> and <c>measure</c> write them.</summary>
    /// <exception cref="ConfigException">The trace is malformed, or a replay wrote it.
    /// </exception>
    public CapturedOperators(string file)
    {
        using var trace = new TraceReader(file);
        Device = trace.Header.Device;
        if (Device.Backend == TraceDevice.Simulated)
        {
            throw new ConfigException(file, 1, "$.device.backend",
                $"is \"{Device.Backend}\": a replay wrote these times; name a trace that accelsim "
                + "capture or measure wrote.");
        }
        var model = trace.Model();
        var templates = OperatorGraph
            .Build(model, Plan(model), trace.Header.Formats.Plan(file))
            .Stages[0].ToDictionary(template => template.Name);
        var times = new Dictionary<Operator, List<double>>();
        foreach (var step in trace.Steps())
        {
            if (trace.Header.IsOfDraft(step)) continue;
            var shape = step.Shape(model.Window);
            long busy = 0;
            foreach (var same in step.Operators.GroupBy(one => trace.Header.Operators[one.Name]))
            {
                if (!templates.TryGetValue(same.Key, out var template)) continue;
                var one = template.At(shape);
                if (!one.HasWork) continue;
                if (!times.TryGetValue(one, out var known)) times[one] = known = [];
                known.AddRange(same.Select(ran => ran.Duration * 1e-9));
                busy += same.Sum(ran => ran.Duration);
            }
            _gaps.Add(Math.Max(0, step.End - step.Start - busy) * 1e-9);
        }
        Medians = [.. times.Select(pair => (pair.Key, Median(pair.Value)))];
    }

    /// <summary>What it ran on.</summary>
    public TraceDevice Device { get; }

    /// <summary>Operators of different shapes, each with its median time in seconds.</summary>
    public IReadOnlyList<(Operator One, double Seconds)> Medians { get; }

    /// <summary>What each step took besides its operators, in seconds.</summary>
    public IReadOnlyList<double> Gaps => _gaps;

    /// <summary>As replays have it, which price by what is fitted here.</summary>
    private static ParallelismPlan Plan(ModelConfig model) => new()
    {
        RoutingSkew = ExpertPopularity.Usual(model),
    };

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }
}
