using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Tests.Costs;

/// <summary>Each field of a fabric decides something: changed, it moves some kernel.</summary>
public sealed class FabricFactTests
{
    [Theory]
    [InlineData("tpu-v4", "$.fabric.cores", 2, "prompt")]
    [InlineData("tpu-v4", "$.fabric.arraysPerCore", 2, "prompt")]
    [InlineData("tpu-v4", "$.fabric.rows", 2, "prompt")]
    [InlineData("tpu-v4", "$.fabric.columns", 2, "prompt")]
    [InlineData("tpu-v4", "$.memory.vmem.capacity", 4, "prompt")]
    [InlineData("tpu-v4", "$.memory.cmem.capacity", 0.25, "prompt")]
    [InlineData("gaudi-2", "$.memory.sram.bandwidth", 0.5, "token")]
    [InlineData("gaudi-2", "$.fabric.vector.fp32", 0.5, "prefill")]
    [InlineData("ascend-910b", "$.memory.l2.capacity", 0.25, "prompt")]
    [InlineData("ascend-910b", "$.memory.l1.capacity", 8, "prompt")]
    [InlineData("alveo-u280", "$.fabric.memoryChannels", 3, "small")]
    [InlineData("alveo-u280", "$.fabric.initiationInterval", 2, "token")]
    [InlineData("alveo-u280", "$.fabric.dspSlices", 0.5, "token")]
    [InlineData("alveo-u280", "$.memory.uram.capacity", 0.25, "prompt")]
    [InlineData("alveo-u280", "$.memory.bram.bandwidth", 0.5, "token")]
    [InlineData("epyc-9654", "$.memory.l3.capacity", 0.25, "prompt")]
    [InlineData("epyc-9654", "$.memory.l2.capacity", 0.25, "prompt")]
    [InlineData("epyc-9654", "$.fabric.coresPerSocket", 0.5, "prefill")]
    [InlineData("2x-xeon-8480plus", "$.fabric.sockets", 0.5, "token")]
    [InlineData("2x-xeon-8480plus", "$.fabric.matrixClock", 0.5, "prompt")]
    [InlineData("cerebras-wse-3", "$.fabric.rows", 0.5, "prompt")]
    [InlineData("cerebras-wse-3", "$.fabric.columns", 0.5, "prompt")]
    [InlineData("cerebras-wse-3", "$.fabric.hopLatency", 2, "token")]
    [InlineData("cerebras-wse-3", "$.fabric.linkWidth", 0.5, "prompt")]
    [InlineData("cerebras-wse-3", "$.memory.sram.latency", 5, "token")]
    [InlineData("cerebras-wse-3", "$.memory.sram.capacity", 0.02, "token")]
    [InlineData("snapdragon-8-gen-3", "$.fabric.engines.npu.rows", 2, "prompt")]
    [InlineData("snapdragon-8-gen-3", "$.fabric.engines.npu.clock", 2, "prompt")]
    [InlineData("snapdragon-8-gen-3", "$.fabric.engines.gpu.clock", 2, "norm")]
    [InlineData("snapdragon-8-gen-3", "$.fabric.engines.cpu.clock", 2, "sampling")]
    [InlineData("apple-m2-ultra", "$.fabric.engines.gpu.multiprocessors", 2, "prompt")]
    [InlineData("apple-m2-ultra", "$.memory.slc.capacity", 0.25, "prompt")]
    [InlineData("jetson-agx-orin", "$.memory.lpddr.bandwidth", 0.5, "token")]
    public void Field_MovesAKernel(string id, string path, double factor, string kernel)
    {
        var rig = new KernelRig(id);
        var other = new KernelRig(rig.Document.WithScaled(path, factor));
        var one = kernel switch
        {
            "small" => rig.Linear(1, 512, 512) with { Count = 100 },
            "token" => rig.Linear(1, 16384, 16384),
            "prompt" => rig.Linear(8192, 16384, 16384),
            "norm" => rig.Norm(1000),
            "sampling" => rig.Norm(1) with { Kind = OperatorKind.Sampling },
            _ => rig.Prefill(1, 4096),
        };
        var (before, after) = (Parts(rig.Price(one)), Parts(other.Price(one)));
        Assert.Contains(
            before.Zip(after), pair => Math.Abs(pair.First - pair.Second) > 1e-3 * pair.First);
    }

