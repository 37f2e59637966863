using System.Globalization;
using AccelSim.Metrics;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <summary>Writes <c>trace.json</c>, which Perfetto and chrome://tracing open.</summary>
/// <remarks>
/// <para>
/// A process per replica with a track per accelerator, a track per link, counters, and a span per
/// request; an arrow leads from a request's arrival over its first step to its last one. Ranks that
/// split a layer run the same steps: the first carries the arguments. A stretch of equal decode
/// steps is one slice, whose argument <c>steps</c> says how many.
/// </para>
/// <para>
/// Collectives happen all through a step; on the link's track they are drawn together at its end.
/// Where replicas share a link, its transfers are events of their own and drawn where they were.
/// The counter of the queue counts requests that have not been in a step yet; those that had to
/// make
/// room are in the steps' argument <c>waiting</c>, which is the queue at their end. With
/// data-parallel ranks it is not recorded which of them served a request: the arrow leads to
/// the first rank that took a step then.
/// </para>
/// </remarks>
public static partial class ChromeTrace
{
    /// <summary>Writes the trace; the stream stays open.</summary>
    /// <param name="stream">Receives UTF-8.</param>
    /// <param name="result">The run.</param>
    /// <param name="recorder">What listened to it.</param>
    public static void Write(Stream stream, RunResult result, RunRecorder recorder)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(recorder);
        using var trace = new TraceWriter(stream);
        trace.Json.WriteStartObject();
        trace.Json.WriteString("displayTimeUnit", "ms");
        trace.Json.WriteStartObject("otherData");
        trace.Json.WriteString("model", result.Scenario.Model);
        trace.Json.WriteString("workload", result.WorkloadOrigin);
        trace.Json.WriteNumber("seed", result.Scenario.Seed);
        trace.Json.WriteEndObject();
        trace.Json.WriteStartArray("traceEvents");
        var steps = recorder.Steps.ToLookup(step => step.Replica);
        var requests = result.Requests.ToLookup(record => record.Replica);
        for (var i = 0; i < result.Deployments.Count; i++)
        {
            var replica = new ReplicaTracks(i, result.Deployments[i]);
            StepSlice[] own = [.. steps[i]];
            Name(trace, replica);
            Steps(trace, replica, own);
            Counters(trace, replica, own, requests[i]);
            Requests(trace, replica, own, requests[i]);
        }
        Transfers(trace, result.Deployments.Count + 1, recorder.Transfers);
        Refusals(trace, result.Deployments.Count + 2, requests[-1]);
        trace.Json.WriteEndArray();
        trace.Json.WriteEndObject();
    }

    /// <summary>The numbers of a replica's tracks.</summary>
    private sealed record ReplicaTracks(int Index, Deployment Deployment)
    {
        public int Pid => Index + 1;

        public int Groups { get; } = ReplicaTimeline.Groups(Deployment);

        public int RanksPerGroup => Deployment.Accelerators / Groups;

        public int Arrivals => Deployment.Accelerators + 1;

        public int FirstLink => Deployment.Accelerators + 2;

        public int Accelerator(int group, int rank) => 1 + group * RanksPerGroup + rank;

        /// <summary>The links that the replica's ranks talk over, by their names.</summary>
        public string Link
        {
            get
            {
                var links = Deployment.Stages[0].Model.Resources
                    .Select((resource, index) => (resource, index))
                    .Where(pair => pair.resource.Kind == Costs.ResourceKind.Link)
                    .ToArray();
                // Ranks talk over the host link only where there is no other.
                return string.Join(" + ", links
                    .Where(pair => links.Length == 1 || pair.index != Deployment.AwayLink)
                    .Select(pair => pair.resource.Name));
            }
        }
    }

    private static void Name(TraceWriter trace, ReplicaTracks replica)
    {
        var accelerator = replica.Deployment.Device.Spec.Id;
        trace.Process(replica.Pid, string.Create(
            CultureInfo.InvariantCulture,
            $"replica {replica.Index} ({replica.Deployment.Accelerators} × {accelerator})"));
        for (var i = 0; i < replica.Deployment.Accelerators; i++)
        {
            trace.Track(replica.Pid, i + 1, string.Create(
                CultureInfo.InvariantCulture, $"accelerator {i} ({accelerator})"));
        }
        trace.Track(replica.Pid, replica.Arrivals, "arrivals");
    }

    private static void Steps(TraceWriter trace, ReplicaTracks replica, StepSlice[] steps)
    {
        var names = new SliceNames();
        var links = new LinkLanes(trace, replica.Pid, replica.FirstLink);
        foreach (var step in steps)
        {
            var name = names.Of(step);
            for (var rank = 0; rank < replica.RanksPerGroup; rank++)
            {
                trace.BeginSlice(
                    replica.Pid, replica.Accelerator(step.Stage, rank), name, step.Start, step.End);
                if (rank == 0) Arguments(trace, step);
                trace.EndEvent();
            }
            if (step.Collectives.Value > 0)
            {
                var start = new SimTime(Math.Max(
                    step.Start.Picoseconds,
                    step.End.Picoseconds - (long)Math.Round(step.Collectives.Value * 1e12)));
                links.Add(
                    $"link {replica.Link}, group {step.Stage}", "collectives", start, step.End);
            }
            if (step.HandOver.Value > 0)
            {
                links.Add(
                    $"link {replica.Link}, stage {step.Stage} to {step.Stage + 1}", "hand-over",
                    step.End, step.End + step.HandOver);
            }
        }
    }

    private static void Arguments(TraceWriter trace, in StepSlice step)
    {
        var json = trace.Json;
        json.WriteStartObject("args");
        if (step.Steps > 1) json.WriteNumber("steps", step.Steps);
        if (step.PrefillTokens > 0)
        {
            json.WriteNumber("prefill_tokens", step.PrefillTokens);
            json.WriteNumber("prefill_sequences", step.PrefillSequences);
        }
        if (step.DecodeTokens > 0)
        {
            json.WriteNumber("decode_tokens", step.DecodeTokens);
            json.WriteNumber("decode_sequences", step.DecodeSequences);
        }
        json.WriteNumber("kv_tokens", step.KvTokens);
        json.WriteNumber("kv_blocks", step.KvUsed);
        json.WriteNumber("waiting", step.Waiting);
        json.WriteNumber("joules", step.Joules);
        if (step.Collectives.Value > 0)
            json.WriteNumber("collectives_us", step.Collectives.Value * 1e6);
        json.WriteEndObject();
    }

    /// <summary>Each counter is written when it changes.</summary>
    private static void Counters(
        TraceWriter trace, ReplicaTracks replica, StepSlice[] steps,
        IEnumerable<RequestRecord> requests)
    {
        var blocks = (double)replica.Deployment.Memory.Blocks
            * replica.Deployment.Graph.Plan.DataParallel;
        var before = new TimelineSample(default, -1, -1, -1, double.NaN);
        foreach (var sample in ReplicaTimeline.Of(replica.Deployment, steps, requests))
        {
            if (sample.KvUsed != before.KvUsed)
            {
                trace.Counter(
                    replica.Pid, "KV occupancy", "percent", sample.Time,
                    100 * sample.KvUsed / blocks);
            }
            if (sample.Queue != before.Queue)
                trace.Counter(replica.Pid, "queue length", "requests", sample.Time, sample.Queue);
            if (sample.Watts != before.Watts)
                trace.Counter(replica.Pid, "power", "watts", sample.Time, sample.Watts);
            before = sample;
        }
    }

    private static void Transfers(
        TraceWriter trace, int pid, IReadOnlyList<TransferFact> transfers)
    {
        if (transfers.Count == 0) return;
        trace.Process(pid, "links");
        var lanes = new LinkLanes(trace, pid, 1);
        foreach (var transfer in transfers.OrderBy(transfer => transfer.Start))
        {
            lanes.Begin(
                string.Create(
                    CultureInfo.InvariantCulture, $"{transfer.Link}, replica {transfer.Replica}"),
                transfer.Purpose, transfer.Start, transfer.End);
            trace.Json.WriteStartObject("args");
            trace.Json.WriteNumber("bytes", transfer.Bytes.Value);
            trace.Json.WriteEndObject();
            trace.EndEvent();
        }
    }

    /// <summary>Slice names; each is made once.</summary>
    private sealed class SliceNames
    {
        private readonly Dictionary<int, string> _decode = [];

        public string Of(in StepSlice step)
        {
            // A data-parallel rank that takes part without work of its own.
            if (step.Sequences == 0) return "no work";
            if (step.Kind != StepKind.Decode)
                return step.Kind == StepKind.Prefill ? "prefill" : "mixed";
            if (_decode.TryGetValue(step.DecodeSequences, out var name)) return name;
            name = string.Create(CultureInfo.InvariantCulture, $"decode ×{step.DecodeSequences}");
            return _decode[step.DecodeSequences] = name;
        }
    }

    /// <summary>Tracks of links: what overlaps on one link is drawn on a further lane.</summary>
    private sealed class LinkLanes(TraceWriter trace, int pid, int firstTid)
    {
        private readonly Dictionary<string, List<(int Tid, SimTime Free)>> _lanes = [];
        private int _next = firstTid;

        public void Add(string link, string name, SimTime start, SimTime end)
        {
            Begin(link, name, start, end);
            trace.EndEvent();
        }

        /// <summary>Arguments may follow.</summary>
        public void Begin(string link, string name, SimTime start, SimTime end)
        {
            if (!_lanes.TryGetValue(link, out var lanes)) _lanes[link] = lanes = [];
            var lane = lanes.FindIndex(lane => lane.Free <= start);
            if (lane < 0)
            {
                lane = lanes.Count;
                lanes.Add((_next, default));
                trace.Track(pid, _next++, lane == 0 ? link : $"{link}, lane {lane + 1}");
            }
            lanes[lane] = (lanes[lane].Tid, end);
            trace.BeginSlice(pid, lanes[lane].Tid, name, start, end);
        }
    }
}
