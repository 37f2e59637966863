using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Cli.Output;

/// <summary>A run as tables for people.</summary>
internal static class RunTables
{
    /// <summary>Writes all of them.</summary>
    public static void Write(Terminal terminal, RunResult result, SimulationCost cost)
    {
        terminal.Paragraph(Title(result), 4);
        terminal.Line();
        Latencies(terminal, result.Metrics, "Latency in ms, over served requests");
        foreach (var (name, metrics) in result.ByClass)
            Latencies(terminal, metrics, $"Class \"{name}\": latency in ms", defined: false);
        Throughput(terminal, result);
        BandTables.Write(terminal, result);
        Limits(terminal, result);
        foreach (var deployment in result.Deployments.Distinct())
            Memory(terminal, deployment, result);
        Ledgers(terminal, result);
        Notes(terminal, result);
        terminal.Line(
            $"Simulated {result.Metrics.Duration.Readable()} in {new Seconds(cost.WallSeconds)}: "
            + $"{Figures.Plural(result.Steps, "step")}, {Figures.Plural(result.Events, "event")}; "
            + $"peak memory {new Bytes(cost.PeakMemoryBytes)}.");
    }

    /// <summary>What was run, in a sentence.</summary>
    public static string Title(RunResult result)
    {
        var model = result.Deployments[0].Graph.Model.Id;
        return $"{model} on {DeploymentText.Of(result.Deployments)}, serving "
            + $"{Figures.Plural(result.Requests.Count, "request")} of {result.WorkloadOrigin}; "
            + (result.WorkloadOrigin.Contains("seed ", StringComparison.Ordinal)
                ? ""
                : $"seed {result.Scenario.Seed}, ")
            + $"{DeploymentText.Engines(result.Deployments)}, "
            + $"cost model {result.Scenario.CostModel}";
    }

    /// <summary>A phase's limits, the largest first.</summary>
    public static string Shares(IReadOnlyList<ResourceShare> shares, int most = 5)
    {
        var text = shares.Take(most)
            .Select(share => $"{share.Resource.Name} {Figures.Share(share.Share)}");
        return string.Join(", ", text);
    }

    private static void Latencies(
        Terminal terminal, RunMetrics metrics, string title, bool defined = true)
    {
        var table = new TextTable(
            title, "", ">mean", ">P50", ">P90", ">P95", ">P99", ">max", ">values");
        Row("TTFT", metrics.Ttft);
        Row("TPOT", metrics.Tpot);
        if (defined) Row("ITL", metrics.Itl);
        Row("E2E", metrics.E2e);
        table.Write(terminal);
        if (!defined) return;
        Define(terminal, "ttft_ms", "tpot_ms", "itl_ms", "e2e_ms");
        terminal.Paragraph("Percentiles: " + MetricDefinition.PercentileRule, 4);
        terminal.Line();

        void Row(string name, LatencySummary? summary) => table.Row(
            name, Figures.Milliseconds(summary?.Mean), Figures.Milliseconds(summary?.P50),
            Figures.Milliseconds(summary?.P90), Figures.Milliseconds(summary?.P95),
            Figures.Milliseconds(summary?.P99), Figures.Milliseconds(summary?.Max),
            Figures.Whole(summary?.Count ?? 0));
    }

    private static void Throughput(Terminal terminal, RunResult result)
    {
        var metrics = result.Metrics;
        var slo = SloWords(result.Scenario);
        var table = new TextTable("Throughput, energy, cost", "metric", ">value", "~");
        table.Row("output tokens/s", Figures.Number(metrics.OutputTokensPerSecond), "");
        table.Row("total tokens/s", Figures.Number(metrics.TotalTokensPerSecond), "");
        table.Row(
            "requests/s", Figures.Number(metrics.RequestsPerSecond),
            $"{Figures.Whole(metrics.Completed)} served, {Figures.Whole(metrics.Rejected)} "
                + $"refused");
        table.Row("goodput", Figures.Number(metrics.GoodputRequestsPerSecond), slo);
        table.Row("SLO attainment", Figures.Share(metrics.SloAttainment), "");
        table.Row(
            "J/output token", Figures.Number(result.JoulesPerOutputToken),
            $"{new Joules(result.Joules)}, "
            + $"{(double.IsFinite(result.MeanPower.Value) ? $"{result.MeanPower}" : "–")} "
            + "on average over "
            + Figures.Plural(result.Accelerators, "accelerator"));
        table.Row(
            "USD/M output tokens", Figures.Number(result.UsdPerMillionOutputTokens),
            $"{Figures.Number(result.Usd)} USD in all");
        var caching = result.Deployments.Any(one => one.Settings.EnablePrefixCaching);
        if (caching)
        {
            table.Row(
                "prefix-cache hit rate",
                Figures.Share((double)metrics.CachedTokens / metrics.InputTokens),
                $"{Figures.Whole(metrics.CachedTokens)} of "
                + Figures.Plural(metrics.InputTokens, "prompt token"));
        }
        table.Write(terminal);
        Define(
            terminal, "output_tokens_per_second", "total_tokens_per_second",
            "requests_per_second", "goodput_requests_per_second", "slo_attainment",
            "joules_per_output_token", "usd_per_million_output_tokens");
        if (caching) Define(terminal, "cached_tokens");
        terminal.Line();
    }

