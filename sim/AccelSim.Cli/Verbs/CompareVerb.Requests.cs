using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Validation;
using AccelSim.Validation.Runs;
using AccelSim.Workloads.Runs;

namespace AccelSim.Cli.Verbs;

internal sealed partial class CompareVerb
{
    /// <summary>A run that was timed by request.</summary>
    private int OfRequests(ParseResult parsed, string file, string? trace)
    {
        if (trace is not null)
        {
            throw new ConfigException("", 0, _run.Name,
                $"and the trace {trace} are two runs; compare one.");
        }
        if (parsed.Has(_repeats))
        {
            throw new ConfigException("", 0, _repeats.Name,
                $"goes with a trace of operators, not with {_run.Name}.");
        }
        using var folder = OutputFolder.Create(parsed.GetValue(_out), Files);
        var run = RunReader.Read(file);
        var scenario = _plan.Scenario(
            parsed, _engine.Settings(parsed, run.Settings), 1, new WorkloadSource());
        var rung = MeasuredTimes.Rung(scenario.CostModel, scenario.Tables);
        HardwareCheck.Open(Terminal, scenario.Replicas[0].Hardware);
        var simulation = RunSimulation.Of(
            run, scenario, rung,
            new RunReplicas(parsed.GetValue(_replicas), parsed.GetValue(_router)));
        var compared = new RunComparison(simulation);
        RunComparisonTables.Title(Terminal, simulation, scenario, rung);
        RunComparisonTables.Write(Terminal, compared);
        if (folder is not null)
        {
            RunComparisonCsv.Write(Path.Combine(folder.Draft, Files[0]), compared);
            RunOverlay.Write(Path.Combine(folder.Draft, Files[1]), compared);
            folder.Keep();
            Terminal.Line($"Wrote {string.Join(", ", Files)} to {folder.Path}");
        }
        return Decide(compared, parsed.GetValue(_maxError));
    }

    /// <summary>The decisive figure is the last line.</summary>
    private int Decide(RunComparison compared, double? most)
    {
        if (compared.Metrics.Count == 0)
        {
            Terminal.Line("Overall: the simulation served none of the requests.");
            return ExitCode.Failed;
        }
        var metrics = compared.Metrics
            .Select(one => $"{one.Name} {ValidationTables.Percent(one.Errors.Median)}")
            .Append($"throughput {ValidationTables.Percent(compared.ThroughputError)}");
        return ErrorGate.Decide(
            Terminal,
            $"Overall: {string.Join(", ", metrics)} (medians over "
                + $"{Figures.Plural(compared.Requests.Count, "request")}); the largest is "
                + ValidationTables.Percent(compared.Largest),
            compared.Largest, most);
    }
}
