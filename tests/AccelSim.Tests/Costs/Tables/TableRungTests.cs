using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Tables;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs.Tables;

public sealed class TableRungTests
{
    private static readonly Device H100 =
        Device.From(Catalog.Open("h100-sxm").Accelerator, Catalog.Estimators);

    private static readonly Dictionary<CommunicationGroup, GroupLink> NoLinks = [];

    [Theory]
    [InlineData(64, 1024, 1024, 10)]
    [InlineData(256, 1024, 1024, 22)]
    [InlineData(160, 1024, 1024, 16)]
    [InlineData(64, 1536, 1024, 15)]
    [InlineData(64, 1024, 2048, 30)]
    [InlineData(64, 1536, 1536, 25)]
    public void Times_AreMeasuredOnesAndLinearBetween(int m, int n, int k, double expected) =>
        Assert.Equal(expected, Table().Seconds(Linear(m, n, k)), 9);

    [Theory]
    [InlineData(63, 1024, 1024)]
    [InlineData(257, 1024, 1024)]
    [InlineData(64, 1023, 1024)]
    [InlineData(64, 1024, 2049)]
    public void BeyondTheHull_ThereIsNoTime(int m, int n, int k) =>
        Assert.True(double.IsNaN(Table().Seconds(Linear(m, n, k))));

    [Fact]
    public void APointMeasuredTwice_CountsWithItsMean()
    {
        var table = Table();
        table.Add(Linear(64, 1024, 1024), 20);
        Assert.Equal(15, table.Seconds(Linear(64, 1024, 1024)), 9);
    }

    [Fact]
    public void OtherFormats_AreNotMixed() => Assert.True(double.IsNaN(Table().Seconds(
        Linear(64, 1024, 1024) with { WeightFormat = new StorageFormat(NumberFormat.Int8, 8) })));

    [Fact]
    public void MeasuredPrices_SaySo()
    {
        var model = Rung("table").Make(H100, FormatPlan.Unquantised(NumberFormat.Bf16), NoLinks);
        model.Price(Linear(64, 1024, 1024), out var cost);
        Assert.Equal(10, cost.Seconds, 9);
        Assert.Equal((Provenance.Measured, PriceGround.Inside), (cost.Tag!.Value, cost.Ground));
        Assert.Equal(10, Sum(cost.Share), 6);
        Assert.Empty(model.Beyond);
    }

    [Fact]
    public void PricesBeyondTheTable_AreTheRungsBelowAndReported()
    {
        var formats = FormatPlan.Unquantised(NumberFormat.Bf16);
        var model = Rung("table").Make(H100, formats, NoLinks);
        var beyond = Linear(512, 1024, 1024);
        model.Price(beyond, out var cost);
        CostRung.Named("analytical", "").Make(H100, formats, NoLinks)
            .Price(beyond, out var below);
        Assert.Equal(below.Seconds, cost.Seconds);
        Assert.NotEqual(Provenance.Measured, cost.Tag);
        Assert.Equal(
            new SizeBeyond(KernelFamily.LinearBf16, "m", 512, 64, 256),
            model.Beyond.Single(one => one.High == 256));
    }

    [Fact]
    public void AChoice_PricesEachFamilyByItsRung()
    {
        var formats = FormatPlan.Unquantised(NumberFormat.Bf16);
        var model = Rung("roofline,linearBf16=table").Make(H100, formats, NoLinks);
        Assert.Equal("roofline,linearBf16=table", model.Name);
        model.Price(Linear(64, 1024, 1024), out var linear);
        Assert.Equal(10, linear.Seconds, 9);
        var norm = new Operator
        {
            Name = "norm", Kind = OperatorKind.Normalisation, Count = 1, M = 64, N = 4096,
            ComputeFormat = NumberFormat.Bf16, VectorFlops = new Flops(1_000_000),
            InputBytes = new Bytes(524288), OutputBytes = new Bytes(524288),
        };
        model.Price(norm, out var own);
        new RooflineCostModel(H100, formats, NoLinks).Price(norm, out var roofline);
        Assert.Equal(roofline.Seconds, own.Seconds);
    }

    [Theory]
    [InlineData("tabel", "--x: \"tabel\" is not known; did you mean \"table\"? Known: roofline, "
        + "analytical, table, trace.")]
    [InlineData("analytical,decode=table",
        "--x: \"decode\" is no family of kernels; ")]
    [InlineData("analytical,sampling",
        "--x: \"sampling\" is no choice; write it like decodeAttention=roofline.")]
    [InlineData("analytical,sampling=roofline,sampling=table",
        "--x: \"sampling\" is chosen twice.")]
    public void WrongChoices_AreTold(string name, string message) => Assert.StartsWith(
        message, Assert.Throws<ConfigException>(() => Rung(name)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void TheTableRungWithoutTables_IsTold() => Assert.Equal(
        "--x: the table rung needs a folder of measured times; give it by --tables.",
        Assert.Throws<ConfigException>(() => CostRung.Named("table", "--x")).Message);

    [Fact]
    public void ADeviceThatWasNotMeasured_IsTold()
    {
        var other = Device.From(Catalog.Open("l4").Accelerator, Catalog.Estimators);
        var error = Assert.Throws<ConfigException>(() => Rung("table").Make(
            other, FormatPlan.Unquantised(NumberFormat.Bf16), NoLinks));
        Assert.Equal("T: has no times of l4; measured: h100-sxm.", error.Message);
    }

    private static CostRung Rung(string name) => CostRung.Named(
        name, "--x",
        new TimeTables("T", new Dictionary<string, TimeTable> { ["h100-sxm"] = Table() }));

    /// <summary>Seconds are linear in all sizes: m / 16 + n, k in steps of 1024.</summary>
    private static TimeTable Table()
    {
        var table = new TimeTable();
        foreach (var m in new[] { 64, 256 })
        {
            foreach (var n in new[] { 1024, 2048 })
            {
                foreach (var k in new[] { 1024, 2048 })
                {
                    var seconds = 10 + (m - 64) / 16.0 + 10 * (n / 1024 - 1) + 20 * (k / 1024 - 1);
                    table.Add(Linear(m, n, k), seconds);
                }
            }
        }
        return table;
    }

    private static double Sum(ResourceVector shares)
    {
        double sum = 0;
        foreach (var share in shares) sum += share;
        return sum;
    }

    private static Operator Linear(int m, int n, int k) => new()
    {
        Name = "linear",
        Kind = OperatorKind.Linear,
        Count = 1,
        M = m,
        N = n,
        K = k,
        ComputeFormat = NumberFormat.Bf16,
        WeightFormat = new StorageFormat(NumberFormat.Bf16, 16),
        MatrixFlops = new Flops(2L * m * n * k),
        WeightBytes = new Bytes(2L * n * k),
        InputBytes = new Bytes(2L * m * k),
        OutputBytes = new Bytes(2L * m * n),
    };
}
