using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Calibration;

/// <summary>One measured row as a fit sees it.</summary>
/// <param name="Own">The operators that the fitted family runs.</param>
/// <param name="Machine">The device that it was measured on.</param>
/// <param name="Rest">What the row's other operators take at their own figures, in seconds.</param>
/// <param name="Seconds">What was measured.</param>
/// <param name="Site">Number of its site among those of the family.</param>
internal sealed record Observation(
    Operator[] Own, Machine Machine, double Rest, double Seconds, int Site)
{
    /// <summary>What a kernel model says that the row takes, in seconds.</summary>
    public double Predict(KernelModel model, ReadOnlySpan<double> figures)
    {
        var seconds = Rest;
        foreach (var one in Own)
        {
            model.Price(one, Machine, figures, out var time);
            seconds += time.Seconds;
        }
        return seconds;
    }
}

/// <summary>All measured rows of one family on the devices of a fit.</summary>
/// <param name="Family">The family.</param>
/// <param name="Model">Its physics on these devices.</param>
internal sealed record FamilyRows(KernelFamily Family, KernelModel Model)
{
    private readonly Dictionary<string, int> _sites = [];

    /// <summary>The rows in the order of the tables.</summary>
    public List<Observation> Rows { get; } = [];

    /// <summary>The tables that they come from.</summary>
    public SortedSet<string> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>The sites in the order in which they came.</summary>
    public IReadOnlyCollection<string> Sites => _sites.Keys;

    /// <summary>The number of a site.</summary>
    public int Site(string name)
    {
        if (_sites.TryGetValue(name, out var known)) return known;
        return _sites[name] = _sites.Count;
    }
}
