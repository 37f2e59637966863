using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Validation;
using AccelSim.Validation.Deployments;
using AccelSim.Workloads;

namespace AccelSim.Tests.Validation.Deployments;

/// <summary>How rows of whole deployments are read, loaded and judged.</summary>
public sealed class DeploymentTests
{
    private const string Header =
        "id,backend,model_path,system,mode,isl,osl,gemm_quant_mode,moe_quant_mode,batch_size,"
        + "tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size,silicon_ttft_ms,"
        + "silicon_tpot_ms,concurrency";

    private const string Llama =
        "x,vllm,meta-llama/Llama-3.1-8B-Instruct,h100_sxm,agg,256,16,,,4.0,1.0,1.0,,1.0,1.0,"
        + "20,6,4.0";

    private static readonly CostRung Roofline = CostRung.Named("roofline", "--rung");

    [Theory]
    // As it stands.
    [InlineData("x", "4.0", "", "4.0", "1.0", 4, 1, 1)]
    [InlineData("x", "8.0", "1.0", "1.0", "8.0", 8, 8, 1)]
    // Attention on several engines, stated, or told by the experts' ranks.
    [InlineData("x", "1.0", "8.0", "1.0", "8.0", 1, 8, 8)]
    [InlineData("x", "2.0", "", "4.0", "1.0", 2, 1, 2)]
    // Columns that multiply degrees of the same ranks; the name says so, or the node's size.
    [InlineData("a_tp8_0_ep8_0_1", "64.0", "1.0", "8.0", "8.0", 8, 8, 1)]
    [InlineData("a_tp2_ep2_1", "4.0", "1.0", "2.0", "2.0", 2, 2, 1)]
    [InlineData("a_cfg1", "64.0", "1.0", "8.0", "8.0", 8, 8, 1)]
    [InlineData("a_tp4_ep4_1", "4.0", "4.0", "1.0", "16.0", 1, 4, 4)]
    [InlineData("a_cfg1", "1.0", "64.0", "8.0", "8.0", 1, 8, 8)]
    public void Plan_IsThatOfTheRanksThatThereAre(
        string id, string tp, string dp, string shards, string split, int expectedTp, int ep,
        int engines)
    {
        var row = Read($"{id},sglang,m,h200_sxm,agg,1024,1024,fp8,fp8,8.0,{tp},1.0,{dp},{shards},"
            + $"{split},1,1,8.0").Single().Row!;
        Assert.Equal(new MeasuredPlan(expectedTp, ep, engines), row.Plan);
    }

    [Theory]
    [InlineData(1024, 8192, Campaign.InferenceX)]
    [InlineData(1024, 512, Campaign.Grid)]
    [InlineData(1000, 2000, Campaign.Generated)]
    public void Campaign_IsToldByTheLengths(int isl, int osl, Campaign campaign) => Assert.Equal(
        campaign, Read(Llama.Replace("256,16", $"{isl},{osl}", StringComparison.Ordinal))
            .Single().Row!.Campaign);

    [Fact]
    public void IndependentWorkers_AreOneOfThem_WithItsShareOfTheLoad()
    {
        var row = Read(Llama.Replace(",4.0\n", "", StringComparison.Ordinal)[..^3] + "16.0")
            .Single().Row!;
        Assert.Equal(4, row.Concurrency);
        Assert.Equal(1, row.Plan.Dp);
    }

