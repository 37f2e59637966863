namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>What tells the linear kernels of one format from those of another.</summary>
[Flags]
public enum GpuLinearTraits
{
    /// <summary>One kernel over tiles; no more.</summary>
    None = 0,

    /// <summary>The library may split the inner dimension over units and add up.</summary>
    Split = 1,

    /// <summary>Weights are expanded to the format of the product, tile by tile.</summary>
    Expand = 2,

    /// <summary>A kernel before the product quantises the activations.</summary>
    Quantise = 4,

    /// <summary>
    /// The library picks the tile by the number of rows (scaled products of vLLM on Hopper,
    /// csrc/quantization/cutlass_w8a8, 2024). Later versions look at the columns too where rows are
    /// few, and have more steps on Ada; both are left out.
    /// </summary>
    TileByRows = 8,

    /// <summary>
    /// Few rows run on the vector units, which quantise on the way (int8_sq and cudaCoreGemm of
    /// TensorRT-LLM, 2024). Up to how many rows is fitted.
    /// </summary>
    FewRows = 16,
}
