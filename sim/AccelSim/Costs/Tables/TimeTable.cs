using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Tables;

/// <summary>Measured times of operators on one device.</summary>
/// <param name="byName">
/// Whether row-wise operators, whose sizes tell little, are told apart by name: rotary positions
/// and an activation may be equally wide.
/// </param>
public sealed class TimeTable(bool byName = false)
{
    private readonly Dictionary<Key, List<(double[] Sizes, double Seconds)>> _points = [];
    private readonly Dictionary<Key, TimeGrid> _grids = [];

    /// <summary>How many times it holds.</summary>
    public int Count => _points.Values.Sum(points => points.Count);

    /// <summary>Adds a measured time.</summary>
    public void Add(in Operator @operator, double seconds)
    {
        var key = KeyOf(@operator);
        var sizes = new double[OperatorAxes.Most];
        var count = Read(@operator, sizes);
        if (!_points.TryGetValue(key, out var points)) _points[key] = points = [];
        points.Add((sizes[..count], seconds));
        _grids.Remove(key);
    }

    /// <summary>The time of an operator; NaN beyond what was measured.</summary>
    public double Seconds(in Operator @operator)
    {
        if (Grid(KeyOf(@operator)) is not { } grid) return double.NaN;
        Span<double> sizes = stackalloc double[OperatorAxes.Most];
        var count = Read(@operator, sizes);
        return grid.At(sizes[..count]);
    }

    /// <summary>
    /// The size of an operator that is furthest beyond the measured ones; null where it was
    /// measured, or nothing of its family was.
    /// </summary>
    public SizeBeyond? Beyond(in Operator @operator)
    {
        if (Grid(KeyOf(@operator)) is not { } grid) return null;
        Span<double> sizes = stackalloc double[OperatorAxes.Most];
        Span<double> low = stackalloc double[OperatorAxes.Most];
        Span<double> high = stackalloc double[OperatorAxes.Most];
        var count = Read(@operator, sizes);
        low.Fill(double.PositiveInfinity);
        high.Fill(double.NegativeInfinity);
        grid.Extend(low, high);
        SizeBeyond? furthest = null;
        var order = Order(@operator.Kind);
        for (var i = 0; i < count; i++)
        {
            var beyond = new SizeBeyond(
                Families.Of(@operator), OperatorAxes.Names(@operator.Kind)[order[i]], sizes[i],
                low[i], high[i]);
            if (beyond.Distance > (furthest?.Distance ?? 0)) furthest = beyond;
        }
        return furthest;
    }

    private TimeGrid? Grid(Key key)
    {
        if (_grids.TryGetValue(key, out var known)) return known;
        return _points.TryGetValue(key, out var points)
            ? _grids[key] = TimeGrid.Of(points)
            : null;
    }

    /// <summary>What tells most comes first: sizes of a model, then those of its load.</summary>
    private static ReadOnlySpan<int> Order(OperatorKind kind) => kind switch
    {
        OperatorKind.Linear => [1, 2, 0],
        OperatorKind.PrefillAttention or OperatorKind.DecodeAttention => [5, 4, 3, 0, 1, 2],
        OperatorKind.ExpertLinear => [2, 3, 1, 0],
        _ => [0, 1],
    };

    private static int Read(in Operator @operator, Span<double> sizes)
    {
        Span<double> axes = stackalloc double[OperatorAxes.Most];
        var count = OperatorAxes.Read(@operator, axes);
        var order = Order(@operator.Kind);
        for (var i = 0; i < count; i++) sizes[i] = axes[order[i]];
        // A causal query sees half the prompt: with that taken out, history and windows show.
        if (@operator.Kind == OperatorKind.PrefillAttention)
            sizes[5] = 2 * sizes[5] / (sizes[4] + 1);
        return count;
    }

    private Key KeyOf(in Operator @operator) => new(
        Families.Of(@operator), @operator.ComputeFormat, @operator.KvFormat,
        @operator.WeightFormat.LacksZeros,
        byName && OperatorAxes.IsRowWise(@operator.Kind) ? @operator.Name : "");

    private readonly record struct Key(
        KernelFamily Family, NumberFormat Compute, NumberFormat Kv, bool LacksZeros, string Name);
}

/// <summary>Measured times of several devices.</summary>
/// <param name="Source">The folder that they were read from.</param>
/// <param name="Devices">By the id of the accelerator.</param>
public sealed record TimeTables(string Source, IReadOnlyDictionary<string, TimeTable> Devices)
{
    /// <summary>What a captured run measured; null where tables were read.</summary>
    public CapturedTimes? Captured { get; init; }
}

/// <summary>Times of operators that an engine ran.</summary>
/// <param name="Device">What it ran on, as the run calls it.</param>
/// <param name="Class">What that is; null where the run does not tell.</param>
/// <param name="Times">The times.</param>
public sealed record CapturedTimes(string Device, DeviceClass? Class, TimeTable Times);
