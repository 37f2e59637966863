using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Benchmarks;

/// <summary>One estimated point: with everything loaded, and from opening the files.</summary>
public sealed class EstimateBenchmark : IBenchmark
{
    private static readonly (string Hardware, string Model, int Tp)[] Points =
    [
        ("h100-sxm", "llama-3.1-8b", 1), ("dgx-h200", "deepseek-v3", 8), ("tpu-v5e", "gemma-2b", 1),
    ];

    /// <inheritdoc/>
    public string Name => "estimate";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (var (hardware, model, tp) in Points)
        {
            var deployment = Build(hardware, model, tp);
            report.Measure($"{model} on {hardware}, loaded", "points", () => Many(deployment));
            report.Measure($"{model} on {hardware}, from files", "points", () =>
            {
                new Estimate(Build(hardware, model, tp)).Of(1024, 256, 8);
                return 1;
            });
        }
    }

    /// <summary>Batches differ, so that not every cost has been seen before.</summary>
    private static long Many(Deployment deployment)
    {
        const int points = 200;
        var estimate = new Estimate(deployment);
        for (var i = 1; i <= points; i++) estimate.Of(1024, 256, i % 32 + 1);
        return points;
    }

    private static Deployment Build(string hardware, string model, int tp) =>
        new DeploymentBuilder(ModelCatalog.Load(model), "auto", "auto", "auto", 16)
            .Build(Catalog.Open(hardware), new ReplicaSpec { Hardware = hardware, Tp = tp });
}
