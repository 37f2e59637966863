using AccelSim.Costs.Tables;

namespace AccelSim.Traces;

/// <summary>Reads captured runs for the trace rung.</summary>
public static class TraceTimes
{
    /// <summary>The backend of runs on a processor.</summary>
    private const string Processor = "cpu";

    /// <summary>Reads the operators of a trace.</summary>
    /// <param name="file">A trace as <c>capture</c> and <c>measure</c> write them.</param>
    /// <exception cref="Configuration.ConfigException">It is malformed.</exception>
    public static TimeTables Read(string file)
    {
        var captured = new CapturedOperators(file);
        var times = new TimeTable();
        foreach (var (one, seconds) in captured.Medians)
        {
            if (seconds > 0) times.Add(one, seconds);
        }
        return new TimeTables(file, new Dictionary<string, TimeTable>())
        {
            Captured = new CapturedTimes(
                captured.Device.Name, captured.Device.Backend == Processor, times),
        };
    }
}
