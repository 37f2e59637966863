using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Models;

namespace AccelSim.Inference.Serving;

/// <summary>
/// Measures a batch as the simulator's <c>estimate</c> imagines it: all prompts at once, in steps
/// of at most so many tokens; then all decode together.
/// </summary>
public static class StaticBatch
{
    private const int BlockSize = 16;
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(0.5);

    /// <summary>Measures once, after a step of each kind to warm up.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backend">Where.</param>
    /// <param name="point">Lengths and requests.</param>
    /// <param name="seed">Decides the prompts.</param>
    public static BatchMeasurement Measure(
        EngineModel model, IBackend backend, BatchPoint point, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(point);
        var each = (point.Isl + point.Osl + BlockSize - 1) / BlockSize;
        using var executor = backend.Open(
            model, (int)Math.Min(int.MaxValue, (long)each * point.Batch), BlockSize);
        var requests = Enumerable.Range(0, point.Batch)
            .Select(i => new OneRequest(model.Shape, point, each, i, seed))
            .ToArray();
        WarmUp(executor, requests);
        var ends = requests.Select(_ => 0.0).ToArray();
        var (prefill, decode) = (new MeasuredPhase(model), new MeasuredPhase(model));
        var start = Stopwatch.GetTimestamp();
        foreach (var step in Prefills(requests, point))
        {
            Run(executor, step, prefill);
            var now = Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach (var (request, _) in step.Where(part => part.Request.Tokens.Count > point.Isl))
                ends[request.Index] = ends[request.Index] == 0 ? now : ends[request.Index];
        }
        for (var i = 1; i < point.Osl; i++)
            Run(executor, [.. requests.Select(request => (request, request.Next()))], decode);
        return new BatchMeasurement(
            point, ends.Average(), ends.Max(), prefill.Result(), decode.Result(),
            model.WeightBytes, executor.KvBytes);
    }

    private static void WarmUp(IExecutor executor, OneRequest[] requests)
    {
        // The runtime compiles what is called often a second time, some moments after.
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3 || Stopwatch.GetElapsedTime(start) < WarmUpTime; i++)
        {
            executor.Step([requests[0].Chunk(0, Math.Min(64, requests[0].Tokens.Count))]);
            executor.Step([.. requests.Select(request => request.First())]);
        }
    }

    /// <summary>Prompts one after the other, cut where a step is full.</summary>
    private static IEnumerable<List<(OneRequest Request, StepEntry Entry)>> Prefills(
        OneRequest[] requests, BatchPoint point)
    {
        List<(OneRequest Request, StepEntry Entry)> step = [];
        var room = point.MostTokens;
        foreach (var request in requests)
        {
            for (var done = 0; done < point.Isl;)
            {
                var chunk = Math.Min(point.Isl - done, room);
                step.Add((request, request.Chunk(done, chunk)));
                done += chunk;
                room -= chunk;
                if (room > 0) continue;
                yield return step;
                (step, room) = ([], point.MostTokens);
            }
        }
        if (step.Count > 0) yield return step;
    }

    private static void Run(
        IExecutor executor, List<(OneRequest Request, StepEntry Entry)> step, MeasuredPhase phase)
    {
        var start = Stopwatch.GetTimestamp();
        var chosen = executor.Step([.. step.Select(part => part.Entry)]);
        phase.Add(executor.Shape, Stopwatch.GetElapsedTime(start).TotalSeconds);
        for (var i = 0; i < step.Count; i++)
        {
            if (chosen[i] >= 0) step[i].Request.Tokens.Add(chosen[i]);
        }
    }

    /// <summary>One request of the batch.</summary>
    private sealed class OneRequest
    {
        private readonly int[] _blocks;
        private readonly Sampler _sampler = new(0, 0);
        private readonly int _isl;

        public OneRequest(ModelConfig shape, BatchPoint point, int blocks, int index, long seed)
        {
            Index = index;
            _isl = point.Isl;
            Tokens = RandomPrompt.Of(shape, point.Isl, seed, index);
            _blocks = [.. Enumerable.Range(index * blocks, blocks)];
        }

        public int Index { get; }

        public List<int> Tokens { get; }

        public StepEntry Chunk(int from, int count) => new(
            Tokens[from..(from + count)], from, _blocks, true,
            from + count == _isl ? _sampler : null);

        public StepEntry Next() =>
            new([Tokens[^1]], Tokens.Count - 1, _blocks, false, _sampler);

        public StepEntry First() => new([Tokens[0]], 0, _blocks, false, _sampler);
    }
}

/// <summary>Which batch is measured.</summary>
/// <param name="Isl">Prompt tokens.</param>
/// <param name="Osl">Output tokens.</param>
/// <param name="Batch">Requests.</param>
/// <param name="MostTokens">The most tokens of a step.</param>
public sealed record BatchPoint(int Isl, int Osl, int Batch, int MostTokens);

/// <summary>What was measured of a batch.</summary>
/// <param name="Point">Which.</param>
/// <param name="MeanFirstToken">Mean seconds until a request's first token.</param>
/// <param name="LastFirstToken">Seconds until every request has one: the estimate's TTFT.</param>
/// <param name="Prefill">All prompts.</param>
/// <param name="Decode">All further tokens.</param>
/// <param name="WeightBytes">Memory of weights.</param>
/// <param name="KvBytes">Memory of the cache.</param>
public sealed record BatchMeasurement(
    BatchPoint Point, double MeanFirstToken, double LastFirstToken, PhaseMeasurement Prefill,
    PhaseMeasurement Decode, long WeightBytes, long KvBytes)
{
    /// <summary>
    /// What became of each request, where tokens were proposed; else steps tell all there is.
    /// </summary>
    public IReadOnlyList<ServedAnswer> Answers { get; init; } = [];

    /// <summary>Mean seconds of a further token of each request; null without any.</summary>
    public double? TimePerToken => Decode.Steps == 0 ? null
        : Answers.Count > 0 ? Answers.Average(answer => answer.TimePerToken)
        : Decode.Seconds / Decode.Steps;

    /// <summary>Output tokens of all requests per second, prompts' time included.</summary>
    public double TokensPerSecond =>
        Point.Batch * Point.Osl / (Prefill.Seconds + Decode.Seconds);
}

/// <summary>What was measured of a phase.</summary>
/// <param name="Steps">Steps.</param>
/// <param name="Seconds">Their time.</param>
/// <param name="Flops">Matrix work, as the graph counts it.</param>
/// <param name="Bytes">Weights and cache read and written, as the graph counts them.</param>
public sealed record PhaseMeasurement(int Steps, double Seconds, double Flops, double Bytes)
{
    /// <summary>Matrix work per second.</summary>
    public double FlopsPerSecond => Flops / Seconds;

    /// <summary>Weights and cache per second.</summary>
    public double BytesPerSecond => Bytes / Seconds;
}
