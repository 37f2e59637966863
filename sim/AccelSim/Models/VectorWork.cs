namespace AccelSim.Models;

/// <summary>
/// Operations of the vector engine per number, counted from the textbook formula of each function;
/// an exponential or a square root counts one.
/// </summary>
internal static class VectorWork
{
    /// <summary>RMSNorm with the residual sum: add, square, sum, scale, weight.</summary>
    public const int RmsNorm = 5;

    /// <summary>
    /// LayerNorm with the residual sum: add, sum, centre, square, sum, scale, weight, bias.
    /// </summary>
    public const int LayerNorm = 8;

    /// <summary>SiLU or GELU by its sigmoid form: scale, exp, add, divide, multiply.</summary>
    public const int Activation = 5;

    /// <summary>Rotary position: two products and a sum per number.</summary>
    public const int Rotary = 3;

    /// <summary>Softmax per score: scale, max, subtract, exp, sum.</summary>
    public const int Softmax = 5;

    /// <summary>Expanding a quantised weight: convert, scale.</summary>
    public const int Expand = 2;

    /// <summary>Quantising an activation: max, scale, convert.</summary>
    public const int Compress = 3;

    /// <summary>Sampling per logit: temperature, max, subtract, exp, sum, compare.</summary>
    public const int Sampling = 6;

    /// <summary>Two partial outputs of an attention made one: scale each, sum.</summary>
    public const int Merge = 3;

    /// <summary>A sum or a product.</summary>
    public const int One = 1;
}
