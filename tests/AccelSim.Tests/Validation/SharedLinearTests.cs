using AccelSim.Costs;
using AccelSim.Validation;

namespace AccelSim.Tests.Validation;

/// <summary>Linear layers against the public tables, with the figures that ship.</summary>
public sealed class SharedLinearTests
{
    private const string Table = "groundtruth/gemm.csv.gz";

    /// <summary>
    /// Medians of shipped figures stay near what the fit found; far less would mean that the
    /// tables are not judged as they should be.
    /// </summary>
    [SharedDataTheory(Table)]
    [InlineData("a100_sxm", "bfloat16", 0.04, 0.065)]
    [InlineData("a100_sxm", "sq", 0.03, 0.075)]
    [InlineData("a100_sxm", "int8_wo", 0.03, 0.075)]
    [InlineData("a100_sxm", "int4_wo", 0.04, 0.085)]
    [InlineData("h100_sxm", "bfloat16", 0.03, 0.06)]
    [InlineData("h100_sxm", "fp8", 0.04, 0.085)]
    [InlineData("h200_sxm", "bfloat16", 0.03, 0.065)]
    [InlineData("h200_sxm", "fp8", 0.04, 0.09)]
    [InlineData("l40s", "bfloat16", 0.05, 0.095)]
    public void Medians_AreWithinBothGates(
        string device, string format, double least, double most)
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.Shared(Table))!;
        var result = new Validator(folder, CostRung.Named("analytical", "--rung"))
        {
            Tables = [MeasuredTable.Gemm],
            Devices = [device],
        }.Run();
        var groups = result.Groups.Where(group => group.Format == format).ToList();
        var rows = groups.Sum(group => group.Errors.Count);
        var median = groups.Sum(group => group.Errors.Median * group.Errors.Count) / rows;
        Assert.InRange(median, least, most);
    }
}
