using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Tests.Costs;
using AccelSim.Validation;
using AccelSim.Workloads;

namespace AccelSim.Tests.Validation;

/// <summary>Errors against closed forms of the roofline on the shipped H100 and A100.</summary>
public sealed class ValidatorTests
{
    /// <summary>One kernel's launch on the shipped GPUs, in microseconds.</summary>
    private static readonly double Launch =
        Device.From(Catalog.Open("h100-sxm").Accelerator, Catalog.Estimators)
            .KernelLaunch.Value.Value * 1e6;

    /// <summary>8192 × 8192 weights and two vectors in bf16 over 3.352 TB/s.</summary>
    private static readonly double Vector = (2.0 * 8192 * 8192 + 4 * 8192) / 3.352e12 * 1e6;

    [Fact]
    public void Gemm_AtOneRow_TakesTheTimeToReadTheWeightsAndALaunch()
    {
        var row = Single("gemm", MeasuredTables.Gemm, "h100_sxm,bfloat16,1,8192,8192,50,x,1");
        Assert.Equal(Vector + Launch, row.Predicted * 1e6, 1e-6);
    }

    [Theory]
    [InlineData("b200_sxm", "b200")]
    [InlineData("h100_pcie", "h100-pcie")]
    [InlineData("rtx_pro_6000_server", "rtx-pro-6000")]
    [InlineData("mi300x", "mi300x")]
    public void Devices_AreFoundByTheFirstWordsOfTheirNames(string device, string hardware)
    {
        Assert.Equal(hardware, TableNames.Hardware(device));
        using var tables = new MeasuredTables();
        tables.Write("gemm", MeasuredTables.Gemm, $"{device},bfloat16,1,8192,8192,50,x,1");
        Assert.Equal(device, tables.Judge().Groups.Single().Device);
    }

    [Fact]
    public void Gemm_WithFp8OnADeviceWithoutIt_IsLabelledAsExpanded()
    {
        using var tables = new MeasuredTables();
        tables.Write("gemm", MeasuredTables.Gemm, "a100_sxm,fp8,1,8192,8192,50,x,1");
        Assert.Equal("fp8 as bf16", tables.Judge().Groups.Single().Format);
    }

    [Fact]
    public void Decode_TakesTheTimeToReadItsCacheOnceAndALaunch()
    {
        var row = Single(
            "attention_decode",
            "device,dtype,kv_dtype,batch,kv_len,heads,kv_heads,head_dim,window,latency_us",
            "h100_sxm,bfloat16,fp8,64,8192,32,8,128,0,300");
        var cache = 64.0 * 8192 * 2 * 8 * 128;
        var activations = 64.0 * 32 * 128 * 2 * 2;
        Assert.Equal((cache + activations) / 3.352e12 * 1e6 + Launch, row.Predicted * 1e6, 1e-6);
    }

    [Fact]
    public void Decode_WithAWindow_ReadsNoMoreThanTheWindow()
    {
        const string header =
            "device,dtype,kv_dtype,batch,kv_len,heads,kv_heads,head_dim,window,latency_us";
        var windowed = Single(
            "attention_decode", header, "h100_sxm,bfloat16,bfloat16,64,8192,32,8,128,1024,300");
        var whole = Single(
            "attention_decode", header, "h100_sxm,bfloat16,bfloat16,64,1024,32,8,128,0,300");
        Assert.Equal(whole.Predicted, windowed.Predicted);
    }

    [Fact]
    public void Prefill_OfTwoPrompts_PricesTheCausalTriangleOfEach()
    {
        var row = Single(
            "attention_prefill",
            "device,dtype,kv_dtype,batch,seq,heads,kv_heads,head_dim,window,latency_us",
            "a100_sxm,bfloat16,bfloat16,2,8192,32,8,128,0,9000");
        // The vector engine's softmax, five operations a score, outlasts the matrix engine's work.
        var pairs = 2 * 8192.0 * 8193 / 2;
        var vector = Device.From(Catalog.Open("a100-sxm-80gb").Accelerator, Catalog.Estimators)
            .VectorRate(AccelSim.Units.NumberFormat.Fp32)!.Value.Value;
        var matrix = 2 * pairs * 32 * 256 / 311.87e12;
        var seconds = Math.Max(5 * pairs * 32 / vector, matrix);
        Assert.Equal(seconds * 1e6 + Launch, row.Predicted * 1e6, 2.0);
    }

    [Fact]
    public void AllReduce_OfALargeMessage_TakesTheRateOfItsLink()
    {
        var row = Single(
            "allreduce", "device,op,impl,ranks,bytes,latency_us",
            "a100_sxm,all_reduce,nccl,2,1000000000,5000");
        // Each of two ranks sends half a gigabyte twice over 300 GB/s.
        Assert.InRange(row.Predicted, 1e9 / 300e9, 1.02 * 1e9 / 300e9);
    }

    [Fact]
    public void Errors_AreMedianMeanP90AndBiasOfSignedErrors()
    {
        using var tables = new MeasuredTables();
        var times = new[] { 0.5, 1.0, 2.0, 4.0 }.Select(factor => Row((Vector + Launch) * factor));
        tables.Write("gemm", [MeasuredTables.Gemm, .. times]);
        // Predicted over measured is 2, 1, ½, ¼: the errors are 1, 0, −½, −¾.
        var errors = tables.Judge().Groups.Single().Errors;
        Assert.Equal(4, errors.Count);
        Assert.Equal(0.5, errors.Median, 1e-6);
        Assert.Equal(0.5625, errors.Mean, 1e-6);
        Assert.Equal(1.0, errors.P90, 1e-6);
        Assert.Equal(-0.5, errors.Bias, 1e-6);
    }

