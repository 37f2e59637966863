using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Validation;

namespace AccelSim.Calibration;

/// <summary>An engine's figures, and how far deployments are off with them.</summary>
/// <param name="Engine">The profile.</param>
/// <param name="Rows">Rows that were looked at.</param>
/// <param name="Sites">Models on accelerators among them.</param>
/// <param name="Figures">In the order of <see cref="EngineFigure.All"/>, in seconds.</param>
/// <param name="Before">Errors of all rows with the profile's own figures.</param>
/// <param name="InSample">Errors of all rows.</param>
/// <param name="HeldOut">
/// Errors of all rows, each with figures fitted to other sites.
/// </param>
public sealed record EngineFit(
    string Engine, int Rows, int Sites, IReadOnlyList<double> Figures, EngineErrors Before,
    EngineErrors InSample, EngineErrors HeldOut)
{
    /// <summary>The key of <c>sources</c> that fitted figures rest on.</summary>
    private const string Key = "deployments";

    /// <summary>A profile with these figures in place of its own; the rest stays.</summary>
    /// <param name="text">The profile's file.</param>
    /// <param name="source">What they rest on, such as <c>calibrated: …</c>.</param>
    public string Into(string text, string source)
    {
        text = JsonText.With(
            text, ["sources", Key], Newtonsoft.Json.JsonConvert.ToString(source));
        for (var i = 0; i < Figures.Count; i++)
        {
            text = JsonText.With(
                text, ["host", EngineFigure.All[i].Name], $"\"{Text(i)} @{Key}\"");
        }
        return text;
    }

    /// <summary>The figures that would go beyond what is plausible, rounded as files are.</summary>
    public IEnumerable<string> AtLimits => EngineFigure.All
        .Where((figure, i) => Figures[i] >= 0.995 * figure.High
            || (figure.Low > 0 && Figures[i] <= 1.005 * figure.Low))
        .Select(figure => figure.Name);

    /// <summary>A figure as files state it.</summary>
    public string Text(int figure) =>
        (Figures[figure] * 1e6).ToString("G3", CultureInfo.InvariantCulture) + " us";
}

/// <summary>Errors of deployments.</summary>
/// <param name="Ttft">Of the time to the first token.</param>
/// <param name="Tpot">Of the time of a further token.</param>
public sealed record EngineErrors(ErrorSummary Ttft, ErrorSummary Tpot);
