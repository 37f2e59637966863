using System.Globalization;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <summary>The memory budget in an HTML report.</summary>
internal static class HtmlMemory
{
    /// <summary>The section.</summary>
    public static string Section(IReadOnlyList<ReportRun> runs)
    {
        var table = string.Concat(runs.SelectMany(run => run.Result.Deployments.Distinct().Select(
            deployment => Table(Label(runs, run, deployment), deployment.Memory))));
        var peak = string.Join("; ", runs.Select(run => (runs.Count > 1 ? run.Name + ": " : "")
            + HtmlText.Percent(run.Result.PeakKvShare)));
        var bars = runs.Sum(run => run.Result.Deployments.Distinct().Count());
        return HtmlText.Section(
            "memory", "Memory of one accelerator",
            "What is left after weights, activations of the largest step and the runtime becomes "
            + $"KV cache. Most of it that was in use at once: {HtmlText.Escape(peak)}.",
            HtmlText.Chart("chart-memory", "Memory budget by part", 90 + 44 * bars, table));
    }

    /// <summary>The parts of the memory; they sum to its capacity.</summary>
    public static IReadOnlyList<(string Part, long Bytes)> Parts(MemoryBudget memory)
    {
        var kv = Math.Max(0, memory.Usable.Value - memory.Weights.Value
            - memory.Activations.Value - memory.Runtime.Value.Value - memory.State.Value);
        return
        [
            ("weights", memory.Weights.Value),
            ("activations", memory.Activations.Value),
            ("runtime", memory.Runtime.Value.Value),
            ("recurrent state", memory.State.Value),
            ("KV cache", kv),
            ("not used", memory.Capacity.Value.Value - memory.Usable.Value),
        ];
    }

    /// <summary>What a bar is called: the run, the hardware, or both.</summary>
    public static string Label(IReadOnlyList<ReportRun> runs, ReportRun run, Deployment deployment)
    {
        var several = run.Result.Deployments.Distinct().Skip(1).Any();
        return runs.Count == 1 ? DeploymentText.Place(deployment)
            : several ? $"{run.Name}: {DeploymentText.Place(deployment)}"
            : run.Name;
    }

    private static string Table(string label, MemoryBudget memory)
    {
        var rows = Parts(memory).Where(part => part.Bytes > 0).Select(part => new[]
        {
            HtmlText.Escape(part.Part),
            HtmlText.Escape(new Bytes(part.Bytes).ToString()),
            HtmlText.Percent((double)part.Bytes / memory.Capacity.Value.Value),
        });
        var blocks = string.Create(
            CultureInfo.InvariantCulture,
            $"{memory.Blocks:N0} KV blocks of {memory.BlockBytes} fit");
        return HtmlText.Table(
            $"{HtmlText.Escape(label)}: {HtmlText.Escape(memory.Capacity.Value.ToString())}, "
            + $"{HtmlText.Escape(blocks)}",
            ["part", "size", "share"], rows);
    }
}
