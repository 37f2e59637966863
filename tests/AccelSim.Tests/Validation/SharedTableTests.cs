using AccelSim.Costs;
using AccelSim.Validation;

namespace AccelSim.Tests.Validation;

/// <summary>The public tables: every row is judged or counted as skipped.</summary>
public sealed class SharedTableTests
{
    [SharedDataFact("groundtruth/gemm.csv.gz")]
    public void Rows_AreAllJudgedOrCountedAsSkipped()
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.Shared("groundtruth/gemm.csv.gz"))!;
        var result = new Validator(folder, CostRung.Named("roofline", "--rung"))
        {
            WholeTables = [],
        }.Run();
        Assert.Equal(
            [
                ("gemm", 181_793), ("attention_prefill", 67_907), ("attention_decode", 68_095),
                ("mla", 19_296), ("moe", 49_077), ("allreduce", 1_537),
            ],
            result.Tables.Select(table => (table.Table, table.Rows)));
        Assert.All(
            result.Tables, table => Assert.Equal(table.Rows, table.Judged + table.Skipped));
        Assert.Equal(
            result.Overall!.Count, result.Groups.Sum(group => group.Errors.Count));
    }
}
