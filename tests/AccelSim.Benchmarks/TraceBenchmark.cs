using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Serving;
using AccelSim.Traces;

namespace AccelSim.Benchmarks;

/// <summary>
/// The shipped capture of the tiny model, over and over in one trace: reading, replaying and
/// comparing it, whole, from the file.
/// </summary>
public sealed class TraceBenchmark : IBenchmark
{
    private const string Captured = "traces/operators/tiny-target-cpu.jsonl.gz";
    private const int Times = 50;

    /// <inheritdoc/>
    public string Name => "traces-replay";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!File.Exists(Captured))
        {
            report.Note($"  {Captured} is not here; run from the repository's folder.");
            return;
        }
        var folder = Directory.CreateTempSubdirectory("accelsim-traces").FullName;
        try
        {
            foreach (var name in new[] { "long.jsonl", "long.jsonl.gz" })
                OfFile(report, name, Repeated(Path.Combine(folder, name)));
            foreach (var name in new[] { "again.jsonl", "again.jsonl.gz" })
            {
                report.Measure($"write, {name}", "operators", () =>
                {
                    Repeated(Path.Combine(folder, name));
                    return Operators;
                });
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Operators { get; set; }

    private static void OfFile(IReport report, string name, string path)
    {
        report.Note($"{name}: {new FileInfo(path).Length / 1e6:0.0} MB, {Operators:N0} operators");
        report.Measure($"read, {name}", "operators", () => Each(path, (_, _) => { }));
        report.Measure($"replay, {name}", "operators", () =>
        {
            TraceReplay? replay = null;
            return Each(path, (trace, step) =>
                (replay ??= On(trace, path)).Next(step));
        });
        report.Measure($"compare, {name}", "operators", () =>
        {
            TraceComparison? compared = null;
            return Each(path, (trace, step) =>
                (compared ??= new TraceComparison(trace.Header, On(trace, path))).Add(step));
        });
    }

    private static long Each(string path, Action<TraceReader, TraceStep> act)
    {
        long operators = 0;
        using var trace = new TraceReader(path);
        foreach (var step in trace.Steps())
        {
            operators += step.Operators.Count;
            act(trace, step);
        }
        return operators;
    }

    private static TraceReplay On(TraceReader trace, string path) => new(
        trace.Header, path,
        new DeploymentBuilder(
            trace.Model(), "auto", "auto", "auto", trace.Header.Engine.BlockSize)
        {
            Formats = trace.Header.Formats.Plan(path),
            Rung = CostRung.Named(CostRung.Default, "--cost-model"),
        }.Build(Catalog.Open("epyc-7763"), new ReplicaSpec { Hardware = "epyc-7763" }));

    /// <summary>The run many times, one after the other.</summary>
    private static string Repeated(string path)
    {
        using var trace = new TraceReader(Captured);
        var steps = trace.Steps().ToArray();
        var length = steps[^1].End + 1;
        Operators = Times * steps.Sum(step => (long)step.Operators.Count);
        using var writer = new TraceWriter(path, trace.Header, trace.Config);
        for (var i = 0; i < Times; i++)
        {
            foreach (var step in steps) writer.Write(Later(step, i, i * length, steps.Length));
        }
        return path;
    }

    private static TraceStep Later(TraceStep step, int round, long by, int steps) => step with
    {
        Index = step.Index + round * steps,
        Start = step.Start + by,
        End = step.End + by,
        Arrivals = [.. step.Arrivals.Select(one => one with { Time = one.Time + by })],
        Operators =
        [
            .. step.Operators.Select(one => one with
            {
                Start = one.Start + by, End = one.End + by,
            }),
        ],
    };
}
