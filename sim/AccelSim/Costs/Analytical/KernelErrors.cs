using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Costs.Analytical;

/// <summary>
/// How far the prices of a family of kernels are off, and where they were fitted.
/// </summary>
/// <remarks>
/// Within the sizes of the fit the errors are its residuals on rows that it did not see. Beyond
/// them the spread grows with the logarithm of the factor beyond, summed over the axes; figures of
/// another device under an edited data sheet have a wider one everywhere.
/// </remarks>
public sealed class KernelErrors
{
    private readonly Class[] _classes;
    private readonly (double Low, double High)[][] _ranges;
    private readonly KernelFamily _family;
    private readonly double _growth;
    private readonly double _least;
    private readonly Provenance? _tag;
    private readonly PriceGround _ground;
    private SizeBeyond _furthest;

    private KernelErrors(
        KernelFamily family, (double Below, ErrorDistribution Errors)[] classes,
        IReadOnlyDictionary<string, FitRange> domain, double growth, double least,
        Provenance? tag, PriceGround ground)
    {
        (_family, _growth, _least) = (family, growth, least);
        _classes = [.. classes.Select(one => new Class(
            one.Below, one.Errors, one.Errors.LowFactor(least), one.Errors.HighFactor(least)))];
        (_tag, _ground) = (tag, ground);
        _ranges = [.. Enum.GetValues<OperatorKind>().Select(kind => OperatorAxes.Names(kind)
            .Select(name => domain.TryGetValue(name, out var range)
                ? (range.Low, range.High)
                : (double.NegativeInfinity, double.PositiveInfinity))
            .ToArray())];
    }

    /// <summary>The size that was furthest beyond the fit so far; null where none was.</summary>
    public SizeBeyond? Furthest => _furthest.Axis is null ? null : _furthest;

