using AccelSim.Calibration;
using AccelSim.Hardware;
using AccelSim.Tests.Validation;
using AccelSim.Validation;
using AccelSim.Workloads;

namespace AccelSim.Tests.Calibration;

/// <summary>Made tables, on which the figures are known to be right.</summary>
public sealed class CalibratedRungsTests : IDisposable
{
    private readonly MeasuredTables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void FoldsThatWereLeftOut_ArePredicted()
    {
        ToyReduction.Write(_tables, "h100_sxm");
        var rungs = CalibratedRungs.Folded(3, devices => Calibrator(devices, 3));
        var result = new Validator(_tables.Folder, rungs).Run();
        Assert.Equal("analytical, calibrated", result.Rung);
        Assert.InRange(result.Overall!.Median, 0, 0.02);
        Assert.Equal(3, rungs.Of("h100_sxm").Count);
        Assert.Equal(
            [0, 1, 2],
            Enumerable.Range(1, 30)
                .Select(i => rungs.Fold(
                    "h100_sxm", KernelFamily.AllGather, $"ranks=4 bytes={1024 << (i % 15)}"))
                .Distinct().Order());
    }

    /// <summary>Neither figures nor spread of a fold have seen the rows that judge them.</summary>
    [Fact]
    public void BandsOfFoldsThatWereLeftOut_HoldNineOfTenRows()
    {
        var random = new SimRandom(5, "noise");
        ToyReduction.Write(_tables, () => random.NextLogNormal(0, 0.1), 300, "h100_sxm");
        var result = new Validator(
            _tables.Folder, CalibratedRungs.Folded(3, devices => Calibrator(devices, 3))).Run();
        Assert.InRange(result.Overall!.Coverage, 0.85, 0.95);
    }

    [Fact]
    public void FiguresOfAnotherDevice_PredictFromTheDataSheet()
    {
        ToyReduction.Write(_tables, "h100_sxm", "h200_sxm");
        var rungs = CalibratedRungs.Transferred(
            ["h100_sxm", "l40s"], devices => Calibrator(devices, 1));
        var result = new Validator(_tables.Folder, rungs) { Devices = ["h200_sxm"] }.Run();
        Assert.InRange(result.Overall!.Median, 0, 0.02);
    }

    [Fact]
    public void ASecondRun_GivesTheSameFigures()
    {
        ToyReduction.Write(_tables, "h100_sxm");
        var (first, second) = (Judge(), Judge());
        Assert.Equal(first.Overall, second.Overall);
        Assert.Equal(first.Groups, second.Groups);

        ValidationResult Judge() => new Validator(
            _tables.Folder, CalibratedRungs.Folded(3, devices => Calibrator(devices, 3))).Run();
    }

    [Theory]
    [InlineData("h200_sxm", "h100_sxm")]
    [InlineData("l40s", "a100_sxm")]
    [InlineData("b60", "a100_sxm,h100_sxm")]
    [InlineData("h100_sxm", "a100_sxm")]
    public void DonorsOfADevice_AreThoseOfItsClassOrAll(string device, string donors) =>
        Assert.Equal(donors.Split(','), Transfer.Donors(["a100_sxm", "h100_sxm"], device));

    private Calibrator Calibrator(string[] devices, int folds) =>
        new(_tables.Folder, devices) { Folds = folds };
}

/// <summary>Collectives as the shipped kernel model prices them with round figures.</summary>
internal static class ToyReduction
{
    public static void Write(MeasuredTables tables, params string[] devices) =>
        Write(tables, () => 1, 20, devices);

    /// <summary>Sizes from 1 KiB to 1 GiB, evenly spaced in their logarithm.</summary>
    public static void Write(
        MeasuredTables tables, Func<double> noise, int sizes, params string[] devices)
    {
        var lines = new List<string> { "device,op,impl,ranks,bytes,latency_us" };
        foreach (var device in devices)
        {
            foreach (var ranks in new[] { 2, 4, 8 })
            {
                for (var i = 0; i < sizes; i++)
                {
                    var bytes = (long)Math.Pow(2, 10 + 20.0 * i / sizes);
                    var microseconds = noise()
                        * (10 + 2 * ranks + bytes * (ranks - 1.0) / ranks / 340e3);
                    lines.Add(System.FormattableString.Invariant(
                        $"{device},all_gather,nccl,{ranks},{bytes},{microseconds:R}"));
                }
            }
        }
        tables.Write("allreduce", [.. lines]);
    }
}
