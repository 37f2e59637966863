using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>One value of a hardware file after inheritance: a fact, a name, or a switch.</summary>
/// <param name="Path">Path in the document; in a cluster it leads through the pool.</param>
/// <param name="Text">As written, without the key of its source.</param>
/// <param name="File">The file it was written in: the parent's where it is inherited.</param>
/// <param name="Line">Line in that file.</param>
/// <param name="Source">What a fact rests on; null for names and switches.</param>
/// <param name="Value">A fact's amount in the base unit; null for names and switches.</param>
/// <param name="Reader">Reads facts of its kind; null for names and switches.</param>
public sealed record FactLeaf(
    string Path, string Text, string File, int Line, FactSource? Source, double? Value,
    QuantityReader? Reader)
{
    /// <summary>Whether it says how well kernels use the device, not what the device is.</summary>
    public bool IsFitted => Path.Contains(".kernels.", StringComparison.Ordinal);

    /// <summary>A fact's units; null for names and switches.</summary>
    public Dimension? Dimension => Reader?.Dimension;
}