    /// <summary>The objectives in words.</summary>
    public static string SloWords(Scenario scenario)
    {
        var all = scenario.SloByClass
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (Prefix: pair.Key + ": ", Text: SloWords(pair.Value)))
            .Prepend((Prefix: "", Text: SloWords(scenario.Slo)))
            .Where(pair => pair.Text.Length > 0)
            .Select(pair => pair.Prefix + pair.Text)
            .ToArray();
        return all.Length == 0
            ? "no SLO given: every served request counts"
            : string.Join("; ", all);
    }

    private static string SloWords(Slo slo) => string.Join(", ",
        new[] { ("TTFT", slo.Ttft), ("TPOT", slo.Tpot), ("E2E", slo.E2e) }
            .Where(limit => limit.Item2 is not null)
            .Select(limit => $"{limit.Item1} ≤ {limit.Item2}"));

    private static void Limits(Terminal terminal, RunResult result)
    {
        var table =
            new TextTable("What limits it", "phase", ">steps", ">time", "~share of step time");
        foreach (var phase in result.Limits)
        {
            table.Row(
                Figures.Name(phase.Kind), Figures.Whole(phase.Steps), phase.Time.ToString(),
                Shares(phase.Shares));
        }
        table.Write(terminal);
        var waits = result.WaitingSeconds
            .Where(pair => pair.Value > 0)
            .OrderByDescending(pair => pair.Value)
            .Select(pair => $"{Figures.Words(pair.Key)} {new Seconds(pair.Value).Readable()}")
            .ToArray();
        if (waits.Length > 0)
            terminal.Paragraph("Requests waited in the queue for: " + string.Join(", ", waits), 4);
        Define(terminal, "limits");
        terminal.Line();
    }

    private static void Memory(Terminal terminal, Deployment deployment, RunResult result)
    {
        var memory = deployment.Memory;
        var table =
            new TextTable($"Memory of one {deployment.Device.Spec.Id}", "part", ">size", "~");
        table.Row("capacity", $"{memory.Capacity.Value}", "");
        table.Row(
            "usable", $"{memory.Usable}",
            $"--gpu-memory-utilization "
                + $"{Figures.Number(deployment.Settings.GpuMemoryUtilization, 2)}");
        table.Row("weights", $"{memory.Weights}", "of the fullest rank");
        table.Row("activations", $"{memory.Activations}", "peak of a full step");
        table.Row("runtime", $"{memory.Runtime.Value}", Figures.Tag(memory.Runtime.Source.Tag));
        if (memory.State.Value > 0) table.Row("recurrent state", $"{memory.State}", "");
        if (memory.BlockBytes.Value > 0)
        {
            table.Row(
                "KV cache", $"{memory.Blocks * memory.BlockBytes}",
                $"{Figures.Plural(memory.Blocks, "block")} of {deployment.Settings.BlockSize} "
                    + $"tokens, "
                + $"{memory.BlockBytes} each; at most {Figures.Share(result.PeakKvShare)} in use, "
                + Figures.Plural(result.Preemptions, "preemption"));
        }
        table.Write(terminal);
    }

    private static void Ledgers(Terminal terminal, RunResult result)
    {
        var table = new TextTable(
            "Energy and cost by component", "component", ">amount", ">share", "rests on");
        foreach (var entry in result.Energy)
        {
            table.Row(
                entry.Component, $"{new Joules(entry.Amount)}",
                Figures.Share(entry.Amount / result.Joules), Figures.Tag(entry.Tag));
        }
        foreach (var entry in result.Cost)
        {
            table.Row(
                entry.Component, $"{Figures.Number(entry.Amount)} USD",
                Figures.Share(entry.Amount / result.Usd), Figures.Tag(entry.Tag));
        }
        table.Write(terminal);
    }

    private static void Notes(Terminal terminal, RunResult result)
    {
        var shares = result.ProvenanceShares.Where(pair => pair.Value > 0)
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key)
            .Select(pair => $"{Figures.Tag(pair.Key)} {Figures.Share(pair.Value)}");
        var basis = string.Join(", ", shares);
        terminal.Paragraph("Rests on: " + (basis.Length > 0 ? basis : "–"), 4);
        Define(terminal, "provenance");
        WriteDomain(terminal, result.Domain, result.Scenario.CostModel);
        foreach (var note in result.Deployments.SelectMany(d => d.Graph.Formats.Notes).Distinct())
            terminal.Paragraph("Note: " + note, 4);
        foreach (var warning in result.Warnings) terminal.Paragraph("Warning: " + warning, 4);
        if (result.Metrics.Rejected > 0)
        {
            var refused = result.Requests.First(record => !record.Completed);
            terminal.Paragraph(
                $"Warning: {Figures.Plural(result.Metrics.Rejected, "request")} refused; the "
                    + $"first, "
                + $"request {refused.Request.Id}, because {refused.Rejection}", 4);
        }
        terminal.Line();
    }

    /// <summary>How much stands on measured ground; the roofline fits nothing.</summary>
    public static void WriteDomain(Terminal terminal, PriceDomain domain, string rung)
    {
        if (rung == "roofline") return;
        terminal.Paragraph("Domain: " + DomainText.Shares(domain) + " (of step time)", 4);
        foreach (var beyond in domain.Beyond)
            terminal.Paragraph("Beyond: " + DomainText.Beyond(beyond), 4);
    }

    private static void Define(Terminal terminal, params string[] names)
    {
        foreach (var name in names)
        {
            var definition = MetricDefinition.Of(name);
            terminal.Paragraph($"{definition.Label}: {definition.Text}", 4);
        }
    }
}
