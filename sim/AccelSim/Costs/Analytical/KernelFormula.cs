namespace AccelSim.Costs.Analytical;

/// <summary>A kernel model in words that a student reads: the whole and its parts.</summary>
/// <remarks>Names of figures stand as in files; sizes as in <see cref="OperatorAxes"/>.</remarks>
/// <param name="Whole">How the parts make the time.</param>
public sealed record KernelFormula(string Whole)
{
    /// <summary>A smooth maximum: what nothing hides, plus parts that overlap.</summary>
    public const string Smooth =
        "fixed + ∛(matrix³ + vector³ + memory³ + cache³ + link³): parts that overlap hinder each "
        + "other a little";

    /// <summary>What does not overlap.</summary>
    public string Fixed { get; init; } = "";

    /// <summary>Matrix units.</summary>
    public string Matrix { get; init; } = "";

    /// <summary>Vector lanes and special functions.</summary>
    public string Vector { get; init; } = "";

    /// <summary>Main memory.</summary>
    public string Memory { get; init; } = "";

    /// <summary>Caches and scratchpads.</summary>
    public string Cache { get; init; } = "";

    /// <summary>Links to other accelerators.</summary>
    public string Link { get; init; } = "";
}
