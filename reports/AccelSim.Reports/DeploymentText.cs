using System.Globalization;
using AccelSim.Serving;

namespace AccelSim.Reports;

/// <summary>What serves, in words.</summary>
public static class DeploymentText
{
    /// <summary>Each kind of replica, such as
    /// <c>2 replicas of 4 accelerators on dgx-h100 (tp=4)</c>.</summary>
    public static string Of(IEnumerable<Deployment> deployments) =>
        string.Join(" + ", deployments.GroupBy(deployment => deployment)
            .Select(group => Of(group.Key, group.Count())));

    /// <summary>The engine profiles, such as <c>engine vllm</c>.</summary>
    public static string Engines(IEnumerable<Deployment> deployments) =>
        "engine " + string.Join(
            " + ", deployments.Select(deployment => deployment.Engine.Id).Distinct());

    /// <summary>How a model is split, such as <c>tp=4 pp=2</c>.</summary>
    public static string Plan(Deployment deployment)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var plan = deployment.Graph.Plan;
        var parts = new[] { ("tp", plan.TensorParallel), ("pp", plan.PipelineParallel),
            ("ep", plan.ExpertParallel), ("dp", plan.DataParallel), }
            .Where(part => part.Item2 > 1 || part.Item1 == "tp")
            .Select(part => $"{part.Item1}={part.Item2}");
        return string.Join(" ", parts);
    }

    /// <summary>The hardware, with its pool where it has several.</summary>
    public static string Place(Deployment deployment)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var hardware = deployment.Hardware;
        return hardware.IsCluster && hardware.Cluster.Pools.Count > 1
            ? $"{hardware.Id}, pool {deployment.Pool}"
            : hardware.Id;
    }

    private static string Of(Deployment deployment, int count)
    {
        var place = $"{Place(deployment)} ({Plan(deployment)})";
        return deployment.Accelerators == 1 && !deployment.Hardware.IsCluster
            ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} × {place}")
            : $"{Plural(count, "replica")} of {Plural(deployment.Accelerators, "accelerator")} on "
                + place;
    }

    private static string Plural(int count, string word) => string.Create(
        CultureInfo.InvariantCulture, $"{count:N0} {word}{(count == 1 ? "" : "s")}");
}
