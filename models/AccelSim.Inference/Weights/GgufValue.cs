namespace AccelSim.Inference.Weights;

/// <summary>Types of GGUF metadata, with the file format's numbers.</summary>
internal enum GgufType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    Text = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>A value of GGUF metadata, where it lies in the file.</summary>
/// <param name="Type">What it is, or what the items of the list are.</param>
/// <param name="IsList">Whether it is a list.</param>
/// <param name="Count">Items; 1 where it is no list.</param>
/// <param name="Offset">Of the first item's first byte.</param>
internal readonly record struct GgufValue(GgufType Type, bool IsList, int Count, long Offset)
{
    /// <summary>Bytes of an item; for texts the least they take.</summary>
    public static int LeastBytes(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        _ => 8,
    };
}
