using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Tests.Costs;

/// <summary>What holds for the kernels of every fabric that is no GPU.</summary>
public sealed class FabricKernelTests
{
    private const StringComparison Same = StringComparison.Ordinal;

    public static TheoryData<string> Devices => [.. Catalog.Accelerators
        .Where(id => Catalog.Open(id).Accelerator.Fabric is not GpuFabric)];

    [Theory]
    [MemberData(nameof(Devices))]
    public void HugeSquareProduct_RunsAtTheSustainedPeak(string id)
    {
        var rig = new KernelRig(id);
        var product = rig.Linear(32768, 32768, 32768);
        var share = rig.Figure(KernelFamily.LinearBf16, "matrixShare");
        var efficiency =
            product.MatrixFlops.Value / (rig.PeakRate * share) / rig.Price(product).Seconds;
        Assert.InRange(efficiency, 0.75, 1);
    }

    /// <summary>
    /// A part of the weights may have stayed in a cache; sockets read each other's memory, and on a
    /// chip with a display others read it too.
    /// </summary>
    [Theory]
    [MemberData(nameof(Devices))]
    public void OneRow_TakesAsLongAsReadingItsWeights(string id)
    {
        var rig = new KernelRig(id);
        // On a wafer, crossing it takes longer than reading.
        if (rig.Device.Spec.Fabric is WaferFabric) return;
        var product = rig.Linear(1, 65536, 32768);
        var isFpga = rig.Device.Spec.Fabric is FpgaFabric;
        var share = rig.Figure(
            KernelFamily.LinearBf16, isFpga ? "channelShare" : "memoryShare");
        var read = product.WeightBytes.Value / (share * rig.Bandwidth);
        var time = rig.Price(product);
        Assert.InRange(time.Memory, read * 0.97, read * 1.12);
        // Arrays beside as much SRAM as this are not fed any faster.
        if (rig.Device.Spec.KernelClass is null)
            Assert.InRange(time.Seconds - time.Fixed, read * 0.97, read * 1.3);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void TinyProduct_TakesItsLaunchAndFill(string id)
    {
        var rig = new KernelRig(id);
        var time = rig.Price(rig.Linear(1, 16, 16));
        Assert.True(time.Fixed >= rig.Device.KernelLaunch.Value.Value);
        Assert.InRange(time.Seconds, time.Fixed, time.Fixed * 1.1);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void BetterHardware_NeverSlowsAKernel(string id)
    {
        var rig = new KernelRig(id);
        var operators = Grid(rig).ToArray();
        var before = operators.Select(one => rig.Price(one).Seconds).ToArray();
        var changed = 0;
        foreach (var leaf in rig.Document.Leaves.Where(leaf => leaf.Source is not null))
        {
            if (Improvement(leaf.Path) is not { } factor) continue;
            var better = new KernelRig(rig.Document.WithScaled(leaf.Path, factor));
            for (var i = 0; i < operators.Length; i++)
            {
                var after = better.Price(operators[i]).Seconds;
                Assert.True(after <= before[i] * (1 + 1e-12),
                    $"{id}, {operators[i].Name}: {leaf.Path} better, {before[i]} -> {after} s");
            }
            changed++;
        }
        Assert.True(changed >= 3, $"only {changed} fields were improved");
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void MoreWork_NeverTakesLess(string id)
    {
        var rig = new KernelRig(id);
        Func<long, Operator>[] growing =
        [
            size => rig.Linear(size, 4096, 4096),
            size => rig.Linear(32, size, 4096),
            size => rig.Linear(700, 4096, size),
            size => rig.Experts(8, size, 2048, 4096),
            size => rig.Prefill(1, size),
            size => rig.Prefill(3, size),
            size => rig.Decode(1, size),
            size => rig.Decode(1 + (int)(size / 8), 900),
            size => rig.Norm(size),
        ];
        foreach (var at in growing)
        {
            var before = 0.0;
            for (long size = 8; size < 6000; size += size < 300 ? 1 : 61)
            {
                var time = rig.Price(at(size)).Seconds;
                Assert.True(time >= before * (1 - 1e-12), $"{id}: {at(size).Name} takes less");
                before = time;
            }
        }
    }

    private static IEnumerable<Operator> Grid(KernelRig rig)
    {
        foreach (var m in new[] { 1, 7, 32, 129, 700, 4096 })
        {
            yield return rig.Linear(m, 4096, 4096);
            yield return rig.Linear(m, 28672, 4096);
            yield return rig.Linear(m, 1024, 14336);
            yield return rig.Experts(Math.Min(m, 8), m, 14336, 4096);
            yield return rig.Norm(m);
            yield return rig.Decode(m, 1000);
            yield return rig.Prefill(1, m);
        }
        yield return rig.Linear(16384, 16384, 16384);
        yield return rig.Decode(1, 100_000);
        yield return rig.Prefill(2, 16_000);
    }

    /// <summary>What to multiply a fact by so that the device is better; null: no matter.</summary>
    private static double? Improvement(string path) =>
        path.EndsWith(".bandwidth", Same) || path.EndsWith(".pinRate", Same) ? 1.7
        : path.StartsWith("$.fabric.", Same) && path.EndsWith("lock", Same) ? 1.7
        : path.EndsWith(".cores", Same) || path.EndsWith(".arraysPerCore", Same) ? 3
        : path.EndsWith(".coresPerSocket", Same) || path.EndsWith(".dspSlices", Same) ? 2
        : path.EndsWith(".linkWidth", Same) || path.Contains(".fabric.core.", Same) ? 2
        : path.EndsWith(".hopLatency", Same) ? 0.5
        : path.Contains(".fabric.formats.", Same) || path.Contains(".fabric.vector.", Same) ? 2
        : path.StartsWith("$.memory.", Same) && path.EndsWith(".capacity", Same) ? 1.6
        : path.EndsWith(".kernelLaunch", Same) || path.EndsWith(".latency", Same) ? 0.5
        : null;
}
