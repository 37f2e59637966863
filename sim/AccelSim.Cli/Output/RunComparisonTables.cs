using AccelSim.Costs;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Validation.Runs;

namespace AccelSim.Cli.Output;

/// <summary>What <c>compare --run</c> prints.</summary>
internal static class RunComparisonTables
{
    private const int MostRequests = 10;

    /// <summary>What was served where, and what it is set beside.</summary>
    public static void Title(
        Terminal terminal, RunSimulation simulation, Scenario scenario, CostRung rung)
    {
        var (run, deployment) = (simulation.Run, simulation.Deployment);
        terminal.Paragraph(
            $"{deployment.Graph.Model.Id}: {Figures.Plural(run.Requests.Count, "request")} of "
            + $"{run.File} ({run.Format}), beside a simulation on "
            + Figures.Plural(deployment.Accelerators * simulation.Replicas, "accelerator")
            + $" of {scenario.Replicas[0].Hardware} ({DeploymentText.Plan(deployment)}"
            + (simulation.Replicas == 1 ? "" : $", {simulation.Replicas} replicas") + "); cost "
            + $"model {rung.Name}", 4);
        terminal.Paragraph(Blocks(simulation), 4);
        if (run.CachedTokens > 0)
        {
            terminal.Paragraph(
                $"{Figures.Whole(run.CachedTokens)} prompt tokens came from the run's prefix "
                + "cache; the file does not tell which prompts share text, so that all are "
                + "computed here.", 4);
        }
        if (run.Failed > 0)
        {
            terminal.Paragraph(
                $"Left out: {Figures.Plural(run.Failed, "request")} that failed or were refused "
                + "in the run.", 4);
        }
        if (run.MaxConcurrency is { } most)
        {
            terminal.Paragraph(
                $"Arrivals are not in the file: all come at once, {most} at a time in flight.", 4);
        }
        terminal.Line();
    }

    /// <summary>Metrics, throughput, and the requests that are furthest apart.</summary>
    public static void Write(Terminal terminal, RunComparison compared)
    {
        if (compared.Refused > 0)
        {
            terminal.Paragraph(
                $"The simulation refused {Figures.Plural(compared.Refused, "request")}, the first "
                + $"because {compared.Reason}", 4);
            terminal.Line();
        }
        var metrics = new TextTable(
            "Requests", "metric", ">run mean", ">simulated mean", ">ratio", ">median", ">mean",
            ">p90", ">bias");
        foreach (var one in compared.Metrics)
        {
            var errors = one.Errors;
            metrics.Row(
                one.Name + ", ms", Figures.Number(one.Measured * 1e3),
                Figures.Number(one.Simulated * 1e3), Ratio(one.Simulated, one.Measured),
                ValidationTables.Percent(errors.Median), ValidationTables.Percent(errors.Mean),
                ValidationTables.Percent(errors.P90), ValidationTables.Signed(errors.Bias));
        }
        metrics.Write(terminal, "Error of a request: simulated / run − 1; median, mean and P90 are "
            + "of its absolute value, bias is its median.");
        Whole(terminal, compared);
        Furthest(terminal, compared);
    }

    private static string Blocks(RunSimulation simulation)
    {
        var (known, deployment) = (simulation.Run.Settings, simulation.Deployment);
        var size = deployment.Settings.BlockSize;
        var each = simulation.Replicas == 1 ? "" : " in each replica";
        var free = Figures.Whole(simulation.FreeBlocks);
        if (known.KvBlocks is { } blocks)
        {
            return $"KV cache: {Figures.Whole(blocks)} blocks of {size} tokens{each}, as in the "
                + $"run ({known.File}); the simulator would find room for {free}.";
        }
        return deployment.Settings.NumGpuBlocksOverride is { } stated
            ? $"KV cache: {Figures.Whole(stated)} blocks of {size} tokens{each}, as the flag "
                + "states."
            : $"KV cache: {free} blocks of {size} tokens{each}, as the simulator finds room for; "
                + "nothing beside the file states the run's. State it with "
                + "--num-gpu-blocks-override: it decides how long requests wait.";
    }

    private static void Whole(Terminal terminal, RunComparison compared)
    {
        var table = new TextTable("As a whole", "metric", ">run", ">simulated", ">ratio");
        void Row(string name, (double Measured, double Simulated) value) => table.Row(
            name, Figures.Number(value.Measured), Figures.Number(value.Simulated),
            Ratio(value.Simulated, value.Measured));
        Row("makespan, s", compared.Makespan);
        Row("output tokens/s", compared.TokensPerSecond);
        Row("requests/s", compared.RequestsPerSecond);
        table.Write(terminal);
    }

    private static void Furthest(Terminal terminal, RunComparison compared)
    {
        var table = new TextTable(
            "Latencies that are furthest apart", ">line", ">arrival s", ">prompt", ">output",
            ">run s", ">simulated s", ">difference s", ">preempted");
        foreach (var one in compared.Furthest.Take(MostRequests))
        {
            if (one.LatencyDifference == 0) break;
            table.Row(
                Figures.Whole(one.Measured.Line), Figures.Number(one.Measured.Arrival.Seconds),
                Figures.Whole(one.Measured.PromptTokens),
                Figures.Whole(one.Measured.OutputTokens),
                Figures.Number(one.Measured.Latency.Value),
                Figures.Number(one.Simulated.E2eLatency.Value),
                (one.LatencyDifference < 0 ? "−" : "+")
                    + Figures.Number(Math.Abs(one.LatencyDifference), 3),
                Figures.Whole(one.Simulated.Preemptions));
        }
        if (!table.IsEmpty) table.Write(terminal, "Preempted: how often, in the simulation.");
    }

    private static string Ratio(double simulated, double measured) =>
        measured > 0 ? "× " + Figures.Number(simulated / measured, 3) : "–";
}
