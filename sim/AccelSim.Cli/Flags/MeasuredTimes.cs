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
}
