namespace AccelSim.Inference.Weights;

/// <summary>Refuses shapes that no weight has, before anything is computed from them.</summary>
internal static class ShapeCheck
{
    /// <summary>Dimensions that a tensor has at most.</summary>
    public const int MostDimensions = 8;

    private const long MostNumbers = 1L << 50;

    /// <summary>Numbers in a tensor; null where the shape is absurd.</summary>
    public static long? Numbers(IReadOnlyList<long> shape)
    {
        if (shape.Count > MostDimensions) return null;
        long numbers = 1;
        foreach (var size in shape)
        {
            if (size < 1 || size > MostNumbers / numbers) return null;
            numbers *= size;
        }
        return numbers;
    }

    /// <summary>What was found and what would be right.</summary>
    public static string Problem(IReadOnlyList<long> shape) =>
        $"the shape {Text(shape)} is not a weight's; it has at most {MostDimensions} sizes, "
        + $"each at least 1, for at most {MostNumbers:N0} numbers.";

    /// <summary>A shape as messages write it.</summary>
    public static string Text(IReadOnlyList<long> shape) =>
        "[" + string.Join(", ", shape.Take(MostDimensions + 1)) + "]";
}
