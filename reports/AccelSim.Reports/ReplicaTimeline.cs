using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <summary>The state of one replica over time: constant from one sample to the next.</summary>
internal static class ReplicaTimeline
{
    /// <summary>The samples of a replica, in order of time; one per change.</summary>
    /// <param name="deployment">What the replica is made of.</param>
    /// <param name="slices">Its steps, in the order in which they ended.</param>
    public static List<TimelineSample> Of(Deployment deployment, IReadOnlyList<StepSlice> slices)
    {
        var groups = Groups(deployment);
        var state = new State(deployment, groups);
        List<TimelineSample> samples = [];
        foreach (var (time, isStart, index) in Boundaries(slices))
        {
            if (isStart) state.Start(slices[index]);
            else state.End(slices[index].Stage);
            var sample = state.At(time);
            if (samples.Count > 0 && samples[^1].Time == time) samples[^1] = sample;
            else samples.Add(sample);
        }
        return samples;
    }

    /// <summary>Parts of a replica that take steps: pipeline stages, or data-parallel ranks.</summary>
    public static int Groups(Deployment deployment) =>
        Math.Max(deployment.Stages.Count, deployment.Graph.Plan.DataParallel);

    /// <summary>At equal times ends come first.</summary>
    private static List<(SimTime Time, bool IsStart, int Index)> Boundaries(
        IReadOnlyList<StepSlice> slices)
    {
        var boundaries = new List<(SimTime Time, bool IsStart, int Index)>(2 * slices.Count);
        for (var i = 0; i < slices.Count; i++)
        {
            if (slices[i].End == slices[i].Start) continue;
            boundaries.Add((slices[i].Start, true, i));
            boundaries.Add((slices[i].End, false, i));
        }
        boundaries.Sort((left, right) =>
        {
            var byTime = left.Time.CompareTo(right.Time);
            if (byTime != 0) return byTime;
            var byKind = left.IsStart.CompareTo(right.IsStart);
            return byKind != 0 ? byKind : left.Index.CompareTo(right.Index);
        });
        return boundaries;
    }

    private sealed class State(Deployment deployment, int groups)
    {
        private readonly StepSlice?[] _running = new StepSlice?[groups];
        private readonly double _idleWatts =
            deployment.Device.Idle.Value.Value * deployment.Accelerators / groups;
        private readonly bool _ownQueues = deployment.Graph.Plan.DataParallel > 1;
        private StepSlice _latest;

        public void Start(in StepSlice slice)
        {
            _running[slice.Stage] = slice;
            _latest = slice;
        }

        public void End(int group) => _running[group] = null;

        /// <summary>
        /// Stages of a pipeline share a queue and a cache, so the latest step tells; ranks have
        /// their own, so all tell.
        /// </summary>
        public TimelineSample At(SimTime time)
        {
            var sample = new TimelineSample(time, 0, 0, 0, 0);
            foreach (var slot in _running)
            {
                if (slot is not { } slice)
                {
                    sample = sample with { Watts = sample.Watts + _idleWatts };
                    continue;
                }
                sample = sample with
                {
                    Queue = _ownQueues ? sample.Queue + slice.Waiting : _latest.Waiting,
                    Running = sample.Running + slice.Sequences,
                    KvUsed = _ownQueues ? sample.KvUsed + slice.KvUsed : _latest.KvUsed,
                    Watts = sample.Watts + slice.Joules / (slice.End - slice.Start).Value,
                };
            }
            return sample;
        }
    }
}

/// <summary>A replica from one point in time until the next sample.</summary>
/// <param name="Time">From here on.</param>
/// <param name="Queue">Requests that wait.</param>
/// <param name="Running">Sequences in the steps under way.</param>
/// <param name="KvUsed">KV blocks in use.</param>
/// <param name="Watts">Of all its accelerators.</param>
internal readonly record struct TimelineSample(
    SimTime Time, int Queue, int Running, long KvUsed, double Watts);
