using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Validation.Deployments;

/// <summary>
/// Judges power and phase times of static batches on A100s (Splitwise, Patel et al., ISCA 2024).
/// </summary>
/// <remarks>
/// The mean is over prompt and output of a batch; the peak is that of the phase that draws more.
/// Rows where no power was recorded are judged by their times alone.
/// </remarks>
public static class PowerTable
{
    /// <summary>What reports call it.</summary>
    public const string Name = "power";

    /// <summary>The name of the file.</summary>
    public const string File = "splitwise_time_power.csv";

    /// <summary>The engine that measured: every kernel is started by the host.</summary>
    private const string Engine = "hf-eager";

    private const string System = "a100_sxm";

    private static readonly string[] Columns =
    [
        "model", "hardware", "prompt_size", "batch_size", "token_size", "peak_power",
        "average_power", "prompt_time", "token_time", "tensor_parallel",
    ];

    private static readonly string[] Shape =
        ["prompt_size", "batch_size", "token_size", "tensor_parallel"];

    private static readonly SortedDictionary<string, string> Models =
        new(StringComparer.Ordinal)
        {
            ["bloom-176b"] = "bloom-176b",
            ["llama2-70b"] = "llama-2-70b",
        };

    /// <summary>Estimates every row.</summary>
    /// <param name="folder">The folder of the tables.</param>
    /// <param name="rung">What prices operators.</param>
    /// <param name="devices">Only these devices; empty for all.</param>
    /// <exception cref="ConfigException">A line is malformed.</exception>
    public static WholeRows Judge(string folder, CostRung rung, IReadOnlyList<string> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var asked = devices.Count == 0 || devices.Contains(System);
        var deployments = new Dictionary<(string, int), Deployment>();
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        List<WholeRow> judged = [];
        int all = 0, leftOut = 0;
        using var rows = new TableRows(Path.Combine(folder, File), Name, Columns, Shape, []);
        while (rows.Next())
        {
            all++;
            var (model, id) = TableNames.Read(rows, "model", Models, "model");
            TableNames.Read(rows, "hardware", Hardware, "hardware");
            if (!asked)
            {
                leftOut++;
                continue;
            }
            var tp = (int)rows.Whole("tensor_parallel", 1, 64);
            if (!deployments.TryGetValue((id, tp), out var deployment))
                deployments[(id, tp)] = deployment = Deploy(id, tp, rung);
            try
            {
                Add(judged, rows, model, deployment);
            }
            catch (InfeasiblePlanException e)
            {
                var reason = $"{model} (tp={tp}): {e.Message}";
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }
        var skipped = reasons.Values.Sum();
        return new WholeRows(
            judged, new TableCount(Name, true, all, all - leftOut - skipped, skipped, leftOut),
            [.. reasons.Select(pair => new SkippedRows(Name, pair.Key, pair.Value))]);
    }

    private static readonly SortedDictionary<string, string> Hardware =
        new(StringComparer.Ordinal) { ["a100-80gb"] = "dgx-a100" };

    private static Deployment Deploy(string model, int tp, CostRung rung) =>
        new DeploymentBuilder(ModelCatalog.Load(model), "fp16", "auto", "auto", 16)
        {
            Rung = rung,
        }.Build(
            Catalog.Open("dgx-a100"),
            new ReplicaSpec
            {
                Hardware = "dgx-a100",
                Tp = tp,
                // One step takes all prompts of a batch.
                Engine = new EngineSettings
                {
                    Profile = Engine, MaxNumSeqs = 64, MaxNumBatchedTokens = 32768,
                    GpuMemoryUtilization = 1,
                },
            });

    private static void Add(
        List<WholeRow> judged, TableRows rows, string model, Deployment deployment)
    {
        var osl = (int)rows.Whole("token_size");
        var point = new Estimate(deployment).Of(
            (int)rows.Whole("prompt_size"), osl, (int)rows.Whole("batch_size"));
        var (shape, line) = (rows.Shape, rows.Line);
        var what = $"{model}, {System}, tp={deployment.Accelerators}";
        void Metric(string name, double predicted, double measured)
        {
            if (measured > 0) judged.Add(new(name, model, what, shape, line, predicted, measured));
        }
        var prompt = Share(deployment, point.Prefill.Joules.Value, point.Prefill.Time.Value);
        var token = Share(deployment, point.Decode.Joules.Value, point.Decode.Time.Value);
        var tokens = (osl - 1) * point.Decode.Time.Value;
        var mean = (prompt * point.Prefill.Time.Value + token * tokens)
            / (point.Prefill.Time.Value + tokens);
        Metric("mean power", mean, rows.Amount("average_power"));
        Metric("peak power", Math.Max(prompt, token), rows.Amount("peak_power"));
        Metric("prompt time", point.Prefill.Time.Value, rows.Positive("prompt_time") * 1e-3);
        Metric("token time", point.Decode.Time.Value, rows.Positive("token_time") * 1e-3);
    }

    /// <summary>Power of one accelerator as a share of its limit.</summary>
    private static double Share(Deployment deployment, double joules, double seconds)
    {
        var device = deployment.Device;
        return (joules / seconds / deployment.Accelerators + device.Idle.Value.Value)
            / device.Tdp.Value.Value;
    }
}
