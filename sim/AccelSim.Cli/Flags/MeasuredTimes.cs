using AccelSim.Costs;
using AccelSim.Costs.Tables;
using AccelSim.Traces;
using AccelSim.Validation;

namespace AccelSim.Cli.Flags;

/// <summary>Reads what <c>--tables</c> names.</summary>
internal static class MeasuredTimes
{
    /// <summary>A captured run where it is a file, else a folder of tables.</summary>
    /// <exception cref="Configuration.ConfigException">It is malformed.</exception>
    public static TimeTables Read(string path) =>
        File.Exists(path) ? TraceTimes.Read(path) : TimeTableReader.Read(path);

    /// <summary>The rung that <c>--cost-model</c> names, with the times that it takes.</summary>
    /// <param name="name">As the flag or a scenario states it.</param>
    /// <param name="tables">What <c>--tables</c> names; null where it is not given.</param>
    /// <exception cref="Configuration.ConfigException">There is none, or it lacks times.
    /// </exception>
    public static CostRung Rung(string name, string? tables) =>
        CostRung.Named(name, "--cost-model", tables is null ? null : Read(tables));
}
