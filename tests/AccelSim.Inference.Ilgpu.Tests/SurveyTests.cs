using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>What a device is measured for, and the formats that its traces state.</summary>
public sealed class SurveyTests
{
    public static TheoryData<string> Fast => [.. Devices.Fast];

    [Theory]
    [MemberData(nameof(Fast))]
    public void Surveys_HaveEachFormatAndNumbersThatAreSome(string device)
    {
        using var survey = new GpuSurvey(Devices.Named(device));
        var rows = survey.Survey().Rows;
        Assert.All(rows, row => Assert.True(double.IsFinite(row.Value) && row.Value > 0, row.What));
        foreach (var start in new[]
            { "copying", "64 KiB to", "64 KiB from", "one kernel", "bf16", "fp16", "int8", "int4",
                "fp8", "w8a8" })
        {
            Assert.Contains(rows, row => row.What.StartsWith(start, StringComparison.Ordinal));
        }
        // What is read again and again cannot take no time at all.
        Assert.True(survey.Product() < 1e17);
    }

    /// <summary>A trace of matrix units is not priced as if it multiplied in fp32.</summary>
    [Theory]
    [InlineData("bf16", "bf16", NumberFormat.Bf16, NumberFormat.Bf16)]
    [InlineData("int4", "fp16", NumberFormat.Bf16, NumberFormat.Bf16)]
    [InlineData("fp16", "int8", NumberFormat.Fp16, NumberFormat.Bf16)]
    [InlineData("w8a8", "fp16", NumberFormat.Int8, NumberFormat.Bf16)]
    [InlineData("fp32", "fp32", NumberFormat.Fp32, NumberFormat.Fp32)]
    public void Formats_AreThoseOfMatrixUnits(
        string weights, string kv, NumberFormat products, NumberFormat attention)
    {
        var formats = EngineFormats.Named(weights, kv);
        var kept = formats.Plan(ModelCatalog.Load("llama-3.2-1b"));
        var plan = GpuBackend.Formats(kept, formats, MatrixUnits.Cuda);
        Assert.Equal(
            (products, products, attention, NumberFormat.Fp32, kept.Linear, kept.Kv),
            (plan.LinearCompute, plan.ExpertCompute, plan.AttentionCompute, plan.Activation,
                plan.Linear, plan.Kv));
    }

    [Fact]
    public void WithoutUnits_FormatsAreTheProcessors()
    {
        var formats = EngineFormats.Named("bf16", "bf16");
        var kept = formats.Plan(ModelCatalog.Load("llama-3.2-1b"));
        Assert.Equal(kept, GpuBackend.Formats(kept, formats, MatrixUnits.None));
    }
}
