namespace AccelSim.Inference.Weights;

/// <summary>How numbers of a tensor are stored in a file.</summary>
public enum WeightType
{
    /// <summary>IEEE 32 bit.</summary>
    F32,
    /// <summary>IEEE 16 bit.</summary>
    F16,
    /// <summary>The upper half of an IEEE 32-bit number.</summary>
    BF16,
    /// <summary>GGUF: blocks of 32 with a 16-bit scale, 8 bit each.</summary>
    Q8_0,
    /// <summary>GGUF: blocks of 32 with a 16-bit scale, 4 bit each.</summary>
    Q4_0,
    /// <summary>GGUF: super-blocks of 256 with 6-bit scales and minima, 4 bit each.</summary>
    Q4_K,
    /// <summary>GGUF: super-blocks of 256 with 8-bit scales, 6 bit each.</summary>
    Q6_K,
}

/// <summary>A tensor of a file, where it lies in memory.</summary>
/// <param name="Name">As the file names it.</param>
/// <param name="Type">How numbers are stored.</param>
/// <param name="Shape">Row-major, the outermost first.</param>
/// <param name="Data">Address of the first byte, valid while the source lives.</param>
/// <param name="Bytes">Length in bytes.</param>
public readonly record struct WeightTensor(
    string Name, WeightType Type, IReadOnlyList<long> Shape, nint Data, long Bytes);

/// <summary>Where a model's weights come from.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>All tensors, in the order of the file.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Finds a tensor; false where there is none of that name.</summary>
    bool TryGet(string name, out WeightTensor tensor);
}
