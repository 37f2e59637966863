using System.CommandLine;
using System.Diagnostics;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Measuring;
using AccelSim.Inference.Serving;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Traces;
using AccelSim.Workloads;

namespace AccelSim.Cli.Verbs;

/// <summary>Serves requests for real and records every operator.</summary>
internal sealed class CaptureVerb : Verb
{
    private const int MostWarmUpTokens = 130;

    // Kernels differ for one row, for a few and for many.
    private static readonly int[] Together = [1, 4, 32];

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);

    private readonly ModelRunFlags _model = new();
    private readonly LoadFlags _load = new();
    private readonly SpeculationFlags _speculation = new();

    private readonly BackendFlag _backend = new();

    private readonly Option<int?> _sequences = Flag.Whole(
        "--max-num-seqs", "N", "Most sequences in one step (8).");

    private readonly Option<int?> _budget = Flag.Whole(
        "--max-num-batched-tokens", "N", "Most tokens in one step (512).");

    private readonly Option<string?> _out = Flag.Text(
        "--out", "FILE", "Where the trace goes, such as run.jsonl.gz.");

    /// <summary>The verb.</summary>
    public CaptureVerb(Terminal terminal)
        : base(
            terminal, "capture",
            "Serves requests with a real model on this machine and records every step and operator "
            + "into a trace, to be replayed on any hardware.",
            "accelsim capture --model models/tiny/target --isl 64 --osl 32 --num-requests 8 \\",
            "    --out run.jsonl.gz",
            "accelsim capture --model llama-3.2-1b --weights random --dtype int8 \\",
            "    --requests requests.csv --out run.jsonl.gz",
            "accelsim capture --model models/tiny/target --draft models/tiny/draft --isl 64 \\",
            "    --osl 32 --num-requests 8 --out run.jsonl.gz")
    {
        AddGroup("Which model", _model.All);
        AddGroup("Which requests", _load.All);
        AddGroup("Engine", _backend.Option, _sequences, _budget);
        AddGroup("Speculative decoding", [.. _speculation.All]);
        AddGroup("Output", _out);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_out) ?? throw new ConfigException("", 0, _out.Name,
            "is missing; name the trace, such as --out run.jsonl.gz.");
        TextOutput.Prepare(
            path, _out.Name,
            [_load.File(parsed), .. _model.Files(parsed), .. _speculation.Files(parsed)]);
        var settings = new EngineSettings
        {
            MaxNumSeqs = parsed.GetValue(_sequences) ?? 8,
            MaxNumBatchedTokens = parsed.GetValue(_budget) ?? 512,
        };
        settings.Validate();
        var seed = _model.Seed(parsed);
        var workload = WorkloadLoader.Load(_load.Source(parsed), seed, null);
        using var pool = _model.Pool(parsed);
        using var backend = _backend.Open(parsed, pool);
        using var opened = _model.Open(parsed, pool);
        var model = opened.Model;
        Refuse(workload, model.Shape);
        var blocks = Blocks(workload, settings, _speculation.Batch(parsed));
        using var executor = backend.Open(model, blocks, settings.BlockSize);
        using var proposing = _speculation.ReadBatch(
            parsed, opened, executor, backend, pool, blocks);
        var (config, weights) = _model.Source(parsed);
        var header = CaptureHeader.Of(
            model, backend, settings, blocks, weights, seed, proposing?.Stated,
            proposing?.Draft is { } draft
                ? (draft.Model, _speculation.DraftConfig(parsed)!)
                : null);
        return Progress.Stoppable(() =>
        {
            WarmUp(executor, model, settings, blocks, proposing?.Batch);
            Progress.EndIfAsked();
            Progress.Writes();
            using var capture = new TraceCapture(
                path, header, config, model.Graph, proposing?.Draft?.Model.Graph);
            var engine = new ServingEngine(
                executor, settings, blocks, model.Shape.Window, proposing?.Batch)
            {
                Observer = capture,
            };
            executor.Observer = capture;
            if (proposing is not null) proposing.Batch.Proposer.Observer = capture;
            if (proposing?.Drafting is { } drafting) drafting.Observer = capture.Draft;
            var wait = new CoreWait(pool.Workers);
            engine.Run(Requests(workload, model.Shape, seed), () => Progress.Asked != 0,
                workload.MaxConcurrency);
            BusyMachine.Warn(Terminal, wait.Share());
            Told(path, engine, capture);
            if (Progress.Asked != 0)
                throw new StoppedException(Progress.Asked, StoppedException.InTheMiddle);
            return ExitCode.Done;
        });
    }

    private void Told(string path, ServingEngine engine, TraceCapture capture)
    {
        var answers = engine.Answers;
        if (answers.Count > 0)
        {
            double? tpot = answers.Any(one => one.TimePerToken is not null)
                ? answers.Average(one => one.TimePerToken)
                : null;
            Terminal.Line(
                $"{Figures.Plural(answers.Count, "request")} answered: TTFT "
                + $"{Figures.Number(1e3 * answers.Average(one => one.FirstToken))} ms"
                + (tpot is { } each ? $", TPOT {Figures.Number(1e3 * each)} ms" : "")
                + " on average, measured");
        }
        SpeculationText.Write(Terminal, answers);
        Terminal.Line(
            $"Wrote {path}: {Figures.Plural(capture.Steps, "step")}, "
            + $"{Figures.Whole(capture.Operators)} operators");
    }

    private static void Refuse(Workload workload, ModelConfig shape)
    {
        var most = shape.MaxContext ?? int.MaxValue;
        foreach (var request in workload.Requests)
        {
            if (request.After is { } earlier)
            {
                throw new ConfigException("", 0, "",
                    $"request {request.Id} waits for the answer to request {earlier}, as in a "
                    + "session; capture sends requests of their own alone.");
            }
            if ((long)request.PromptTokens + request.OutputTokens <= most) continue;
            throw new ConfigException("", 0, "",
                $"request {request.Id} has {request.PromptTokens} + {request.OutputTokens} tokens, "
                + $"more than the {most} that {shape.Id} is made for.");
        }
    }

    /// <summary>Room for the longest requests that can run together, and for proposals.</summary>
    private static int Blocks(
        Workload workload, EngineSettings settings, TraceSpeculation? speculation) =>
        (int)Math.Min(10_000_000, BatchSpeculation.SpareBlocks(settings, speculation?.Tokens ?? 0)
            + workload.Requests
            .Select(one => ((long)one.PromptTokens + one.OutputTokens + settings.BlockSize - 1)
                / settings.BlockSize)
            .OrderDescending()
            .Take(settings.MaxNumSeqs)
            .Sum());

    /// <summary>Kernels are compiled before anything is recorded.</summary>
    private static void WarmUp(
        IExecutor executor, EngineModel model, EngineSettings settings, int blocks,
        BatchSpeculation? speculation)
    {
        var spare = BatchSpeculation.SpareBlocks(settings, speculation?.Most ?? 0);
        // The runtime compiles what is called often a second time, some moments after.
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3 || Stopwatch.GetElapsedTime(start) < WarmUpTime; i++)
        {
            if (Progress.Asked != 0) return;
            var count = Math.Min(
                Together[i % Together.Length], Math.Min(settings.MaxNumSeqs, blocks));
            var room = (long)((blocks - spare) / count) * settings.BlockSize;
            var tokens = (int)Math.Min(room, MostWarmUpTokens / count) - 2;
            if (tokens < 1) continue;
            var engine = new ServingEngine(
                executor, settings, blocks, model.Shape.Window, speculation);
            var prompt = Enumerable.Range(0, tokens).ToArray();
            engine.Run([.. Enumerable.Repeat(new ServedRequest(prompt, 2), count)]);
        }
    }

    /// <summary>Tokens that nobody wrote, of the stated lengths.</summary>
    private static List<ServedRequest> Requests(Workload workload, ModelConfig shape, long seed) =>
    [
        .. workload.Requests.Select(request => new ServedRequest(
            RandomPrompt.Of(shape, request.PromptTokens, seed, request.Id), request.OutputTokens)
        {
            Arrival = request.Arrival.Seconds, Seed = seed,
        }),
    ];
}
