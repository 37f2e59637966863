using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The fitted figures of one family of kernels on a device or a class.</summary>
public sealed record KernelFit
{
    /// <summary>The kernel model's figures by name, each with its unit.</summary>
    public required IReadOnlyDictionary<string, Fact<Figure>> Figures { get; init; }

    /// <summary>Measured rows that the figures were fitted to; 0 where none is stated.</summary>
    [Limits(AtLeast = 0)]
    public int Rows { get; init; }

    /// <summary>Errors on rows that the fit did not see; null where none is stated.</summary>
    public HeldOutErrors? HeldOut { get; init; }

    /// <summary>
    /// What is left over on rows that the fit did not see, from the shortest times up.
    /// </summary>
    public IReadOnlyList<ResidualClass> Residuals { get; init; } = [];

    /// <summary>
    /// The sizes that the rows cover, by name of the axis, such as <c>m</c> or <c>heads</c>.
    /// </summary>
    public IReadOnlyDictionary<string, FitRange> Domain { get; init; } =
        new Dictionary<string, FitRange>();
}

/// <summary>Absolute errors on rows of whole sites that a fit did not see.</summary>
/// <param name="Median">Half of them are at most this: 0.06 is 6 %.</param>
/// <param name="P90">Nine of ten are at most this.</param>
public sealed record HeldOutErrors(
    [Limits(AtLeast = 0)] double Median, [Limits(AtLeast = 0)] double P90);

/// <summary>How measured times scatter around predicted ones of a similar length.</summary>
public sealed record ResidualClass
{
    /// <summary>The shares of rows that <see cref="Quantiles"/> stand for.</summary>
    public static IReadOnlyList<double> Shares { get; } =
        [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

    /// <summary>Predicted times below this one; null for all that are left.</summary>
    public Seconds? Below { get; init; }

    /// <summary>Rows behind the quantiles.</summary>
    [Limits(AtLeast = 1)]
    public required int Rows { get; init; }

    /// <summary>
    /// Quantiles of ln(measured / predicted), one for each of <see cref="Shares"/>, rising.
    /// </summary>
    public required IReadOnlyList<double> Quantiles { get; init; }

    /// <summary>What is wrong with quantiles; null where nothing is.</summary>
    internal static string? Problem(IReadOnlyList<double> quantiles)
    {
        if (quantiles.Count != Shares.Count)
        {
            return $"has {quantiles.Count} quantiles; {Shares.Count} are expected, for the shares "
                + $"{string.Join(", ", Shares.Select(JsonNames.Number))}.";
        }
        for (var i = 1; i < quantiles.Count; i++)
        {
            if (quantiles[i] >= quantiles[i - 1]) continue;
            return $"falls from {JsonNames.Number(quantiles[i - 1])} to "
                + $"{JsonNames.Number(quantiles[i])}; quantiles rise.";
        }
        return null;
    }
}

/// <summary>The least and the greatest size of one axis that rows were measured at.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The greatest.</param>
public sealed record FitRange(double Low, double High);

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
