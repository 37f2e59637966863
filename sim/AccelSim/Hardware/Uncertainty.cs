using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>
/// How far prices may be off where a fit does not say it: <c>hwconfigs/uncertainty.json</c>.
/// </summary>
public sealed record Uncertainty
{
    /// <summary>
    /// By which share the spread of ln(measured / predicted) grows for each factor of e that an
    /// operator's size lies beyond the rows of the fit.
    /// </summary>
    public required Fact<Ratio> Growth { get; init; }

    /// <summary>
    /// How much wider bands are where figures come from the device that a file extends.
    /// </summary>
    public required Fact<Ratio> Inherited { get; init; }

    /// <summary>
    /// The share of the variance of ln(measured / predicted) that kernels of a family have in
    /// common; the rest is each operator's own.
    /// </summary>
    public required Fact<Ratio> Common { get; init; }

    /// <summary>Errors of the roofline where it stands in, by family.</summary>
    public required IReadOnlyList<Spread> Roofline { get; init; }

    /// <summary>Errors of the roofline in all other families.</summary>
    public required Spread OtherRoofline { get; init; }

    /// <summary>Errors of figures that state no residuals.</summary>
    public required Spread Unstated { get; init; }

    /// <summary>Errors of figures that were never fitted, but stated or assumed.</summary>
    public required Spread Unfitted { get; init; }

    /// <summary>Errors of host time per step.</summary>
    public required Spread Host { get; init; }

    /// <summary>Errors of energy beyond idling.</summary>
    public required Spread Energy { get; init; }

    /// <summary>The roofline's errors in a family.</summary>
    public Spread RooflineOf(KernelFamily family) =>
        Roofline.FirstOrDefault(one => one.Families.Contains(family)) ?? OtherRoofline;

    /// <summary>Reads the file.</summary>
    /// <exception cref="ConfigException">It is wrong.</exception>
    public static Uncertainty Read(string text, string file)
    {
        var read = RecordBinder.Bind<Uncertainty>(SourcedTree.Read(text, file), new FactBinder());
        foreach (var (spread, path) in read.Roofline
            .Select((spread, i) => (spread, $"$.roofline[{i}]"))
            .Append((read.OtherRoofline, "$.otherRoofline"))
            .Append((read.Unstated, "$.unstated"))
            .Append((read.Unfitted, "$.unfitted"))
            .Append((read.Host, "$.host"))
            .Append((read.Energy, "$.energy")))
        {
            if (ResidualClass.Problem(spread.Quantiles) is { } problem)
                throw new ConfigException(file, 0, path + ".quantiles", problem);
        }
        return read;
    }
}

/// <summary>How true values scatter around predicted ones.</summary>
public sealed record Spread
{
    /// <summary>The families that it stands for; none where its place says it.</summary>
    public IReadOnlyList<KernelFamily> Families { get; init; } = [];

    /// <summary>
    /// Quantiles of ln(true / predicted) at <see cref="ResidualClass.Shares"/>, rising.
    /// </summary>
    public required IReadOnlyList<double> Quantiles { get; init; }
}
