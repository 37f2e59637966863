using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Traces;

namespace AccelSim.Calibration;

/// <summary>Fits a device to runs that were captured on it.</summary>
/// <param name="Files">The traces.</param>
/// <param name="Extends">A hardware file, or a shipped name, with the device's facts.</param>
/// <param name="Folds">Parts that sizes are left out in.</param>
/// <param name="Seed">For folds, sampled rows and starts.</param>
public sealed record TraceCalibration(
    IReadOnlyList<string> Files, string Extends, int Folds, long Seed)
{
    /// <summary>Where a file would lie that nobody asked for.</summary>
    private const string Nowhere = "./fitted.json";

    /// <summary>Reads the traces and fits.</summary>
    /// <param name="file">Where the file will lie: paths in it start there.</param>
    /// <exception cref="ConfigException">
    /// A trace is malformed, or there are too few operators of different sizes.
    /// </exception>
    public TraceFit Run(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var known = new TraceObservations(Files, Catalog.Open(Extends));
        if (known.Count < Calibrator.LeastRows)
        {
            throw new ConfigException(Files[0], 0, "",
                $"holds {known.Count} operators of different sizes, but at least "
                + $"{Calibrator.LeastRows} are needed; capture more prompt lengths and batches.");
        }
        var source = Source(known);
        var text = Text(file, known, source);
        var hardware = HardwareDocument.Parse(text, file.Length == 0 ? Nowhere : file);
        var result = new Calibrator(Files[0], [Name()])
        {
            Traces = known.On(hardware), Folds = Folds, Seed = Seed,
        }.Run();
        return new TraceFit(
            result, FitJson.Into(text, result.Families, source), known.Count,
            new Machine(Device.From(hardware.Accelerator, Catalog.Estimators)).LaunchSeconds,
            known.HostPerStep);
    }

    private string Name()
    {
        using var trace = new TraceReader(Files[0]);
        return trace.Header.Device.Name;
    }

    private string Source(TraceObservations known) =>
        $"measured: accelsim capture on {Name()}, {known.Count} operators of different sizes; "
        + $"accelsim calibrate, {Folds} folds, seed {Seed}";

    /// <summary>The file before kernels are fitted: costs of a launch and a step.</summary>
    private string Text(string file, TraceObservations known, string source)
    {
        var parent = Extends;
        if (Catalog.IsPath(Extends))
        {
            var folder = Path.GetDirectoryName(
                Path.GetFullPath(file.Length == 0 ? Nowhere : file))!;
            parent = "./" + Path.GetRelativePath(folder, Path.GetFullPath(Extends))
                .Replace('\\', '/');
        }
        var text = $"{{\n  \"extends\": {Quoted(parent)}\n}}\n";
        text = JsonText.With(text, ["sources", FitJson.Key], Quoted(source));
        if (!HasMeasuredLaunch)
        {
            text = JsonText.With(
                text, ["overheads", "kernelLaunch"], Quoted(Microseconds(known.Launch)));
        }
        return JsonText.With(
            text, ["overheads", "hostPerStep"], Quoted(Microseconds(known.HostPerStep)));
    }

    /// <summary>
    /// Whether a launch was measured by itself, which is better than the shortest operator.
    /// </summary>
    private bool HasMeasuredLaunch =>
        Catalog.Open(Extends).Accelerator.Overheads.KernelLaunch is { } known
            && known.Source.Tag == Provenance.Measured;

    private static string Microseconds(double seconds) => string.Create(
        CultureInfo.InvariantCulture, $"{seconds * 1e6:0.###} us @{FitJson.Key}");

    private static string Quoted(string text) => Newtonsoft.Json.JsonConvert.ToString(text);
}

/// <summary>What a calibration on traces found.</summary>
/// <param name="Result">The fits.</param>
/// <param name="Text">A hardware file with them.</param>
/// <param name="Operators">Operators of different sizes.</param>
/// <param name="Launch">
/// What a launch costs, in seconds: where it was not measured by itself, what the shortest operator
/// took.
/// </param>
/// <param name="HostPerStep">What a step took besides its operators, in seconds.</param>
public sealed record TraceFit(
    CalibrationResult Result, string Text, int Operators, double Launch, double HostPerStep);
