using AccelSim.Configuration;

namespace AccelSim.Inference.Weights;

/// <summary>What a GGUF file says of one tensor.</summary>
internal sealed record GgufEntry(WeightType Type, long[] Shape, Extent Extent)
{
    private const int MostDimensions = 4;

    private static readonly Dictionary<uint, WeightType> Types = new()
    {
        [0] = WeightType.F32,
        [1] = WeightType.F16,
        [2] = WeightType.Q4_0,
        [8] = WeightType.Q8_0,
        [12] = WeightType.Q4_K,
        [14] = WeightType.Q6_K,
        [30] = WeightType.BF16,
    };

    /// <summary>Reads the next entry; its end is not yet checked against the file.</summary>
    public static GgufEntry Read(GgufCursor cursor, string file, int longestName, long alignment)
    {
        var name = cursor.Text("a tensor's name", longestName);
        ConfigException Error(string problem) => new(file, 0, name, problem);
        var dimensions = cursor.UInt32("the number of dimensions of " + name);
        if (dimensions is 0 or > MostDimensions)
            throw Error($"has {dimensions} dimensions; 1 to {MostDimensions} are allowed.");
        var shape = new long[dimensions];
        // The file has the innermost size first.
        for (var i = shape.Length - 1; i >= 0; i--)
            shape[i] = (long)Math.Min(cursor.UInt64("a size of " + name), long.MaxValue);
        var number = cursor.UInt32("the type of " + name);
        if (!Types.TryGetValue(number, out var type))
        {
            throw Error($"its type {number} cannot be run; those that can are "
                + string.Join(", ", Types.Select(t => $"{t.Value} ({t.Key})")) + ".");
        }
        var numbers = ShapeCheck.Numbers(shape) ?? throw Error(ShapeCheck.Problem(shape));
        var block = WeightLayout.BlockLength(type);
        if (shape[^1] % block != 0)
        {
            throw Error($"its rows of {shape[^1]:N0} numbers are no whole blocks of {type}, "
                + $"which have {block}.");
        }
        var offset = cursor.UInt64("the offset of " + name);
        if (offset > long.MaxValue / 2 || (long)offset % alignment != 0)
        {
            throw Error($"its offset {offset:N0} is not a multiple of the file's alignment "
                + $"{alignment:N0}.");
        }
        var end = (long)offset + WeightLayout.RowBytes(type, numbers);
        return new(type, shape, new(name, (long)offset, end));
    }
}
