using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <summary>The state of one replica over time: constant from one sample to the next.</summary>
internal static class ReplicaTimeline
{
    /// <summary>The samples of a replica, in order of time; one per change.</summary>
    /// <param name="deployment">What the replica is made of.</param>
    /// <param name="slices">Its steps, in the order in which they ended.</param>
    /// <param name="records">Its requests.</param>
    public static List<TimelineSample> Of(
        Deployment deployment, IReadOnlyList<StepSlice> slices, IEnumerable<RequestRecord> records)
    {
        var groups = Groups(deployment);
        var state = new State(deployment, groups);
        List<TimelineSample> samples = [];
        foreach (var boundary in Boundaries(slices, records))
        {
            switch (boundary.What)
            {
                case What.StepEnds:
                    state.End(slices[boundary.Index].Stage);
                    break;
                case What.StepStarts:
                    state.Start(slices[boundary.Index]);
                    break;
                default:
                    state.Queue += boundary.What == What.RequestComes ? 1 : -1;
                    break;
            }
            var sample = state.At(boundary.Time);
            if (samples.Count > 0 && samples[^1].Time == boundary.Time) samples[^1] = sample;
            else samples.Add(sample);
        }
        return samples;
    }

    /// <summary>
    /// Parts of a replica that take steps: pipeline stages, or data-parallel ranks.
    /// </summary>
    public static int Groups(Deployment deployment) =>
        Math.Max(deployment.Stages.Count, deployment.Graph.Plan.DataParallel);

    /// <summary>In the order in which they count at equal times.</summary>
    private enum What
    {
        StepEnds,
        RequestComes,
        RequestStarts,
        StepStarts,
    }

    private readonly record struct Boundary(SimTime Time, What What, int Index);

    private static List<Boundary> Boundaries(
        IReadOnlyList<StepSlice> slices, IEnumerable<RequestRecord> records)
    {
        var boundaries = new List<Boundary>(2 * slices.Count);
        for (var i = 0; i < slices.Count; i++)
        {
            if (slices[i].End == slices[i].Start) continue;
            boundaries.Add(new(slices[i].Start, What.StepStarts, i));
            boundaries.Add(new(slices[i].End, What.StepEnds, i));
        }
        foreach (var record in records)
        {
            if (record.FirstScheduled == record.Arrival) continue;
            boundaries.Add(new(record.Arrival, What.RequestComes, record.Request.Id));
            boundaries.Add(new(record.FirstScheduled, What.RequestStarts, record.Request.Id));
        }
        boundaries.Sort((left, right) =>
        {
            var byTime = left.Time.CompareTo(right.Time);
            if (byTime != 0) return byTime;
            var byKind = left.What.CompareTo(right.What);
            return byKind != 0 ? byKind : left.Index.CompareTo(right.Index);
        });
        return boundaries;
    }

    private sealed class State(Deployment deployment, int groups)
    {
        private readonly StepSlice?[] _running = new StepSlice?[groups];
        private readonly double _idleWatts =
            deployment.Device.Idle.Value.Value * deployment.Accelerators / groups;
        private readonly bool _ownCaches = deployment.Graph.Plan.DataParallel > 1;
        private StepSlice _latest;

        public int Queue { get; set; }

        public void Start(in StepSlice slice)
        {
            _running[slice.Stage] = slice;
            _latest = slice;
        }

        public void End(int group) => _running[group] = null;

        /// <summary>
        /// Stages of a pipeline share a cache, so the latest step tells; ranks have their own, so
        /// all tell.
        /// </summary>
        public TimelineSample At(SimTime time)
        {
            var sample = new TimelineSample(time, Queue, 0, 0, 0);
            foreach (var slot in _running)
            {
                if (slot is not { } slice)
                {
                    sample = sample with { Watts = sample.Watts + _idleWatts };
                    continue;
                }
                sample = sample with
                {
                    Running = sample.Running + slice.Sequences,
                    KvUsed = _ownCaches ? sample.KvUsed + slice.KvUsed : _latest.KvUsed,
                    Watts = sample.Watts + slice.Joules / (slice.End - slice.Start).Value,
                };
            }
            return sample;
        }
    }
}

/// <summary>A replica from one point in time until the next sample.</summary>
/// <param name="Time">From here on.</param>
/// <param name="Queue">Requests that came and have not been in a step yet.</param>
/// <param name="Running">Sequences in the steps under way.</param>
/// <param name="KvUsed">KV blocks in use.</param>
/// <param name="Watts">Of all its accelerators.</param>
internal readonly record struct TimelineSample(
    SimTime Time, int Queue, int Running, long KvUsed, double Watts);
