using AccelSim.Metrics;
using AccelSim.Serving;

namespace AccelSim.Reports;

/// <summary>The state of all replicas over time, averaged over equal stretches.</summary>
internal sealed class TimelineBins
{
    private const double Picosecond = 1e-12;
    private readonly double _width;

    private TimelineBins(int count, double seconds)
    {
        End = seconds;
        _width = seconds / count;
        Queue = new double[count];
        Running = new double[count];
        KvShare = new double[count];
        Watts = new double[count];
    }

    /// <summary>When the last step ended, in seconds.</summary>
    public double End { get; }

    /// <summary>Requests that have not been in a step yet, summed over replicas.</summary>
    public double[] Queue { get; }

    /// <summary>Sequences in the steps under way, summed over replicas.</summary>
    public double[] Running { get; }

    /// <summary>KV blocks in use over all there are.</summary>
    public double[] KvShare { get; }

    /// <summary>Power of all accelerators.</summary>
    public double[] Watts { get; }

    /// <summary>Where each stretch starts, in seconds.</summary>
    public IEnumerable<double> Starts => Enumerable.Range(0, Queue.Length).Select(i => i * _width);

    /// <summary>Averages a run over that many stretches; null where nothing happened.</summary>
    public static TimelineBins? Of(RunResult result, RunRecorder recorder, int count)
    {
        if (recorder.Steps.Count == 0) return null;
        var end = recorder.Steps.Max(step => step.End);
        var bins = new TimelineBins(count, end.Seconds);
        var steps = recorder.Steps.ToLookup(step => step.Replica);
        var requests = result.Requests.ToLookup(record => record.Replica);
        double blocks = result.Deployments.Sum(Blocks);
        for (var i = 0; i < result.Deployments.Count; i++)
        {
            var deployment = result.Deployments[i];
            var idle = deployment.Device.Idle.Value.Value * deployment.Accelerators;
            var before = new TimelineSample(default, 0, 0, 0, idle);
            foreach (var sample in ReplicaTimeline.Of(
                deployment, [.. steps[i]], requests[i]))
            {
                bins.Add(before, sample.Time.Picoseconds, blocks);
                before = sample;
            }
            bins.Add(before, end.Picoseconds, blocks);
        }
        return bins;
    }

    private static double Blocks(Deployment deployment) =>
        (double)deployment.Memory.Blocks * deployment.Graph.Plan.DataParallel;

    private void Add(in TimelineSample sample, long until, double blocks)
    {
        var (from, to) = (sample.Time.Picoseconds * Picosecond, until * Picosecond);
        for (var i = Math.Min(Queue.Length - 1, (int)(from / _width)); i < Queue.Length; i++)
        {
            var share = (Math.Min(to, (i + 1) * _width) - Math.Max(from, i * _width)) / _width;
            if (share <= 0) break;
            Queue[i] += share * sample.Queue;
            Running[i] += share * sample.Running;
            KvShare[i] += share * sample.KvUsed / blocks;
            Watts[i] += share * sample.Watts;
        }
    }
}
