using AccelSim.Hardware;
using AccelSim.Workloads;

namespace AccelSim.Costs;

/// <summary>One way in which all prices may be off together.</summary>
/// <remarks>
/// Kernels of one family are wrong together: a share of the variance of ln(true / predicted) is
/// common to the family, the rest is each operator's own (a Gaussian copula, so that the error of
/// every single operator keeps the distribution of its residuals). Over the many kernels of a step
/// the own parts average out, the common ones do not. Families are independent of each other. Seed
/// and number determine it, whatever is priced in which order.
/// </remarks>
public sealed class ErrorSample
{
    private readonly double[] _families;
    private readonly Dictionary<string, double> _own = [];
    private readonly long _seed;
    private readonly int _number;
    private readonly double _common;
    private readonly double _rest;

    /// <summary>Draws it.</summary>
    /// <param name="seed">Of all samples together.</param>
    /// <param name="number">Its number among them.</param>
    /// <param name="uncertainty">Says what families have in common.</param>
    public ErrorSample(long seed, int number, Uncertainty uncertainty)
    {
        ArgumentNullException.ThrowIfNull(uncertainty);
        (_seed, _number) = (seed, number);
        var share = uncertainty.Common.Value.Value;
        (_common, _rest) = (Math.Sqrt(share), Math.Sqrt(1 - share));
        _families = [.. Enum.GetNames<KernelFamily>().Select(Draw)];
        HostFactor = Factor(uncertainty.Host, Draw("host"));
        EnergyFactor = Factor(uncertainty.Energy, Draw("energy"));
    }

    /// <summary>Times this is the host time of a step.</summary>
    public double HostFactor { get; }

    /// <summary>Times this is the energy beyond idling.</summary>
    public double EnergyFactor { get; }

    /// <summary>The standard normal value of an operator.</summary>
    /// <param name="family">The kernels that run it.</param>
    /// <param name="name">The operator's.</param>
    public double NormalOf(KernelFamily family, string name)
    {
        if (!_own.TryGetValue(name, out var own)) _own[name] = own = Draw("operator " + name);
        return _common * _families[(int)family] + _rest * own;
    }

    private double Draw(string what) =>
        new SimRandom(_seed, $"errors {_number} {what}").NextNormal();

    private static double Factor(Spread spread, double normal) =>
        PortableMath.Exp(new ErrorDistribution(spread.Quantiles).At(normal));
}
