using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Validation;
using AccelSim.Validation.Deployments;

namespace AccelSim.Tests.Validation.Deployments;

/// <summary>Power of static batches: read, estimated, compared.</summary>
public sealed class PowerTests
{
    private const string Header =
        "model,hardware,prompt_size,batch_size,token_size,peak_power,average_power,prompt_time,"
        + "token_time,e2e_time,tensor_parallel";

    private static readonly CostRung Roofline = CostRung.Named("roofline", "--rung");

    [Fact]
    public void Row_IsJudgedByPowerOfBothKindsAndTimeOfBothPhases()
    {
        var rows = Judge("llama2-70b,a100-80gb,512,1,128,1.0,0.7,196,55,7168,2").Rows;
        Assert.Equal(
            ["mean power", "peak power", "prompt time", "token time"],
            rows.Select(row => row.Metric));
        Assert.All(rows.Take(2), row => Assert.InRange(row.Predicted, 0.2, 1));
    }

    [Fact]
    public void RowWithoutPower_IsJudgedByItsTimesAlone() => Assert.Equal(
        ["prompt time", "token time"],
        Judge("bloom-176b,a100-80gb,512,1,256,0,0,174,49,12676,8").Rows
            .Select(row => row.Metric));

    [Fact]
    public void Power_FallsAsRanksWaitForTheHost_AndPromptsDrawMoreThanTokens()
    {
        var shares = new[] { 2, 4, 8 }
            .Select(tp => Judge(
                $"llama2-70b,a100-80gb,512,1,128,1.0,0.7,196,55,7168,{tp}").Rows)
            .ToArray();
        Assert.True(shares[0][0].Predicted > shares[1][0].Predicted);
        Assert.True(shares[1][0].Predicted > shares[2][0].Predicted);
        Assert.All(shares, rows => Assert.True(rows[1].Predicted > rows[0].Predicted));
    }

    [Fact]
    public void Power_GrowsWithTheBatch_ButNeverBeyondTheLimit()
    {
        double last = 0;
        foreach (var batch in new[] { 1, 4, 16, 64 })
        {
            var row = Judge(
                $"llama2-70b,a100-80gb,512,{batch},128,1.0,0.7,196,55,7168,4").Rows[0];
            Assert.InRange(row.Predicted, last, 1 + 1e-9);
            last = row.Predicted;
        }
    }

    [Theory]
    [InlineData("gpt-5,a100-80gb,512,1,128,1,1,1,1,1,2", "the model \"gpt-5\" is not known")]
    [InlineData("llama2-70b,h100,512,1,128,1,1,1,1,1,2", "the hardware \"h100\" is not known")]
    [InlineData("llama2-70b,a100-80gb,512,1,128,1,-1,1,1,1,2", "\"-1\" is not a number from 0")]
    public void MalformedRow_IsTold(string line, string message) => Assert.Contains(
        message, Assert.Throws<ConfigException>(() => Judge(line)).Message,
        StringComparison.Ordinal);

    private static WholeRows Judge(string line)
    {
        using var tables = new MeasuredTables();
        File.WriteAllText(
            Path.Combine(tables.Folder, PowerTable.File), $"{Header}\n{line}\n");
        return PowerTable.Judge(tables.Folder, Roofline, []);
    }
}
