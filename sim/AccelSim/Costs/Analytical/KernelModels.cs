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
        GpuFabric => Gpu(family),
        _ => null,
    };

    private static KernelModel? Gpu(KernelFamily family) => family switch
    {
        _ => null,
    };
}
