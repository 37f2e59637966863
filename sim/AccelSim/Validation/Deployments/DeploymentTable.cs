using System.Globalization;
using System.Text.RegularExpressions;

namespace AccelSim.Validation.Deployments;

/// <summary>
/// Reads <c>e2e_silicon_sample.csv.gz</c>: whole deployments, measured under a closed loop.
/// </summary>
/// <remarks>
/// Aggregated rows alone can be simulated. <c>concurrency</c> counts the requests in flight of all
/// engines, <c>batch_size</c> those of one; where several independent workers served, one of them
/// is simulated. InferenceX (public benchmark, formerly InferenceMAX) has three workloads, whose
/// lengths its client draws evenly from 80 to 100 % of the stated ones; TP and EP in its row names
/// are degrees of the same ranks, which the columns of some rows multiply.
/// </remarks>
public static partial class DeploymentTable
{
    /// <summary>The name of the file.</summary>
    public const string File = "e2e_silicon_sample.csv.gz";

    /// <summary>What reports call it.</summary>
    public const string Name = "deployments";

    private static readonly string[] Columns =
    [
        "id", "backend", "model_path", "system", "mode", "isl", "osl", "gemm_quant_mode",
        "moe_quant_mode", "batch_size", "tp_size", "pp_size", "attention_dp_size", "moe_tp_size",
        "moe_ep_size", "silicon_ttft_ms", "silicon_tpot_ms", "concurrency",
    ];

    /// <summary>All rows in order; those that cannot be simulated as the reason why.</summary>
    /// <exception cref="Configuration.ConfigException">A line is malformed.</exception>
    public static IEnumerable<(MeasuredDeployment? Row, string System, string? Reason)> Read(
        string folder)
    {
        using var rows = new TableRows(Path.Combine(folder, File), Name, Columns, ["id"], []);
        while (rows.Next())
        {
            var system = rows.Field("system").ToString();
            if (!rows.Field("mode").SequenceEqual("agg"))
            {
                yield return (null, system, "prompts and outputs on separate accelerators "
                    + "(disaggregated) are not simulated yet");
            }
            else if (Count(rows, "pp_size") > 1)
            {
                yield return (null, system, "pipeline stages in a measured deployment");
            }
            else
            {
                yield return (Row(rows, system), system, null);
            }
        }
    }

    private static MeasuredDeployment Row(TableRows rows, string system)
    {
        var (isl, osl) = ((int)rows.Whole("isl"), (int)rows.Whole("osl"));
        var batch = Count(rows, "batch_size");
        var plan = Plan(rows);
        var concurrency = rows.Field("concurrency").Length > 0
            ? Count(rows, "concurrency")
            : batch;
        // Workers that share nothing serve side by side; one is simulated.
        var workers = Count(rows, "attention_dp_size") > 1 ? 1 : Math.Max(1, concurrency / batch);
        var experts = rows.Field("moe_quant_mode").ToString();
        var quantisation = rows.Field("gemm_quant_mode").ToString();
        return new MeasuredDeployment(
            rows.Line, rows.Field("model_path").ToString(), system,
            rows.Field("backend").ToString(),
            experts == "fp8_block" ? experts : quantisation,
            isl, osl, concurrency / workers, plan, CampaignOf(isl, osl),
            rows.Positive("silicon_ttft_ms") * 1e-3, rows.Positive("silicon_tpot_ms") * 1e-3);
    }

    private static Campaign CampaignOf(int isl, int osl) =>
        (isl, osl) is (1024, 1024) or (1024, 8192) or (8192, 1024) ? Campaign.InferenceX
        : isl % 1000 == 0 ? Campaign.Generated
        : Campaign.Grid;

    private static MeasuredPlan Plan(TableRows rows)
    {
        var tp = Count(rows, "tp_size");
        var dp = Count(rows, "attention_dp_size");
        var ep = Count(rows, "moe_ep_size");
        var named = NamedPlan().Match(rows.Field("id").ToString());
        if (named.Success)
        {
            var ranks = int.Parse(named.Groups[1].Value, CultureInfo.InvariantCulture);
            var split = int.Parse(named.Groups[2].Value, CultureInfo.InvariantCulture);
            return dp > 1 ? new MeasuredPlan(1, split, ranks) : new MeasuredPlan(ranks, split, 1);
        }
        const int node = 8;
        var shards = Count(rows, "moe_tp_size");
        if (tp * dp > node)
        {
            // No aggregated row left its node: the columns multiply degrees of the same ranks.
            return dp > 1 ? new MeasuredPlan(1, ep, ep) : new MeasuredPlan(shards, ep, 1);
        }
        // Experts over more ranks than attention has: attention runs on several engines.
        var engines = Math.Max(dp, shards * ep / tp);
        return new MeasuredPlan(tp, ep, engines);
    }

    /// <summary>A count; absent or 0 is 1.</summary>
    private static int Count(TableRows rows, string column) =>
        rows.Field(column).Length == 0 ? 1 : Math.Max(1, (int)rows.Rounded(column));

    [GeneratedRegex(@"_tp(\d+)(?:_\d+)?_ep(\d+)")]
    private static partial Regex NamedPlan();
}
