using AccelSim.Costs.Tables;
using AccelSim.Hardware;

namespace AccelSim.Traces;

/// <summary>Reads captured runs for the trace rung.</summary>
public static class TraceTimes
{
    /// <summary>Reads the operators of a trace.</summary>
    /// <param name="file">A trace as <c>capture</c> and <c>measure</c> write them.</param>
    /// <exception cref="Configuration.ConfigException">It is malformed.</exception>
    public static TimeTables Read(string file)
    {
        var captured = new CapturedOperators(file);
        var times = new TimeTable(byName: true);
        foreach (var (one, seconds) in captured.Medians)
        {
            if (seconds > 0) times.Add(one, seconds);
        }
        return new TimeTables(file, new Dictionary<string, TimeTable>())
        {
            Captured = new CapturedTimes(
                captured.Device.Name, ClassOf(captured.Device.Backend), times),
        };
    }

    /// <summary>OpenCL runs on anything.</summary>
    private static DeviceClass? ClassOf(string backend) => backend switch
    {
        "cpu" => DeviceClass.Cpu,
        "cuda" => DeviceClass.Gpu,
        _ => null,
    };
}
