using AccelSim.Configuration;

namespace AccelSim.Validation;

/// <summary>A folder of measured tables.</summary>
internal static class MeasuredFolder
{
    /// <summary>The file of each table; null where the folder has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tables">Tables of kernels.</param>
    /// <param name="whole">Measurements of whole systems, of which one is enough too.</param>
    /// <exception cref="ConfigException">There is no folder, or none of the tables.</exception>
    public static IReadOnlyList<(MeasuredTable Table, string? File)> Tables(
        string folder, IReadOnlyList<MeasuredTable> tables,
        params IReadOnlyList<WholeTable> whole)
    {
        if (!Directory.Exists(folder))
        {
            throw File.Exists(folder)
                ? new ConfigException(
                    folder, 0, "", "is a file; a folder of measured tables is expected.")
                : TextFile.Missing(folder, "a folder of measured tables is expected");
        }
        (MeasuredTable Table, string? File)[] found =
        [
            .. tables.Select(table => (table, Path.Combine(folder, table.File)))
                .Select(pair => (pair.table, File.Exists(pair.Item2) ? pair.Item2 : null)),
        ];
        if (found.Any(pair => pair.File is not null) || whole.Any(table => table.IsIn(folder)))
            return found;
        var files = tables.Select(table => table.File).Concat(whole.Select(table => table.Path));
        var isForeign = Directory.EnumerateFiles(folder, "*_perf.*").Any();
        throw new ConfigException(folder, 0, "", $"has none of {string.Join(", ", files)}."
            + (isForeign
                ? " AIConfigurator's own tables go through \"accelsim import\" first."
                : ""));
    }
}
