namespace AccelSim.Units;

/// <summary>A physical quantity that is written in JSON as text with a unit.</summary>
/// <typeparam name="TSelf">The quantity itself.</typeparam>
public interface IQuantity<TSelf> where TSelf : struct, IQuantity<TSelf>
{
    /// <summary>The units this quantity may be written in.</summary>
    static abstract Dimension Dimension { get; }

    /// <summary>
    /// Makes the quantity from its value in the base unit of <see cref="Dimension"/>.
    /// </summary>
    static abstract TSelf FromBase(double value);

    /// <summary>The value in the base unit of <see cref="Dimension"/>.</summary>
    double BaseValue { get; }
}
