using AccelSim.Cli.Output;
using AccelSim.Hardware;
using AccelSim.Studies;

namespace AccelSim.Cli.Tests;

public sealed class SensitivityTableTests
{
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void UndefinedElasticity_IsADash(double elasticity)
    {
        var leaf = Catalog.Open("h100-sxm").Leaves
            .Single(leaf => leaf.Path == "$.memory.hbm.bandwidth");
        using var output = new StringWriter { NewLine = "\n" };
        SensitivityTable.Write(new Terminal(output, TextWriter.Null),
        [
            new FieldSensitivity(
                leaf, 0.01,
                new Dictionary<string, double> { ["TTFT"] = -1, ["goodput"] = elasticity },
                new Dictionary<string, double>(), null),
        ]);
        var row = output.ToString().Split('\n').Single(line => line.StartsWith("memory"));
        Assert.EndsWith("−1.000        –", row, StringComparison.Ordinal);
    }
}
