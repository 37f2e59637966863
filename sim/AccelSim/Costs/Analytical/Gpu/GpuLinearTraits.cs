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
    /// The library picks the tile by the number of rows alone (CUTLASS dispatch of scaled products
    /// in vLLM, csrc/quantization/cutlass_w8a8, 2025).
    /// </summary>
    TileByRows = 8,

    /// <summary>
    /// Few rows run on the vector units, which quantise on the way (cudaCoreGemm of
    /// TensorRT-LLM, 2024).
    /// </summary>
    FewRows = 16,
}
