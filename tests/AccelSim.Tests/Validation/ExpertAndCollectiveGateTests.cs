using AccelSim.Costs;
using AccelSim.Validation;

namespace AccelSim.Tests.Validation;

/// <summary>Experts and collectives against measured tables: gates from both sides.</summary>
public sealed class ExpertAndCollectiveGateTests
{
    private const string Experts =
        "device,dtype,distribution,backend,tokens,hidden,inter,topk,experts,tp,ep,latency_us";

    // A median below the low end would mean that a fit has learnt the rows by heart.
    [SharedDataTheory("groundtruth/moe.csv.gz")]
    [InlineData("a100_sxm", 4, 10, 30)]
    [InlineData("h100_sxm", 4, 10, 30)]
    [InlineData("h200_sxm", 4, 10, 30)]
    [InlineData("l40s", 3, 10, 32)]
    [InlineData("b60", 3, 10, 32)]
    public void Experts_AreWithinTheirGate(string device, double low, double median, double p90) =>
        Gate(MeasuredTable.Moe, device, low, median, p90);

    [SharedDataTheory("groundtruth/allreduce.csv.gz")]
    [InlineData("a100_sxm", 2, 6, 20)]
    [InlineData("h100_sxm", 2, 6, 20)]
    [InlineData("h200_sxm", 2, 6, 20)]
    [InlineData("l40s", 2, 9, 30)]
    [InlineData("b60", 0.5, 6, 20)]
    public void Collectives_AreWithinTheirGate(
        string device, double low, double median, double p90) =>
        Gate(MeasuredTable.AllReduce, device, low, median, p90);

    [Fact]
    public void BusiestRank_OfASkewedLoad_TakesLongerThanAnyOfAnEvenOne()
    {
        using var tables = new MeasuredTables();
        tables.Write("moe", Experts,
            "h100_sxm,bfloat16,balanced,vllm,8192,4096,1536,8,128,1,8,1000",
            "h100_sxm,bfloat16,power_law_1.01,vllm,8192,4096,1536,8,128,1,8,1000",
            "h100_sxm,bfloat16,power_law_1.2,vllm,8192,4096,1536,8,128,1,8,1000");
        var times = Worst(tables);
        Assert.True(times[0] < times[1] && times[1] < times[2], string.Join(", ", times));
    }

    [Fact]
    public void Loads_AreDrawnAlikeEachTime()
    {
        using var tables = new MeasuredTables();
        tables.Write("moe", Experts,
            "h100_sxm,bfloat16,power_law_1.2,sglang,300,4096,1536,8,128,1,8,100");
        Assert.Equal(Worst(tables), Worst(tables));
    }

    private static double[] Worst(MeasuredTables tables) =>
    [
        .. new Validator(tables.Folder, CostRung.Named("analytical", "--rung")).Run().Worst
            .OrderBy(row => row.Line).Select(row => row.Predicted),
    ];

    private static void Gate(
        MeasuredTable table, string device, double low, double median, double p90)
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.Shared("groundtruth/" + table.File))!;
        var result = new Validator(folder, CostRung.Named("analytical", "--rung"))
        {
            Tables = [table],
            Devices = [device],
        }.Run();
        Assert.InRange(100 * result.Overall!.Median, low, median);
        Assert.InRange(100 * result.Overall.P90, low, p90);
    }
}
