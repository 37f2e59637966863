using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Inference.Serving;

/// <summary>
/// Measures a batch in which tokens are proposed: all requests come at once, and a step that has
/// prompt tokens counts as prefill.
/// </summary>
public static class SpeculatedBatch
{
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(0.5);

    /// <summary>Tokens of a KV block.</summary>
    public const int BlockSize = 16;

    /// <summary>KV blocks that a batch and its proposals need.</summary>
    /// <param name="point">Lengths and requests.</param>
    /// <param name="most">Most tokens proposed at a time for each sequence.</param>
    public static int Blocks(BatchPoint point, int most)
    {
        ArgumentNullException.ThrowIfNull(point);
        return (int)Math.Min(int.MaxValue, BatchSpeculation.SpareBlocks(Settings(point), most)
            + (long)point.Batch * ((point.Isl + point.Osl + BlockSize - 1) / BlockSize));
    }

    /// <summary>Measures once, after a run to warm up.</summary>
    /// <param name="executor">Runs the model; has as many blocks as stated.</param>
    /// <param name="point">Lengths and requests.</param>
    /// <param name="blocks">KV blocks.</param>
    /// <param name="seed">Decides the prompts.</param>
    /// <param name="speculation">Who proposes.</param>
    public static BatchMeasurement Measure(
        IExecutor executor, BatchPoint point, int blocks, long seed,
        BatchSpeculation speculation)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(point);
        var model = executor.Model;
        var requests = Enumerable.Range(0, point.Batch)
            .Select(i => new ServedRequest(
                RandomPrompt.Of(model.Shape, point.Isl, seed, i), point.Osl))
            .ToList();
        // The runtime compiles what is called often a second time, some moments after.
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2 || Stopwatch.GetElapsedTime(start) < WarmUpTime; i++)
            Serve([requests[0] with { MaxTokens = Math.Min(point.Osl, 8) }], null);
        var phases = new Phases(new MeasuredPhase(model), new MeasuredPhase(model));
        var answers = Serve(requests, phases);
        return new BatchMeasurement(
            point, answers.Average(answer => answer.FirstToken),
            answers.Max(answer => answer.FirstToken), phases.Prefill.Result(),
            phases.Decode.Result(), model.WeightBytes, executor.KvBytes)
        {
            Answers = answers,
        };

        IReadOnlyList<ServedAnswer> Serve(List<ServedRequest> asked, Phases? observer)
        {
            var engine = new ServingEngine(
                executor, Settings(point), blocks, model.Shape.Window, speculation)
            {
                Observer = observer,
            };
            speculation.Proposer.Observer = observer;
            engine.Run(asked);
            return engine.Answers;
        }
    }

    private static EngineSettings Settings(BatchPoint point) => new()
    {
        MaxNumSeqs = point.Batch,
        MaxNumBatchedTokens = Math.Max(point.MostTokens, point.Batch),
        BlockSize = BlockSize,
    };

    /// <summary>
    /// From step to step, so that proposing counts as a part of its step: its time, and what the
    /// proposing model reads and multiplies.
    /// </summary>
    private sealed class Phases(MeasuredPhase prefill, MeasuredPhase decode) : IServingObserver
    {
        private readonly List<(EngineModel By, StepShape Shape, IReadOnlySet<int> Skipped)>
            _proposed = [];

        private long _end = Executor.Now();

        public MeasuredPhase Prefill => prefill;

        public MeasuredPhase Decode => decode;

        public void Arrived(int request, long time, int promptTokens) => _end = time;

        public void Waited(long nanoseconds) => _end += nanoseconds;

        public void Stepped(
            long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
            IReadOnlyList<int> gained)
        {
            var phase = entries.Any(entry => entry.IsPrompt) ? prefill : decode;
            phase.Add(StepShapes.Of(entries, 0), (end - _end) * 1e-9);
            foreach (var (by, shape, skipped) in _proposed) phase.AddWork(by, shape, skipped);
            _proposed.Clear();
            _end = end;
        }

        public void Proposed(
            long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
            bool isOther, EngineModel model, IReadOnlySet<int> skipped) =>
            _proposed.Add((model, StepShapes.Of(entries, 0), skipped));
    }
}