    [Fact]
    public void Coverage_IsTheShareOfRowsMeasuredWithinTheirBand()
    {
        using var tables = new MeasuredTables();
        // The roofline's band begins at its prediction and ends where nothing overlaps.
        var times = new[] { 0.5, 1.001, 0.999, 40 }.Select(factor =>
            Row((Vector + Launch) * factor));
        tables.Write("gemm", [MeasuredTables.Gemm, .. times]);
        Assert.Equal(0.25, tables.Judge().Groups.Single().Errors.Coverage);
    }

    /// <summary>Rows with the errors that the fit knows of fall into the band in 90 %.</summary>
    [Theory]
    [InlineData(0.1, 0.85, 0.95)]
    [InlineData(0.05, 0.99, 1)]
    [InlineData(0.3, 0.2, 0.6)]
    public void Coverage_OfHeldOutRows_TellsAnHonestBandFromOthers(
        double spread, double low, double high)
    {
        using var tables = new MeasuredTables();
        var random = new SimRandom(3, "errors");
        tables.Write(
            "gemm",
            [
                MeasuredTables.Gemm,
                .. Enumerable.Range(1, 2000).Select(m => string.Create(
                    CultureInfo.InvariantCulture,
                    $"h100_sxm,bfloat16,{m},64,64,{Measured(m)},x,1")),
            ]);
        var coverage = tables.Judge(FakeKernel.Rung(FakeKernel.Fit(0.1))).Overall!.Coverage;
        Assert.InRange(coverage, low, high);

        double Measured(int m) => (m + 1) * random.NextLogNormal(0, spread);
    }

    [Fact]
    public void Percentiles_AreNearestRank()
    {
        double[] errors = [.. Enumerable.Range(1, 10).Select(i => i / 10.0)];
        Assert.Equal(new ErrorSummary(10, 0.5, 0.55, 0.9, 0.5, 0.7), ErrorSummary.Of(errors, 7) with
        {
            Mean = 0.55,
        });
    }

    [Theory]
    [InlineData("1,32,32", Regime.Launch)]
    [InlineData("1,8192,8192", Regime.Memory)]
    [InlineData("8192,8192,8192", Regime.Compute)]
    public void Regime_IsWhatTheModelWaitsFor(string shape, Regime regime)
    {
        using var tables = new MeasuredTables();
        tables.Write("gemm", MeasuredTables.Gemm, $"h100_sxm,bfloat16,{shape},50,x,1");
        Assert.Equal(regime, tables.Judge().Groups.Single().Regime);
    }

    [Fact]
    public void Worst_AreTheFiveFurthestOffInFactor()
    {
        using var tables = new MeasuredTables();
        double[] factors = [2, 0.125, 4, 1, 64, 32, 16];
        tables.Write(
            "gemm", [MeasuredTables.Gemm, .. factors.Select(f => Row((Vector + Launch) * f))]);
        var worst = tables.Judge().Worst;
        Assert.Equal([6, 7, 8, 3, 4], worst.Select(row => row.Line));
        Assert.Equal("m=1 n=8192 k=8192", worst[0].Shape);
    }

    [Fact]
    public void Rows_ThatCannotBePriced_AreCountedWithTheirReason()
    {
        using var tables = new MeasuredTables();
        tables.Write("gemm", MeasuredTables.Gemm, Row(50), Row(60));
        var result = new Validator(tables.Folder, CostRung.Named("roofline", "--rung"))
        {
            Hardware = _ => Catalog.Open("titan-xp"),
        }.Run();
        Assert.Null(result.Overall);
        Assert.Equal(
            new SkippedRows("gemm", "titan-xp does not compute in bf16", 2),
            result.Skipped.Single());
    }

    [Fact]
    public void Rows_OfDevicesNotAskedFor_AreLeftOut()
    {
        using var tables = new MeasuredTables();
        tables.Write("gemm", MeasuredTables.Gemm, Row(50), "unheard_of,bfloat16,1,2,3,4,x,1");
        var result = new Validator(tables.Folder, CostRung.Named("roofline", "--rung"))
        {
            Devices = ["h100_sxm"],
        }.Run();
        Assert.Equal(new TableCount("gemm", true, 2, 1, 0, 1), result.Tables[0]);
    }

    [Fact]
    public void Tables_ThatAreNotThere_AreNamed()
    {
        using var tables = new MeasuredTables();
        tables.Write("gemm", MeasuredTables.Gemm, Row(50));
        Assert.Equal(
            ["attention_prefill", "attention_decode", "mla", "moe", "allreduce"],
            tables.Judge().Tables.Where(table => !table.IsThere).Select(table => table.Table));
    }

    [Fact]
    public void Points_AreAtMostFiveThousandAndTheSameEveryTime()
    {
        using var tables = new MeasuredTables();
        tables.Write(
            "gemm",
            [MeasuredTables.Gemm, .. Enumerable.Range(1, 12_345).Select(i => Row(i))]);
        var points = tables.Judge().Points;
        Assert.Equal(5000, points.Count);
        Assert.Equal(points, tables.Judge().Points);
    }

    [Fact]
    public void Rung_ThatIsUnknown_IsAnError() => Assert.Equal(
        "--rung: \"magic\" is not known; known: roofline, analytical, table, trace.",
        Assert.Throws<ConfigException>(() => CostRung.Named("magic", "--rung")).Message);

    private static string Row(double microseconds) => string.Create(
        CultureInfo.InvariantCulture, $"h100_sxm,bfloat16,1,8192,8192,{microseconds:R},x,1");

    private static JudgedRow Single(string table, string header, string row)
    {
        using var tables = new MeasuredTables();
        tables.Write(table, header, row);
        return tables.Judge().Points.Single();
    }
}
