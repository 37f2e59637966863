using AccelSim.Costs.Analytical;

namespace AccelSim.Calibration;

/// <summary>Figures as points of a unit cube, where all of them matter alike.</summary>
/// <remarks>
/// Wide ranges above zero are laid out by their logarithm. A choice is the same everywhere.
/// </remarks>
/// <param name="parameters">The figures.</param>
/// <param name="chosen">Values of the choices among them; the rest is not looked at.</param>
internal sealed class FigureSpace(
    IReadOnlyList<KernelParameter> parameters, IReadOnlyList<double> chosen)
{
    /// <summary>From this ratio of its bounds on a figure is laid out by its logarithm.</summary>
    private const double Wide = 8;

    /// <summary>How many figures there are.</summary>
    public int Count => parameters.Count;

    /// <summary>Where fits begin.</summary>
    public double[] Start() =>
        [.. parameters.Select(figure => Math.Clamp(Place(figure, figure.Start), 0, 1))];

    /// <summary>The figures at a point; places outside the cube count as its edge.</summary>
    public void At(ReadOnlySpan<double> point, Span<double> figures)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            figures[i] = parameters[i].IsChoice
                ? chosen[i]
                : Value(parameters[i], Math.Clamp(point[i], 0, 1));
        }
    }

    private static bool IsLogarithmic(KernelParameter figure) =>
        figure.Low > 0 && figure.High / figure.Low >= Wide;

    private static double Value(KernelParameter figure, double place) => IsLogarithmic(figure)
        ? Math.Clamp(
            figure.Low * Math.Pow(figure.High / figure.Low, place), figure.Low, figure.High)
        : figure.Low + (figure.High - figure.Low) * place;

    private static double Place(KernelParameter figure, double value) =>
        figure.High == figure.Low ? 0
        : IsLogarithmic(figure)
            ? Math.Log(value / figure.Low) / Math.Log(figure.High / figure.Low)
            : (value - figure.Low) / (figure.High - figure.Low);
}
