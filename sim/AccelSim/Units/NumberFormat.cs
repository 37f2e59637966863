namespace AccelSim.Units;

/// <summary>How one number is stored or computed with.</summary>
public enum NumberFormat
{
    /// <summary>64-bit IEEE float.</summary>
    Fp64,
    /// <summary>32-bit IEEE float.</summary>
    Fp32,
    /// <summary>fp32 storage, products rounded to 10 mantissa bits.</summary>
    Tf32,
    /// <summary>16-bit brain float.</summary>
    Bf16,
    /// <summary>16-bit IEEE float.</summary>
    Fp16,
    /// <summary>8-bit float (e4m3 or e5m2).</summary>
    Fp8,
    /// <summary>6-bit float.</summary>
    Fp6,
    /// <summary>4-bit float (e2m1: MXFP4, NVFP4).</summary>
    Fp4,
    /// <summary>8-bit integer.</summary>
    Int8,
    /// <summary>4-bit integer.</summary>
    Int4,
    /// <summary>3-bit integer.</summary>
    Int3,
    /// <summary>2-bit integer; also holds a ternary weight.</summary>
    Int2,
    /// <summary>1-bit integer.</summary>
    Int1,
}
