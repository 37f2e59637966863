using System.Diagnostics;
using System.Globalization;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <content>Spans of requests and the arrows to the steps that served them.</content>
public static partial class ChromeTrace
{
    private static void Requests(
        TraceWriter trace, ReplicaTracks replica, StepSlice[] steps,
        IEnumerable<RequestRecord> records)
    {
        var byStart = new Dictionary<SimTime, int>(steps.Length);
        var byEnd = new Dictionary<SimTime, int>(steps.Length);
        var last = replica.Groups - 1;
        var ranks = replica.Deployment.Graph.Plan.DataParallel > 1;
        for (var i = 0; i < steps.Length; i++)
        {
            if (ranks || steps[i].Stage == 0) byStart.TryAdd(steps[i].Start, i);
            if (ranks || steps[i].Stage == last) byEnd.TryAdd(steps[i].End, i);
        }
        foreach (var record in records.OrderBy(r => r.Arrival).ThenBy(r => r.Request.Id))
        {
            Span(trace, replica, record);
            if (!byStart.TryGetValue(record.FirstScheduled, out var first)
                || !byEnd.TryGetValue(record.LastToken, out var final))
            {
                throw new UnreachableException(
                    $"No recorded step served request {record.Request.Id}: the recorder did not "
                    + "listen to this run.");
            }
            Arrow(trace, replica, record, steps, first, final);
        }
    }

    private static void Span(TraceWriter trace, ReplicaTracks replica, in RequestRecord record)
    {
        var request = record.Request;
        var (pid, tid) = (replica.Pid, replica.Arrivals);
        trace.BeginAsync("b", "request", request.Id, pid, tid, record.Arrival);
        var json = trace.Json;
        json.WriteStartObject("args");
        json.WriteNumber("prompt_tokens", request.PromptTokens);
        json.WriteNumber("output_tokens", request.OutputTokens);
        if (record.CachedTokens > 0) json.WriteNumber("cached_tokens", record.CachedTokens);
        if (record.Preemptions > 0) json.WriteNumber("preemptions", record.Preemptions);
        if (request.SloClass.Length > 0) json.WriteString("slo_class", request.SloClass);
        json.WriteNumber("ttft_ms", record.Ttft.Milliseconds);
        if (record.Tpot is { } tpot) json.WriteNumber("tpot_ms", tpot.Milliseconds);
        json.WriteEndObject();
        trace.EndEvent();
        trace.BeginAsync("n", "first token", request.Id, pid, tid, record.FirstToken);
        trace.EndEvent();
        trace.BeginAsync("e", "request", request.Id, pid, tid, record.LastToken);
        trace.EndEvent();
    }

    private static void Arrow(
        TraceWriter trace, ReplicaTracks replica, in RequestRecord record, StepSlice[] steps,
        int first, int final)
    {
        var id = record.Request.Id;
        trace.Slice(
            replica.Pid, replica.Arrivals,
            string.Create(CultureInfo.InvariantCulture, $"request {id}"), record.Arrival,
            record.Arrival);
        trace.Flow("s", "request", id, replica.Pid, replica.Arrivals, record.Arrival);
        if (first != final) Point("t", steps[first]);
        Point("f", steps[final]);

        void Point(string phase, in StepSlice step) => trace.Flow(
            phase, "request", id, replica.Pid, replica.Accelerator(step.Stage, 0), step.Start);
    }

    private static void Refusals(TraceWriter trace, int pid, IEnumerable<RequestRecord> records)
    {
        var named = false;
        foreach (var record in records.OrderBy(r => r.Arrival).ThenBy(r => r.Request.Id))
        {
            if (!named)
            {
                trace.Process(pid, "refused requests");
                trace.Track(pid, 1, "refused");
                named = true;
            }
            trace.BeginSlice(
                pid, 1, string.Create(CultureInfo.InvariantCulture, $"request {record.Request.Id}"),
                record.Arrival, record.Arrival);
            trace.Json.WriteStartObject("args");
            trace.Json.WriteString("reason", record.Rejection);
            trace.Json.WriteEndObject();
            trace.EndEvent();
        }
    }
}