    /// <summary>The errors of a fit.</summary>
    /// <param name="family">The kernels.</param>
    /// <param name="fit">Its residuals and domain.</param>
    /// <param name="tag">What the figures rest on, on the device that is priced.</param>
    /// <param name="isInherited">
    /// Whether they were fitted on the device that its file extends.
    /// </param>
    /// <param name="uncertainty">What the fit does not say.</param>
    /// <exception cref="ConfigException">Quantiles are malformed.</exception>
    public static KernelErrors Of(
        KernelFamily family, KernelFit fit, Provenance tag, bool isInherited,
        Uncertainty uncertainty)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(uncertainty);
        foreach (var residuals in fit.Residuals)
        {
            if (ResidualClass.Problem(residuals.Quantiles) is not { } problem) continue;
            var source = fit.Figures.Values.First().Source;
            throw new ConfigException(
                source.File, source.Line,
                $"$.kernels.{JsonNames.Of(family.ToString())}.residuals", problem);
        }
        var isFitted = tag <= Provenance.Transferred;
        var unstated = isFitted ? uncertainty.Unstated : uncertainty.Unfitted;
        (double, ErrorDistribution)[] classes = fit.Residuals.Count == 0
            ? [(double.PositiveInfinity, new ErrorDistribution(unstated.Quantiles))]
            : [.. fit.Residuals.Select(one => (
                one.Below?.Value ?? double.PositiveInfinity,
                new ErrorDistribution(one.Quantiles)))];
        return new KernelErrors(
            family, classes, fit.Domain, uncertainty.Growth.Value.Value,
            isInherited ? uncertainty.Inherited.Value.Value : 1, tag,
            tag <= Provenance.Calibrated ? PriceGround.Inside
                : isFitted ? PriceGround.Transferred
                : PriceGround.Sheet);
    }

    /// <summary>The errors of a roofline that stands in where nothing was fitted.</summary>
    public static KernelErrors OfRoofline(KernelFamily family, Uncertainty uncertainty)
    {
        ArgumentNullException.ThrowIfNull(uncertainty);
        return new KernelErrors(
            family,
            [(double.PositiveInfinity,
                new ErrorDistribution(uncertainty.RooflineOf(family).Quantiles))],
            new Dictionary<string, FitRange>(), 0, 1, null, PriceGround.Sheet);
    }

    /// <summary>Puts the band around a price, and what it rests on. Allocates nothing.</summary>
    public void Bound(in Operator @operator, ref OperatorCost cost)
    {
        var distance = Distance(@operator);
        ref readonly var known = ref ClassOf(cost.Seconds);
        var (low, high) = (known.Low, known.High);
        if (distance > 0)
        {
            var widening = _least * (1 + _growth * distance);
            (low, high) = (known.Errors.LowFactor(widening), known.Errors.HighFactor(widening));
        }
        cost.LowerSeconds = cost.Seconds * low;
        cost.UpperSeconds = cost.Seconds * high;
        cost.Tag = _tag;
        cost.Ground = GroundAt(distance);
    }

    /// <summary>ln(true / predicted) of a price, for a standard normal value.</summary>
    public double At(in Operator @operator, double seconds, double normal) =>
        ClassOf(seconds).Errors.At(normal, WideningOf(@operator));

    /// <summary>What the price of an operator rests on, for people.</summary>
    public PriceBasis Basis(in Operator @operator)
    {
        Span<double> sizes = stackalloc double[OperatorAxes.Most];
        var count = OperatorAxes.Read(@operator, sizes);
        var names = OperatorAxes.Names(@operator.Kind);
        List<SizeBeyond> beyond = [];
        for (var i = 0; i < count; i++)
        {
            var (low, high) = _ranges[(int)@operator.Kind][i];
            var one = new SizeBeyond(_family, names[i], sizes[i], low, high);
            if (one.Distance > 0) beyond.Add(one);
        }
        if (@operator.Skips > 0) beyond.Add(Sparse(@operator));
        return new PriceBasis(
            _family, GroundAt(beyond.Count), _tag, WideningOf(@operator), beyond);
    }

    /// <summary>What was never fitted has no outside.</summary>
    private PriceGround GroundAt(double distance) =>
        distance > 0 && _ground != PriceGround.Sheet ? PriceGround.Outside : _ground;

    private double WideningOf(in Operator @operator) =>
        _least * (1 + _growth * Distance(@operator));

    private ref readonly Class ClassOf(double seconds)
    {
        var i = 0;
        while (i < _classes.Length - 1 && seconds >= _classes[i].Below) i++;
        return ref _classes[i];
    }

    /// <summary>How far the sizes lie beyond the fit, all axes together.</summary>
    private double Distance(in Operator @operator)
    {
        Span<double> sizes = stackalloc double[OperatorAxes.Most];
        var count = OperatorAxes.Read(@operator, sizes);
        var ranges = _ranges[(int)@operator.Kind];
        double sum = 0, most = _furthest.Axis is null ? 0 : _furthest.Distance;
        for (var i = 0; i < count; i++)
        {
            var (low, high) = ranges[i];
            if (sizes[i] >= low && sizes[i] <= high) continue;
            var distance = SizeBeyond.DistanceOf(sizes[i], low, high);
            sum += distance;
            if (distance <= most) continue;
            most = distance;
            _furthest = new SizeBeyond(
                _family, OperatorAxes.Names(@operator.Kind)[i], sizes[i], low, high);
        }
        return @operator.Skips > 0 ? sum + Sparse(@operator).Distance : sum;
    }

    /// <summary>No table holds products that skip zeros: they lie beyond dense ones.</summary>
    private SizeBeyond Sparse(in Operator @operator) =>
        new(_family, "densityOfWeights", 1 - @operator.Skips, 1, 1);

    /// <summary>Errors of predictions below a time, and the band that they make.</summary>
    private readonly record struct Class(
        double Below, ErrorDistribution Errors, double Low, double High);
}
