using AccelSim.Hardware;

namespace AccelSim.Models;

/// <summary>Weights of which two in every four are zero, stored without them.</summary>
/// <remarks>
/// What is left carries its place among the four in two bits. Matrix units that know the pattern
/// skip the products with zeros; others expand the weights before the product (Mishra et al. 2021,
/// Accelerating Sparse Deep Neural Networks, §3).
/// </remarks>
internal static class StructuredSparsity
{
    /// <summary>What names of schemes end with.</summary>
    public const string Name = "sparse24";

    private const string Suffix = "_" + Name;
    private const double KeptShare = 0.5;
    private const int PlaceBits = 2;

    /// <summary>The scheme that is left when the pattern is taken off a name.</summary>
    /// <param name="quantization">
    /// Such as <c>fp8_sparse24</c>, or <c>sparse24</c> alone: on top of the checkpoint's own.
    /// </param>
    /// <param name="isSparse">Whether the name has the pattern.</param>
    public static string Without(string quantization, out bool isSparse)
    {
        isSparse = quantization == Name
            || quantization.EndsWith(Suffix, StringComparison.Ordinal);
        if (!isSparse) return quantization;
        return quantization == Name ? "auto" : quantization[..^Suffix.Length];
    }

    /// <summary>A format without its zeros; scales stay as they are.</summary>
    public static StorageFormat Of(StorageFormat dense)
    {
        var bits = FormatNames.Bits(dense.Format);
        return dense with
        {
            BitsPerElement = dense.BitsPerElement - bits + KeptShare * (bits + PlaceBits),
        };
    }

    /// <summary>The share of products that matrix units skip.</summary>
    /// <param name="gain">How much faster they are with the pattern; null where not.</param>
    public static double Skipped(double? gain) => gain is { } faster ? 1 - 1 / faster : 0;
}
