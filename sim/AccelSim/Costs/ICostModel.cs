using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>Prices operators on one rank of one deployment: a device and its links.</summary>
public interface ICostModel
{
    /// <summary>The rung of the ladder, such as <c>roofline</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What time and energy are spent on; a <see cref="ResourceVector"/> has their order.
    /// </summary>
    IReadOnlyList<Resource> Resources { get; }

    /// <summary>Fixed host time of one step, in seconds.</summary>
    double HostSecondsPerStep { get; }

    /// <summary>The index of the host in <see cref="Resources"/>.</summary>
    int HostResource { get; }

    /// <summary>Host time of a step of a shape, in seconds.</summary>
    double HostSeconds(in StepShape shape) => HostSecondsPerStep;

    /// <summary>
    /// Least time in which the host starts the kernels of a step one by one, in seconds; 0 where
    /// the step is replayed as a graph.
    /// </summary>
    double LaunchSeconds(in StepShape shape, StartedKernels kernels) => 0;

    /// <summary>
    /// Exponent of the smooth maximum of starting and running kernels; infinite: the slower
    /// decides.
    /// </summary>
    double LaunchOverlap => double.PositiveInfinity;

    /// <summary>
    /// Keys of a sequence between which a decode's price is nearly a straight line, so that steps
    /// may be priced along it; 0 where each is to be priced itself.
    /// </summary>
    int ContextGrain => 0;

    /// <summary>Prices one instance of an operator. Allocates nothing.</summary>
    void Price(in Operator @operator, out OperatorCost cost);

    /// <summary>What an operator's price rests on; null where its resources say it.</summary>
    PriceBasis? BasisOf(in Operator @operator) => null;

    /// <summary>Whether <see cref="ErrorAt"/> knows how far prices are off.</summary>
    bool HasErrors => false;

    /// <summary>
    /// ln(true / predicted) of a price for a standard normal value; 0 where errors are not known.
    /// </summary>
    /// <param name="operator">The operator.</param>
    /// <param name="seconds">Its price.</param>
    /// <param name="normal">−1.645 gives the 5 % quantile.</param>
    double ErrorAt(in Operator @operator, double seconds, double normal) => 0;

    /// <summary>Sizes priced so far that lie furthest beyond what was fitted, by family.</summary>
    IReadOnlyList<SizeBeyond> Beyond => [];

    /// <summary>The price once more, as formulas with the values put in.</summary>
    IReadOnlyList<CostTerm> Explain(in Operator @operator);
}

/// <summary>What the host starts for a step.</summary>
/// <param name="All">Kernels.</param>
/// <param name="Grouped">Those among them that multiply groups of experts.</param>
public readonly record struct StartedKernels(int All, int Grouped);

/// <summary>One line of an explained cost.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Formula">In words, such as <c>matrix FLOPs / matrix rate</c>.</param>
/// <param name="Values">The formula with values, such as <c>2.1 GFLOP / 989.4 TFLOP/s</c>.</param>
/// <param name="Seconds">The result.</param>
/// <param name="Binding">Whether it is the resource the operator waits for.</param>
public sealed record CostTerm(
    Resource Resource, string Formula, string Values, double Seconds, bool Binding);