    private static double[] Parts(in KernelTime time) =>
        [time.Fixed, time.Matrix, time.Vector, time.Memory, time.Cache];

    /// <summary>Stated or by its kind, the time to the first byte stands in every kernel.</summary>
    [Theory]
    [InlineData("tpu-v5e", 350e-9)]
    [InlineData("alveo-u280", 350e-9)]
    [InlineData("cerebras-wse-3", 0.91e-9)]
    public void MemoryLatency_IsStatedOrEstimated(string id, double seconds) =>
        Assert.Equal(
            seconds, new KernelRig(id).Device.MemoryLatency!.Value.Value.Value, 1e-12);

    /// <summary>
    /// Little's law: eight pieces of one column block keep so many lines under way at once.
    /// </summary>
    [Fact]
    public void FewCores_ReadNoFasterThanTheirMissesAllow()
    {
        var rig = new KernelRig("epyc-9654");
        var product = rig.Linear(1, 16, 64_000_000);
        var lines = rig.Figure(KernelFamily.LinearBf16, "outstandingLines");
        var latency = rig.Device.MemoryLatency!.Value.Value.Value;
        var least = product.WeightBytes.Value * latency / (8 * lines * 64);
        Assert.InRange(rig.Price(product).Memory, 0.95 * least, least * 1.1);
        Assert.True(least > product.WeightBytes.Value / rig.Bandwidth);
    }

    /// <summary>Rows beyond a tile's edge cost a whole tile.</summary>
    [Fact]
    public void CubeTiles_ArePadded()
    {
        var rig = new KernelRig("ascend-910b");
        double At(long m) => rig.Price(rig.Linear(m, 16384, 16384)).Matrix;
        Assert.Equal(At(1009), At(1024), 1e-15);
        Assert.True(At(1025) > At(1024) * 1.01);
    }

    /// <summary>A model small enough stays on the chip from step to step.</summary>
    [Fact]
    public void SmallWeights_StayInBlockRam()
    {
        var rig = new KernelRig("alveo-u280");
        var small = rig.Linear(1, 1024, 1024);
        Assert.Equal(0, rig.Price(small).Memory);
        Assert.True(rig.Price(small with { Count = 100 }).Memory > 0);
    }

    /// <summary>A matrix-vector product crosses the cores that it is spread over once.</summary>
    [Fact]
    public void WaferToken_TakesItsHops()
    {
        var rig = new KernelRig("cerebras-wse-3");
        var hop = ((WaferFabric)rig.Device.Spec.Fabric).HopLatency.Value.Value;
        var beyondLaunch = rig.Price(rig.Linear(1, 4096, 4096)).Fixed
            - rig.Device.KernelLaunch.Value.Value;
        Assert.InRange(beyondLaunch, 50 * hop, (762 + 1172) * hop + 1e-6);
    }

    /// <summary>Weights that the wafer cannot hold come in over its fastest link.</summary>
    [Fact]
    public void WaferWeights_BeyondItsMemory_ComeFromOutside()
    {
        var rig = new KernelRig("cerebras-wse-3");
        var link = rig.Device.Spec.Links["ethernet"].Bandwidth.Value.Value;
        var fitting = rig.Linear(1, 131072, 131072);
        var tooMany = fitting with { Count = 10 };
        var beyond = fitting.WeightBytes.Value
            - 0.1 * rig.Device.Capacity.Value.Value
            * rig.Figure(KernelFamily.LinearBf16, "storeShare");
        Assert.True(rig.Price(fitting).Memory < 1e-3);
        Assert.InRange(rig.Price(tooMany).Memory, beyond / link, beyond / link * 1.01);
    }
}
