using System.Security.Cryptography;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Reports;

/// <summary>Finds and hashes every file that a run depends on.</summary>
public static class InputFiles
{
    private const string Workloads = "traces/requests/";

    /// <summary>The inputs of a run, in a stable order, each once.</summary>
    /// <param name="runner">The loaded scenario.</param>
    /// <param name="scenarioFile">The scenario's file; null where it came from flags.</param>
    /// <exception cref="FileNotFoundException">A file vanished since it was read.</exception>
    public static IReadOnlyList<InputFile> Of(ScenarioRunner runner, string? scenarioFile = null)
    {
        ArgumentNullException.ThrowIfNull(runner);
        var folder = scenarioFile is null ? null : Path.GetDirectoryName(scenarioFile);
        List<(string Role, string File)> files = [];
        if (scenarioFile is not null) files.Add(("scenario", scenarioFile));
        files.AddRange(runner.Hardware.SelectMany(FilesOf).Select(file => ("hardware", file)));
        files.Add(("hardware", Catalog.EstimatorFile));
        files.Add(("model", ModelFile(runner.Scenario.Model, folder)));
        if (WorkloadFile(runner.Scenario.Workload, folder) is { } workload)
            files.Add(("workload", workload));
        return [.. files.Distinct().Select(pair => Hash(pair.Role, pair.File))];
    }

    /// <summary>A hardware file and those that it inherits from.</summary>
    private static IEnumerable<string> FilesOf(HardwareDocument document) =>
        document.Leaves.Select(leaf => leaf.File)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Prepend(document.File);

    private static string ModelFile(string model, string? folder)
    {
        var isPath = model.Contains('/', StringComparison.Ordinal)
            || model.Contains('\\', StringComparison.Ordinal)
            || model.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        return ModelCatalog.Open(isPath ? Under(folder, model) : model).File;
    }

    private static string? WorkloadFile(WorkloadSource source, string? folder) =>
        source.File is { } file ? Under(folder, file)
        : source.Shipped is { } shipped ? Workloads + shipped + ".json"
        : null;

    private static string Under(string? folder, string path) =>
        string.IsNullOrEmpty(folder) || Path.IsPathRooted(path) ? path : Path.Combine(folder, path);

    private static InputFile Hash(string role, string file)
    {
        using var embedded = Embedded(file);
        if (embedded is not null)
            return new(role, file, true, Convert.ToHexStringLower(SHA256.HashData(embedded)));
        using var stream = File.OpenRead(file);
        return new(role, file, false, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    /// <summary>Windows builds embed names with backslashes.</summary>
    private static Stream? Embedded(string file)
    {
        var assembly = typeof(Catalog).Assembly;
        var name = assembly.GetManifestResourceNames()
            .FirstOrDefault(name => name.Replace('\\', '/') == file);
        return name is null ? null : assembly.GetManifestResourceStream(name);
    }
}
