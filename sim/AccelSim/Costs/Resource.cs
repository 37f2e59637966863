using AccelSim.Hardware;

namespace AccelSim.Costs;

/// <summary>
/// Something that takes time or energy: an engine, a memory level, a link, a fixed cost.
/// </summary>
/// <param name="Name">Such as <c>matrix bf16</c>, <c>hbm</c>, <c>nvlink</c>, <c>launch</c>.</param>
/// <param name="Kind">What sort of thing it is.</param>
/// <param name="Formula">How its rate follows from the hardware file.</param>
/// <param name="Facts">The facts behind the rate.</param>
/// <param name="EnergyFact">The fact behind its energy; null where it takes none.</param>
/// <param name="Rate">The rate or fixed time that follows, with its unit.</param>
public sealed record Resource(
    string Name, ResourceKind Kind, string Formula, IReadOnlyList<FactSource> Facts,
    FactSource? EnergyFact = null, string Rate = "")
{
    /// <summary>What its time rests on: the weakest of its facts.</summary>
    public Provenance Tag => Facts.Max(fact => fact.Tag);

    /// <summary>What its energy rests on.</summary>
    public Provenance EnergyTag => EnergyFact?.Tag ?? Tag;
}

/// <summary>Sorts of resource.</summary>
public enum ResourceKind
{
    /// <summary>The matrix engine in one format.</summary>
    Matrix,
    /// <summary>The vector engine.</summary>
    Vector,
    /// <summary>A memory level.</summary>
    Memory,
    /// <summary>A link.</summary>
    Link,
    /// <summary>Starting kernels.</summary>
    Launch,
    /// <summary>Waiting for other ranks around a collective.</summary>
    Synchronisation,
    /// <summary>The host between steps.</summary>
    Host,
    /// <summary>Slowed down so as to stay within the power limit.</summary>
    Power,
    /// <summary>Drawing power while at work, whatever the work.</summary>
    Active,
}
