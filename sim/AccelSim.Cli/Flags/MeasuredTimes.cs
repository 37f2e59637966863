using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Tables;
using AccelSim.Traces;
using AccelSim.Validation;

namespace AccelSim.Cli.Flags;

/// <summary>Reads what <c>--tables</c> names.</summary>
internal static class MeasuredTimes
{
    /// <summary>A captured run where it is a file, else a folder of tables.</summary>
    /// <exception cref="ConfigException">It is malformed.</exception>
    public static TimeTables Read(string path) =>
        File.Exists(path) ? TraceTimes.Read(path)
        : Directory.Exists(path) ? TimeTableReader.Read(path)
        : throw TextFile.Missing(path, "a folder of measured tables, for the trace rung a captured "
            + "run, is expected");

    /// <summary>The rung that <c>--cost-model</c> names, with the times that it takes.</summary>
    /// <param name="name">As the flag or a scenario states it.</param>
    /// <param name="tables">What <c>--tables</c> names; null where it is not given.</param>
    /// <exception cref="ConfigException">There is none, or it lacks times.
    /// </exception>
    public static CostRung Rung(string name, string? tables) =>
        CostRung.Named(name, "--cost-model", tables is null ? null : Read(tables));
}
