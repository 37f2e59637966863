namespace AccelSim.Traces;

/// <summary>How much repeated captures differ among themselves: no model can do better.</summary>
/// <param name="captures">Comparisons of at least three captures of the same run.</param>
public sealed class TraceNoise(IReadOnlyList<TraceComparison> captures)
{
    /// <summary>Fewer captures tell nothing about their spread.</summary>
    public const int LeastCaptures = 3;

    private readonly Dictionary<(string Name, string Phase, string Shape), double> _spreads =
        Spreads(captures);

    /// <summary>
    /// The spread of an operator's typical time over captures, as a share of it; null where not
    /// all have it.
    /// </summary>
    public double? Of(ComparedOperators one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return _spreads.TryGetValue((one.Name, one.Phase, one.Shape), out var spread)
            ? spread
            : null;
    }

    /// <summary>
    /// Whether predicted and captured differ by less than captures among themselves.
    /// </summary>
    public bool Hides(ComparedOperators one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return Of(one) is { } spread && Math.Abs(one.Errors.Bias) <= spread;
    }

    /// <summary>The median spread over operators and shapes; null without any.</summary>
    public double? Floor
    {
        get
        {
            double[] sorted = [.. _spreads.Values.Order()];
            return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
        }
    }

    private static Dictionary<(string Name, string Phase, string Shape), double> Spreads(
        IReadOnlyList<TraceComparison> captures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(captures.Count, LeastCaptures);
        return captures.SelectMany(capture => capture.ByShape)
            .GroupBy(one => (one.Name, one.Phase, one.Shape))
            .Where(same => same.Count() == captures.Count)
            .ToDictionary(same => same.Key, same =>
            {
                double[] times = [.. same.Select(one => one.Typical).Order()];
                return (times[^1] - times[0]) / times[times.Length / 2];
            });
    }
}
