using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Validation.Deployments;

/// <summary>Simulates measured deployments: TTFT and TPOT under their closed loop.</summary>
/// <param name="rung">What prices their operators.</param>
public sealed class DeploymentJudge(CostRung rung)
{
    /// <summary>The profile of an engine; the shipped files by default.</summary>
    public Func<string, EngineProfile> Engine { get; init; } = EngineCatalog.Open;

    /// <summary>Every row in its order, simulated on as many cores as there are.</summary>
    public IReadOnlyList<DeploymentOutcome> Judge(IReadOnlyList<MeasuredDeployment> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var outcomes = new DeploymentOutcome[rows.Count];
        // Rows have nothing in common, so that the order in which they are done does not matter.
        Parallel.For(0, rows.Count, i => outcomes[i] = Judge(rows[i]));
        return outcomes;
    }

    /// <summary>Simulates one row.</summary>
    public DeploymentOutcome Judge(MeasuredDeployment row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (Unknown(row) is { } reason) return Skipped(row, reason);
        try
        {
            var deployment = Deploy(row);
            var run = new ServingSimulation(
                ClosedLoop.Of(row), [deployment], RouterKind.RoundRobin);
            run.Run();
            if (run.Records.FirstOrDefault(record => !record.Completed).Rejection is { } refused)
                return Skipped(row, $"{row.Model}: {refused}");
            var (ttft, tpot) = ClosedLoop.Means(row, run.Records);
            return new DeploymentOutcome(row, ttft, tpot, deployment.Graph.Model.HasExperts, null);
        }
        catch (Exception e) when (e is ConfigException or InfeasiblePlanException)
        {
            return Skipped(row, $"{row.Model} on {row.System} ({row.Plan}): {e.Message}");
        }
    }

    private Deployment Deploy(MeasuredDeployment row)
    {
        var model = ModelCatalog.Load(DeploymentNames.Models[row.Model]);
        var builder = new DeploymentBuilder(
            model, "auto", KvCache(row, model),
            model.Quantisation is not null ? "auto"
                : DeploymentNames.Checkpoints.GetValueOrDefault(row.Model)
                    ?? DeploymentNames.Quantisations[row.Quantisation],
            16)
        {
            Rung = rung,
            Engine = Engine(row.Backend),
        };
        return builder.Build(
            Catalog.Open(DeploymentNames.Systems[row.System]),
            new ReplicaSpec
            {
                Hardware = row.System,
                Tp = row.Plan.Tp,
                Ep = row.Plan.Ep,
                Dp = row.Plan.Dp,
                Engine = Settings(row),
            });
    }

    /// <summary>How the campaigns started their servers, by their public scripts.</summary>
    private static EngineSettings Settings(MeasuredDeployment row)
    {
        var prompt = row.Isl + row.Concurrency;
        var tokens = (row.Campaign, row.Backend) switch
        {
            (Campaign.InferenceX, "trtllm") => prompt + 64,
            (Campaign.InferenceX, _) or (Campaign.Grid, "sglang") => 8192,
            (Campaign.Grid, _) => prompt + row.Isl,
            _ => prompt + 1500,
        };
        var settings = new EngineSettings
        {
            MaxNumSeqs = row.Concurrency,
            MaxNumBatchedTokens = Math.Max(tokens, row.Concurrency),
        };
        return row.Campaign == Campaign.Generated
            ? settings with
            {
                PrefillPolicy = PrefillPolicy.Mixed, EnablePrefixCaching = row.IsCached,
            }
            : settings;
    }

    /// <summary>
    /// Checkpoints with one scale per tensor carry those of an fp8 cache, which engines then use;
    /// TensorRT-LLM's settings ask for it with any fp8 weights. Latent attention keeps bf16.
    /// </summary>
    private static string KvCache(MeasuredDeployment row, ModelConfig model) =>
        row.Quantisation == "fp8" && (row.Backend == "trtllm"
                || (model.Quantisation is null
                    && !DeploymentNames.Checkpoints.ContainsKey(row.Model)))
            && !model.Layers.Any(layer => layer.Mixer is LatentAttentionShape)
            ? "fp8"
            : "auto";

    private static string? Unknown(MeasuredDeployment row) =>
        !DeploymentNames.Models.ContainsKey(row.Model) ? $"{row.Model} is not shipped"
        : !DeploymentNames.Systems.ContainsKey(row.System) ? $"{row.System} has no cluster file"
        : !DeploymentNames.Quantisations.ContainsKey(row.Quantisation)
            ? $"weights in {row.Quantisation} are not known"
        : !EngineCatalog.Ids.Contains(row.Backend) ? $"{row.Backend} has no engine profile"
        : null;

    private static DeploymentOutcome Skipped(MeasuredDeployment row, string reason) =>
        new(row, 0, 0, false, reason);
}

/// <summary>What became of one row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Ttft">Predicted mean, in seconds.</param>
/// <param name="Tpot">Predicted mean, in seconds.</param>
/// <param name="HasExperts">Whether its model has experts.</param>
/// <param name="Reason">Why it was skipped; null where it was simulated.</param>
public sealed record DeploymentOutcome(
    MeasuredDeployment Row, double Ttft, double Tpot, bool HasExperts, string? Reason);
