using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Calibration;

/// <summary>The figures that a fit found for one family, and how good they are.</summary>
public sealed record FamilyFit
{
    /// <summary>Fewer rows than this in a class of times are put to the next one.</summary>
    private const int FewRows = 50;

    private static readonly Seconds[] Bounds = [new(1e-5), new(1e-4), new(1e-3)];

    /// <summary>The family.</summary>
    public required KernelFamily Family { get; init; }

    /// <summary>Its physics.</summary>
    public required KernelModel Model { get; init; }

    /// <summary>The figures fitted to all rows, in the order of the model's parameters.</summary>
    public required IReadOnlyList<double> Figures { get; init; }

    /// <summary>The figures of each fold, fitted without the fold's sites.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> FoldFigures { get; init; }

    /// <summary>The tables that the rows come from.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>Measured rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Sites among them.</summary>
    public required int Sites { get; init; }

    /// <summary>Errors of the figures on the rows that they were fitted to.</summary>
    public required HeldOutErrors InSample { get; init; }

    /// <summary>Errors on rows of sites, or devices, that the figures did not see.</summary>
    public required HeldOutErrors HeldOut { get; init; }

    /// <summary>How held-out times scatter around the predicted ones.</summary>
    public required IReadOnlyList<ResidualClass> Residuals { get; init; }

    /// <summary>The same for each fold, without its sites: bands judged on it are blind.</summary>
    public IReadOnlyList<IReadOnlyList<ResidualClass>> FoldResiduals { get; init; } = [];

    /// <summary>The sizes that the rows cover.</summary>
    public required IReadOnlyDictionary<string, FitRange> Domain { get; init; }

    internal Folds Folds { get; init; } = new([], 1, 0);

    /// <summary>A figure as files state it: four digits, within its bounds.</summary>
    internal static double Short(double value, KernelParameter figure)
    {
        if (value == 0) return 0;
        var digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var scale = Math.Pow(10, Math.Abs(digits));
        var rounded = digits >= 0
            ? Math.Round(value * scale) / scale
            : Math.Round(value / scale) * scale;
        return Math.Clamp(rounded, figure.Low, figure.High);
    }

    /// <summary>
    /// Quantiles of ln(measured / predicted) by predicted time, the short ones first.
    /// </summary>
    internal static IReadOnlyList<ResidualClass> Scatter(
        IEnumerable<(double Predicted, double Measured)> rows)
    {
        var classes = new List<ResidualClass>();
        var sorted = rows.OrderBy(row => row.Predicted).ToList();
        var from = 0;
        foreach (var bound in Bounds)
        {
            var to = sorted.FindIndex(from, row => row.Predicted >= bound.Value);
            if (to - from < FewRows || sorted.Count - to < FewRows) continue;
            classes.Add(Class(sorted[from..to], bound));
            from = to;
        }
        classes.Add(Class(sorted[from..], null));
        return classes;
    }

    /// <summary>The least and greatest size of each axis, as whole numbers around them.</summary>
    internal static IReadOnlyDictionary<string, FitRange> Extent(
        IEnumerable<Operator> operators)
    {
        var domain = new Dictionary<string, FitRange>();
        Span<double> sizes = stackalloc double[OperatorAxes.Most];
        foreach (var one in operators)
        {
            var names = OperatorAxes.Names(one.Kind);
            OperatorAxes.Read(one, sizes);
            for (var i = 0; i < names.Count; i++)
            {
                var (low, high) = (Math.Floor(sizes[i]), Math.Ceiling(sizes[i]));
                domain[names[i]] = domain.TryGetValue(names[i], out var range)
                    ? new FitRange(Math.Min(range.Low, low), Math.Max(range.High, high))
                    : new FitRange(low, high);
            }
        }
        return domain;
    }

    private static ResidualClass Class(
        List<(double Predicted, double Measured)> rows, Seconds? below)
    {
        double[] errors =
            [.. rows.Select(row => Math.Log(row.Measured / row.Predicted)).Order()];
        return new ResidualClass
        {
            Below = below,
            Rows = errors.Length,
            Quantiles =
            [
                .. ResidualClass.Shares.Select(share => Math.Round(
                    errors[Math.Max(0, (int)Math.Ceiling(share * errors.Length) - 1)], 4)),
            ],
        };
    }
}