    [Fact]
    public void DisaggregatedRow_IsToldAsSuch()
    {
        var (row, _, reason) = Read(Llama.Replace("agg", "disagg", StringComparison.Ordinal))
            .Single();
        Assert.Null(row);
        Assert.Contains("disaggregated", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(",20,6,", ",0,6,", "(2): silicon_ttft_ms: \"0\" is not a number above 0")]
    [InlineData(",4.0,1.0,1.0", ",4.5,1.0,1.0", "(2): batch_size: \"4.5\" is not a count")]
    public void MalformedRow_IsToldWithItsLine(string old, string replacement, string message)
    {
        var line = Llama.Replace(old, replacement, StringComparison.Ordinal);
        var error = Assert.Throws<ConfigException>(() => Read(line));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClosedLoop_HasFourWaves_WhoseMiddleOnesCountFourfold()
    {
        var row = Read(Llama).Single().Row!;
        var workload = ClosedLoop.Of(row);
        Assert.Equal((16, 4), (workload.Requests.Count, workload.MaxConcurrency));
        // The first wave waits for 10 s, all others for 1 s: (10 + 9) / 10.
        var records = workload.Requests.Select(request => new RequestRecord(
            request, 0, default, default, At(request.Id < 4 ? 10 : 1), At(20), 0, 0, null));
        Assert.Equal(1.9, ClosedLoop.Means(row, [.. records]).Ttft, 1e-12);
    }

    [Fact]
    public void SpreadLengths_LieWithinAFifthBelowTheStated_AndRepeat()
    {
        var row = Read(Llama.Replace("256,16", "1024,1024", StringComparison.Ordinal))
            .Single().Row!;
        var lengths = Lengths(row);
        Assert.All(lengths, length => Assert.InRange(length, 820, 1024));
        Assert.True(lengths.Distinct().Count() > 4);
        Assert.Equal(lengths, Lengths(row));

        static int[] Lengths(MeasuredDeployment row) =>
            [.. ClosedLoop.Of(row).Requests.Select(request => request.PromptTokens)];
    }

    [Fact]
    public void SingleRequestAtATime_TakesWhatItsStepsTake()
    {
        var row = Read(Llama).Single().Row! with { Concurrency = 1 };
        var outcome = new DeploymentJudge(Roofline).Judge(row);
        Assert.Null(outcome.Reason);
        // 16.06 GB of weights at 3.352 TB/s are 4.8 ms; a step adds launches and host time.
        Assert.InRange(outcome.Tpot, 4.8e-3, 7e-3);
        Assert.True(outcome.Ttft > outcome.Tpot);
    }

    [Theory]
    [InlineData("meta-llama/Llama-3.1-8B-Instruct", "some/model", "some/model is not shipped")]
    [InlineData("h100_sxm", "gb10", "gb10 has no cluster file")]
    [InlineData("vllm", "tgi", "tgi has no engine profile")]
    [InlineData(",,,4.0", ",q9,,4.0", "weights in q9 are not known")]
    public void UnknownWord_SkipsTheRowWithTheReason(string old, string word, string reason)
    {
        using var tables = Tables(Llama.Replace(old, word, StringComparison.Ordinal));
        var result = DeploymentRows.Judge(tables.Folder, Roofline, []);
        Assert.Equal((1, 0, 1), (result.Count.Rows, result.Count.Judged, result.Count.Skipped));
        Assert.Equal(reason, result.Skipped.Single().Reason);
    }

    [Fact]
    public void Judgement_IsTheSameOnEveryRun_AndCountsEveryRow()
    {
        using var tables = Tables(
            Llama, Llama.Replace("h100", "h200", StringComparison.Ordinal),
            Llama.Replace("agg", "disagg", StringComparison.Ordinal));
        var first = DeploymentRows.Judge(tables.Folder, Roofline, []);
        Assert.Equal(first.Rows, DeploymentRows.Judge(tables.Folder, Roofline, []).Rows);
        Assert.Equal((3, 2, 1), (first.Count.Rows, first.Count.Judged, first.Count.Skipped));
        var one = DeploymentRows.Judge(tables.Folder, Roofline, ["h200_sxm"]);
        Assert.Equal((3, 1, 2), (one.Count.Rows, one.Count.Judged, one.Count.LeftOut));
    }

    [SharedDataFact("groundtruth/e2e_silicon_sample.csv.gz")]
    public void PublicDeployments_AreAllReadOrToldWhyNot()
    {
        var folder = Path.GetDirectoryName(
            RepositoryRoot.Shared("groundtruth/e2e_silicon_sample.csv.gz"))!;
        var rows = DeploymentTable.Read(folder).ToArray();
        Assert.Equal(1323, rows.Length);
        Assert.Equal(152, rows.Count(row => row.Row is null));
        // Aggregated deployments of the table stand in one node of eight.
        Assert.All(
            rows.Where(row => row.Row is not null),
            row => Assert.InRange(row.Row!.Plan.Tp * row.Row.Plan.Dp, 1, 8));
    }

    [SharedDataFact("groundtruth/vllm-rtx4090-llama-3.1-8b/requests.jsonl")]
    public void ServedRun_IsComparedRequestByRequest()
    {
        var folder = Path.GetDirectoryName(
            RepositoryRoot.Shared("groundtruth/e2e_silicon_sample.csv.gz"))!;
        var result = ServedRun.Judge(folder, Roofline, []);
        Assert.Equal(300, result.Count.Judged);
        Assert.Equal(300, result.Rows.Count(row => row.Metric == "latency"));
        var makespan = result.Rows.Single(row => row.Metric == "makespan");
        Assert.Equal(183.567, makespan.Measured, 1e-3);
    }

    private static SimTime At(double seconds) => new((long)(seconds * 1e12));

    private static MeasuredTables Tables(params string[] lines)
    {
        var tables = new MeasuredTables();
        tables.Write("e2e_silicon_sample", [Header, .. lines]);
        return tables;
    }

    private static (MeasuredDeployment? Row, string System, string? Reason)[] Read(string line)
    {
        using var tables = Tables(line);
        return [.. DeploymentTable.Read(tables.Folder)];
    }
}
