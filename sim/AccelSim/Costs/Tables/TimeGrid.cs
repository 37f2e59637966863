namespace AccelSim.Costs.Tables;

/// <summary>Measured times over sizes, linear between neighbours along each axis.</summary>
/// <remarks>
/// Sizes need not form a full grid: each value of an axis has values of its own along the next.
/// At a measured point the time is the measured one.
/// </remarks>
internal sealed class TimeGrid
{
    /// <summary>Sizes closer than this share are the same.</summary>
    private const double Same = 1e-9;

    private readonly double[] _sizes;
    private readonly TimeGrid[]? _inner;
    private readonly double[] _seconds;

    private TimeGrid(double[] sizes, TimeGrid[]? inner, double[] seconds) =>
        (_sizes, _inner, _seconds) = (sizes, inner, seconds);

    /// <summary>Makes it of points; the mean where a point was measured more than once.</summary>
    /// <param name="points">Sizes along all axes, and the time in seconds.</param>
    public static TimeGrid Of(IReadOnlyList<(double[] Sizes, double Seconds)> points) =>
        Of(points, 0);

    /// <summary>The time at sizes; NaN beyond what was measured. Allocates nothing.</summary>
    public double At(ReadOnlySpan<double> sizes)
    {
        var size = sizes[0];
        var high = Array.BinarySearch(_sizes, size);
        if (high >= 0) return Value(high, sizes);
        high = ~high;
        if (high < _sizes.Length && Near(_sizes[high], size)) return Value(high, sizes);
        if (high > 0 && Near(_sizes[high - 1], size)) return Value(high - 1, sizes);
        if (high == 0 || high == _sizes.Length) return double.NaN;
        var (low, above) = (_sizes[high - 1], _sizes[high]);
        var share = (size - low) / (above - low);
        return (1 - share) * Value(high - 1, sizes) + share * Value(high, sizes);
    }

    /// <summary>Widens the ranges to the sizes that are here.</summary>
    public void Extend(Span<double> low, Span<double> high)
    {
        low[0] = Math.Min(low[0], _sizes[0]);
        high[0] = Math.Max(high[0], _sizes[^1]);
        foreach (var inner in _inner ?? []) inner.Extend(low[1..], high[1..]);
    }

    private static TimeGrid Of(IEnumerable<(double[] Sizes, double Seconds)> points, int axis)
    {
        var slices = points.GroupBy(point => point.Sizes[axis])
            .OrderBy(slice => slice.Key).ToList();
        double[] sizes = [.. slices.Select(slice => slice.Key)];
        return axis + 1 == slices[0].First().Sizes.Length
            ? new TimeGrid(
                sizes, null, [.. slices.Select(slice => slice.Average(one => one.Seconds))])
            : new TimeGrid(sizes, [.. slices.Select(slice => Of(slice, axis + 1))], []);
    }

    private double Value(int index, ReadOnlySpan<double> sizes) =>
        _inner is null ? _seconds[index] : _inner[index].At(sizes[1..]);

    private static bool Near(double known, double size) =>
        Math.Abs(known - size) <= Same * Math.Abs(known);
}
