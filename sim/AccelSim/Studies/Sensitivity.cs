using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Studies;

/// <summary>How strongly each metric reacts to each field of the hardware file.</summary>
/// <remarks>
/// Elasticity: the per-cent change of a metric for one per cent more of the field. −1 means that
/// doubling the field halves the metric as long as nothing else begins to bind.
/// </remarks>
public static class Sensitivity
{
    /// <summary>Relative step of the finite differences.</summary>
    private const double Step = 0.01;

    /// <summary>Measures elasticities by central finite differences.</summary>
    /// <param name="hardware">The file.</param>
    /// <param name="evaluate">
    /// Metrics by name for a changed file; null where it does not fit.
    /// </param>
    /// <param name="attributed">
    /// The elasticity that the breakdown of the unchanged result predicts for a metric and a fact;
    /// null where it predicts none.
    /// </param>
    /// <returns>
    /// Fields that move a metric, the strongest first; then those that move none.
    /// </returns>
    public static IReadOnlyList<FieldSensitivity> Of(
        HardwareDocument hardware,
        Func<HardwareDocument, IReadOnlyDictionary<string, double>> evaluate,
        Func<string, FactSource, double?>? attributed = null)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        ArgumentNullException.ThrowIfNull(evaluate);
        var names = evaluate(hardware).Keys.Order(StringComparer.Ordinal).ToArray();
        List<FieldSensitivity> fields = [];
        foreach (var leaf in hardware.Leaves)
        {
            if (leaf.Value is not > 0 || leaf.Source is null) continue;
            // What was fitted describes the software as much as the device: nobody can order it.
            if (leaf.Dimension == Figure.Dimension) continue;
            var (elasticities, problem) = Measure(hardware, leaf, names, evaluate);
            var predicted = names
                .Select(name => (name, value: attributed?.Invoke(name, leaf.Source)))
                .Where(pair => pair.value is not null)
                .ToDictionary(pair => pair.name, pair => pair.value!.Value);
            fields.Add(new FieldSensitivity(
                leaf, StepOf(leaf), elasticities, predicted, problem));
        }
        return [.. fields.OrderByDescending(field => field.Strongest)
            .ThenBy(field => field.Leaf.Path, StringComparer.Ordinal)];
    }

    private static (IReadOnlyDictionary<string, double>, string?) Measure(
        HardwareDocument hardware, FactLeaf leaf, string[] names,
        Func<HardwareDocument, IReadOnlyDictionary<string, double>> evaluate)
    {
        try
        {
            // Counts round: what counts is the step that was really taken.
            var step = StepOf(leaf);
            var (up, upFactor) = Scaled(hardware, leaf, 1 + step);
            var (down, downFactor) = step < 1 ? Scaled(hardware, leaf, 1 - step) : (hardware, 1);
            var span = Math.Log(upFactor / downFactor);
            var (high, low) = (evaluate(up), evaluate(down));
            return (names.ToDictionary(
                name => name, name => Math.Log(high[name] / low[name]) / span), null);
        }
        catch (Exception e) when (e is ConfigException or InfeasiblePlanException)
        {
            return (new Dictionary<string, double>(), e.Message);
        }
    }

    /// <summary>A small count moves by one.</summary>
    private static double StepOf(FactLeaf leaf) =>
        Math.Max(Step, leaf.Dimension == Count.Dimension ? 1 / leaf.Value!.Value : 0);

    private static (HardwareDocument Document, double Factor) Scaled(
        HardwareDocument hardware, FactLeaf leaf, double factor)
    {
        var changed = hardware.WithScaled(leaf.Path, factor);
        var value = changed.Leaves.Single(other => other.Path == leaf.Path).Value!.Value;
        return (changed, value / leaf.Value!.Value);
    }
}

/// <summary>How the metrics react to one field.</summary>
/// <param name="Leaf">The field.</param>
/// <param name="Step">
/// By which share it was moved; a count of 1 can only be doubled, which may change what binds.
/// </param>
/// <param name="Measured">
/// Elasticity by metric, by finite differences; empty where not to be had.
/// </param>
/// <param name="Attributed">Elasticity by metric as the breakdown predicts it.</param>
/// <param name="Problem">Why there is none; null where there is.</param>
public sealed record FieldSensitivity(
    FactLeaf Leaf,
    double Step,
    IReadOnlyDictionary<string, double> Measured,
    IReadOnlyDictionary<string, double> Attributed,
    string? Problem)
{
    /// <summary>The largest reaction of any metric; those without a number do not count.</summary>
    public double Strongest => Measured.Values
        .Where(value => !double.IsNaN(value)).Select(Math.Abs).DefaultIfEmpty(0).Max();

    /// <summary>Whether the file leaves it to an estimator.</summary>
    public bool IsEstimated => Leaf.File == Catalog.EstimatorFile;
}
