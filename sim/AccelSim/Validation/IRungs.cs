using AccelSim.Costs;
using AccelSim.Hardware;

namespace AccelSim.Validation;

/// <summary>What is judged: a rung that may know a device by several sets of figures.</summary>
public interface IRungs
{
    /// <summary>As reports name it.</summary>
    string Name { get; }

    /// <summary>The rungs of a device, one for each set of figures; at least one.</summary>
    /// <param name="device">As the tables name it.</param>
    IReadOnlyList<CostRung> Of(string device);

    /// <summary>
    /// A rung for whole systems, whatever their devices; null where they are not judged.
    /// </summary>
    CostRung? OfSystems { get; }

    /// <summary>Which of them predicts a row.</summary>
    /// <param name="device">As the tables name it.</param>
    /// <param name="family">The family of the row's main operator.</param>
    /// <param name="site">Where in a model it is used.</param>
    int Fold(string device, KernelFamily family, string site);
}

/// <summary>A rung that knows each device in one way.</summary>
internal sealed class OneRung(CostRung rung) : IRungs
{
    /// <inheritdoc/>
    public string Name => rung.Name;

    /// <inheritdoc/>
    public CostRung OfSystems => rung;

    /// <inheritdoc/>
    public IReadOnlyList<CostRung> Of(string device) => [rung];

    /// <inheritdoc/>
    public int Fold(string device, KernelFamily family, string site) => 0;
}
