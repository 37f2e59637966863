using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The fitted figures of one family of kernels on a device or a class.</summary>
public sealed record KernelFit
{
    /// <summary>The kernel model's figures by name, each with its unit.</summary>
    public required IReadOnlyDictionary<string, Fact<Figure>> Figures { get; init; }
}

/// <summary>
/// Figures that devices of one architecture share: <c>hwconfigs/classes/*.json</c>.
/// </summary>
/// <remarks>
/// In cycles, bytes per clock, shares of peak and energy per operation, so that they travel between
/// chips. On a device that has none of its own they are tagged transferred.
/// </remarks>
public sealed record KernelClass
{
    /// <summary>The name to choose it by: the file's name without its ending.</summary>
    [FromFileName]
    public required string Id { get; init; }

    /// <summary>What its devices have in common.</summary>
    public required string Name { get; init; }

    /// <summary>The figures by family.</summary>
    public IReadOnlyDictionary<KernelFamily, KernelFit> Kernels { get; init; } =
        new Dictionary<KernelFamily, KernelFit>();

    /// <summary>Reads a class file.</summary>
    /// <exception cref="ConfigException">It is wrong.</exception>
    public static KernelClass Read(string text, string file) => RecordBinder.Bind<KernelClass>(
        SourcedTree.Read(text, file), new FactBinder());
}
