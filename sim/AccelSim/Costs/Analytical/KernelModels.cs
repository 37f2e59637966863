using AccelSim.Costs.Analytical.Cpu;
using AccelSim.Costs.Analytical.Edge;
using AccelSim.Costs.Analytical.Fpga;
using AccelSim.Costs.Analytical.Gpu;
using AccelSim.Costs.Analytical.Npu;
using AccelSim.Costs.Analytical.Wafer;
using AccelSim.Hardware;

namespace AccelSim.Costs.Analytical;

/// <summary>The kernel models that each fabric has.</summary>
public static class KernelModels
{
    /// <summary>
    /// The model of a family on a fabric; null where there is none and the roofline stands in.
    /// </summary>
    public static KernelModel? For(Fabric fabric, KernelFamily family) => fabric switch
    {
        GpuFabric => GpuKernels.For(family),
        NpuFabric => Of(family, NpuProduct, NpuAttend, NpuRows),
        CpuFabric => Of(family, CpuProduct, CpuAttend, CpuRows),
        FpgaFabric => Of(family, FpgaProduct, FpgaAttend, FpgaRows),
        SocFabric => Of(family, EdgeProduct, EdgeAttend, EdgeRows),
        WaferFabric => Of(family, WaferProduct, WaferAttend, WaferRows),
        _ => null,
    };

    private static readonly NpuLinear NpuProduct = new();
    private static readonly NpuAttention NpuAttend = new();
    private static readonly NpuRowWise NpuRows = new();
    private static readonly CpuLinear CpuProduct = new();
    private static readonly CpuAttention CpuAttend = new();
    private static readonly CpuRowWise CpuRows = new();
    private static readonly FpgaLinear FpgaProduct = new();
    private static readonly FpgaAttention FpgaAttend = new();
    private static readonly FpgaRowWise FpgaRows = new();
    private static readonly EdgeLinear EdgeProduct = new();
    private static readonly EdgeAttention EdgeAttend = new();
    private static readonly EdgeRowWise EdgeRows = new();
    private static readonly WaferLinear WaferProduct = new();
    private static readonly WaferAttention WaferAttend = new();
    private static readonly WaferRowWise WaferRows = new();

    /// <summary>On fabrics whose kernels differ by kind and not by format.</summary>
    private static KernelModel? Of(
        KernelFamily family, KernelModel product, KernelModel attention, KernelModel rows) =>
        family switch
        {
            >= KernelFamily.LinearBf16 and <= KernelFamily.ExpertsFp4Weight => product,
            >= KernelFamily.PrefillAttention and <= KernelFamily.DecodeAttentionWide => attention,
            >= KernelFamily.CacheWrite and <= KernelFamily.Convolution => rows,
            _ => null,
        };
}
