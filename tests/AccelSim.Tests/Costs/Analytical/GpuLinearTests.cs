using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs.Analytical;

/// <summary>Linear layers on GPUs: closed forms in the limits, and what moves what.</summary>
public sealed class GpuLinearTests
{
    private static readonly string[] Ids = ["a100-sxm-80gb", "h100-sxm", "h200-sxm", "l40s"];

    public static TheoryData<string> Devices => [.. Ids];

    public static TheoryData<string, KernelFamily> Formats
    {
        get
        {
            var data = new TheoryData<string, KernelFamily>();
            foreach (var id in Ids)
            {
                data.Add(id, KernelFamily.LinearBf16);
                data.Add(id, KernelFamily.LinearInt8Weight);
                data.Add(id, KernelFamily.LinearInt4Weight);
                data.Add(id, KernelFamily.LinearInt8);
                if (id[0] == 'a') continue;
                data.Add(id, KernelFamily.LinearFp8);
                data.Add(id, KernelFamily.LinearFp8Block);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void HugeSquareProduct_RunsAtTheSustainedPeak(string id)
    {
        var kernel = new Kernel(id, KernelFamily.LinearBf16);
        const double size = 32768;
        var rate = 2 * size * size * size / kernel.Seconds(32768, 32768, 32768);
        var byClock = kernel.Machine.MatrixRate(NumberFormat.Bf16) * kernel["matrixShare"];
        var byPower = kernel.Machine.Tdp / kernel["matrixEnergy"] * 1e12;
        Assert.InRange(rate / Math.Min(byClock, byPower), 0.9, 1 + 1e-9);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void BatchOne_ReadsItsWeightsAtTheAchievedBandwidth(string id)
    {
        var kernel = new Kernel(id, KernelFamily.LinearBf16);
        var rate = 2.0 * 65536 * 16384 / kernel.Seconds(1, 65536, 16384);
        Assert.InRange(rate / (kernel.Machine.Bandwidth * kernel["memoryShare"]), 0.9, 1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TinyProduct_CostsItsLaunches(string id, KernelFamily family)
    {
        var kernel = new Kernel(id, family);
        var launches = kernel["launch"] + kernel.Or("quantiseLaunch", 0);
        Assert.InRange(
            kernel.Seconds(1, 64, 64) * kernel.Machine.Clock / launches, 0.7, 1.35);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void MoreWork_NeverTakesLessTime_BetweenWholeTiles(string id, KernelFamily family)
    {
        var kernel = new Kernel(id, family);
        foreach (var other in new[] { 512, 4096, 16384 })
        {
            NeverFalls(size => kernel.Seconds(size, other, 4096), 256, 8192, 256);
            NeverFalls(size => kernel.Seconds(2048, size, other), 256, 16384, 256);
            NeverFalls(size => kernel.Seconds(64, other, size), 32, 16384, 32);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void OneMoreRow_MovesTheTimeByNoMoreThanATileStep(string id, KernelFamily family)
    {
        var kernel = new Kernel(id, family);
        var before = kernel.Seconds(1, 4096, 4096);
        for (var m = 2; m <= 1100; m++)
        {
            var after = kernel.Seconds(m, 4096, 4096);
            // A step to the next tile or wave at most doubles the work of a unit.
            Assert.InRange(after / before, 0.8, 2.2);
            before = after;
        }
    }

    [Theory]
    [InlineData("$.fabric.multiprocessors")]
    [InlineData("$.fabric.clock")]
    [InlineData("$.memory.hbm.bandwidth")]
    [InlineData("$.memory.l2.capacity")]
    [InlineData("$.power.tdp")]
    public void BetterDevice_IsNeverSlower(string path)
    {
        var document = Catalog.Open("h100-sxm");
        var better = document.WithScaled(path, 1.25);
        foreach (var family in new[] { KernelFamily.LinearBf16, KernelFamily.LinearFp8 })
        {
            var now = new Kernel(document, family);
            var then = new Kernel(better, family);
            foreach (var m in new[] { 1, 7, 64, 300, 2048, 16384 })
            {
                foreach (var n in new[] { 128, 1024, 6144, 65536 })
                {
                    Assert.True(
                        then.Seconds(m, n, 4096) <= now.Seconds(m, n, 4096) * (1 + 1e-12),
                        $"{family}, m={m} n={n}");
                }
            }
        }
    }

    [Fact]
    public void WeightsThatStayInTheCache_AreReadFaster()
    {
        var kernel = new Kernel("l40s", KernelFamily.LinearBf16);
        var warm = new KernelConditions { WeightCopies = 1 };
        Assert.True(
            kernel.Seconds(1, 8192, 1024, warm) < 0.6 * kernel.Seconds(1, 8192, 1024));
        Assert.Equal(
            kernel.Seconds(1, 65536, 16384), kernel.Seconds(1, 65536, 16384, warm), 1e-5);
    }

    [Fact]
    public void ConstantOperands_RunFasterOnlyWherePowerLimits()
    {
        var kernel = new Kernel("h100-sxm", KernelFamily.LinearBf16);
        var constant = new KernelConditions { OperandActivity = 0.85 };
        Assert.InRange(
            kernel.Seconds(8192, 8192, 8192, constant) / kernel.Seconds(8192, 8192, 8192),
            0.84, 0.97);
        Assert.Equal(kernel.Seconds(1, 8192, 8192), kernel.Seconds(1, 8192, 8192, constant));
    }

    [Fact]
    public void SlowQuantisation_CostsItsRows()
    {
        var kernel = new Kernel("h100-sxm", KernelFamily.LinearFp8);
        var slow = new KernelConditions { QuantiseRow = 1380 };
        const int rows = 132 * 100;
        var more = kernel.Seconds(rows, 64, 64, slow) - kernel.Seconds(rows, 64, 64);
        Assert.InRange(more * kernel.Machine.Clock / (100 * 1380), 0.8, 1);
    }

    [Fact]
    public void SplittingTheInnerDimension_PaysForFewTilesAndMuchInner()
    {
        var split = new Kernel("h100-sxm", KernelFamily.LinearBf16);
        var whole = new Kernel("h100-sxm", KernelFamily.LinearBf16, ("splitLaunch", 60_000));
        Assert.True(split.Seconds(16, 64, 65536) < 0.4 * whole.Seconds(16, 64, 65536));
        Assert.Equal(whole.Seconds(8192, 8192, 64), split.Seconds(8192, 8192, 64));
    }

    [Fact]
    public void Parts_ExplainTheWhole()
    {
        var kernel = new Kernel("h100-sxm", KernelFamily.LinearFp8);
        foreach (var (m, n) in new[] { (1, 8192), (256, 1024), (8192, 8192) })
        {
            var time = kernel.Time(m, n, 8192, null);
            var parts = time.Fixed + time.Matrix + time.Vector + time.Memory + time.Cache;
            Assert.True(time.Fixed <= time.Seconds);
            Assert.InRange(time.Seconds, Math.Max(time.Matrix, time.Memory), parts * 1.01);
        }
    }

    [Fact]
    public void Pricing_AllocatesNothing()
    {
        var kernel = new Kernel("h100-sxm", KernelFamily.LinearFp8);
        var one = kernel.Product(100, 4096, 4096, null);
        kernel.Price(one);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) kernel.Price(one);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void NeverFalls(Func<int, double> time, int from, int to, int step)
    {
        var before = time(from);
        for (var size = from + step; size <= to; size += step)
        {
            var after = time(size);
            // More blocks draw more from memory at once, which may win back a little.
            Assert.True(after >= before * 0.97, $"{size}: {before} -> {after} s");
            before = after;
        }
    }

    /// <summary>A kernel model with the figures that a shipped device has for it.</summary>
    private sealed class Kernel
    {
        private readonly BoundKernel _bound;
        private readonly double[] _figures;
        private readonly KernelFamily _family;

        public Kernel(string id, KernelFamily family, params (string, double)[] changes)
            : this(Catalog.Open(id), family) => Change(changes);

        public Kernel(HardwareDocument document, KernelFamily family)
        {
            var device = Device.From(document.Accelerator, Catalog.Estimators);
            Machine = new Machine(device);
            _bound = BoundKernel.For(device.Spec, family)!;
            _figures = [.. _bound.Figures];
            _family = family;
        }

        public Machine Machine { get; }

        public double this[string name] => _figures[Place(name)];

        public double Or(string name, double otherwise) =>
            Place(name) < 0 ? otherwise : this[name];

        public double Seconds(int m, int n, int k, KernelConditions? conditions = null) =>
            Time(m, n, k, conditions).Seconds;

        public KernelTime Time(int m, int n, int k, KernelConditions? conditions) =>
            Price(Product(m, n, k, conditions));

        public KernelTime Price(in Operator one)
        {
            _bound.Model.Price(one, Machine, _figures, out var time);
            return time;
        }

        public Operator Product(int m, int n, int k, KernelConditions? conditions)
        {
            var (compute, bits) = _family switch
            {
                KernelFamily.LinearFp8 => (NumberFormat.Fp8, 8.0),
                KernelFamily.LinearFp8Block => (NumberFormat.Fp8, 8 + 32.0 / (128 * 128)),
                KernelFamily.LinearInt8 => (NumberFormat.Int8, 8),
                KernelFamily.LinearInt8Weight => (NumberFormat.Bf16, 8),
                KernelFamily.LinearInt4Weight => (NumberFormat.Bf16, 4.125),
                _ => (NumberFormat.Bf16, 16),
            };
            return new Operator
            {
                Name = "product",
                Kind = OperatorKind.Linear,
                Count = 1,
                M = m,
                N = n,
                K = k,
                ComputeFormat = compute,
                WeightFormat = new StorageFormat(compute, bits),
                MatrixFlops = new Flops(2L * m * n * k),
                WeightBytes = new Bytes((long)((double)n * k * bits / 8)),
                InputBytes = new Bytes(2L * m * k),
                OutputBytes = new Bytes(2L * m * n),
                Conditions = conditions,
            };
        }

        private int Place(string name) =>
            _bound.Model.Parameters.ToList().FindIndex(parameter => parameter.Name == name);

        private void Change((string Name, double Value)[] changes)
        {
            foreach (var (name, value) in changes) _figures[Place(name)] = value;
        }
    }
}
