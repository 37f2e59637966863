using System.Diagnostics;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Serving;
using AccelSim.Serving;

namespace AccelSim.Benchmarks;

/// <summary>
/// What a capture costs: the same requests served with one and without, in turns. Operators of the
/// tiny model are as short as they get.
/// </summary>
public sealed class CaptureBenchmark : IBenchmark
{
    private const string Tiny = "models/tiny/target", Config = "config.json";
    private const int Requests = 8, Prompt = 32, LeastPairs = 5;

    /// <summary>Where others want the cores, too, a run may take a hundred times as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public string Name => "traces-capture";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!Directory.Exists(Tiny))
        {
            report.Note($"  {Tiny} is not here; run from the repository's folder.");
            return;
        }
        foreach (var threads in new[] { 1, Environment.ProcessorCount }.Distinct())
            Run(report, threads);
    }

    private static void Run(IReport report, int threads)
    {
        using var pool = new CpuPool(threads);
        using (var tiny = OpenedModel.Open(
            Tiny, source => EngineFormats.OfFile(source, null), pool))
        {
            Alternate(report, tiny.Model, pool, Tiny, pairs: 200, output: 48);
        }
        using var small = OpenedModel.Random(
            "llama-160m", 1, _ => EngineFormats.Named("bf16", "bf16"), pool);
        Alternate(report, small.Model, pool, "llama-160m", pairs: 20, output: 8);
    }

    private static void Alternate(
        IReport report, EngineModel model, CpuPool pool, string name, int pairs, int output)
    {
        var settings = new EngineSettings { MaxNumSeqs = Requests, MaxNumBatchedTokens = 512 };
        var blocks = Requests * ((Prompt + output) / settings.BlockSize + 1);
        using var executor = new Executor(model, pool, blocks, settings.BlockSize);
        var header = CaptureHeader.Of(
            model, new CpuBackend(pool), settings, blocks, "random", 1);
        var config = File.ReadAllText(Path.Combine(Tiny, Config));
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".jsonl.gz");
        (double Run, double Closed) Served(bool isCaptured)
        {
            var engine = new ServingEngine(executor, settings, blocks, model.Shape.Window);
            var capture = isCaptured ? new TraceCapture(path, header, config, model.Graph) : null;
            (engine.Observer, executor.Observer) = (capture, capture);
            var start = Stopwatch.GetTimestamp();
            engine.Run(Load(output));
            var run = Stopwatch.GetElapsedTime(start).TotalSeconds;
            capture?.Dispose();
            return (run, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        for (var i = 0; i < 4; i++) Served(i % 2 == 0);
        List<double> plain = [], captured = [], closed = [];
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < pairs; i++)
        {
            if (i >= LeastPairs && Stopwatch.GetElapsedTime(began) > Patience) break;
            // Whoever goes second finds warmer caches: both do in turn.
            if (i % 2 == 0) plain.Add(Served(false).Run);
            var (run, all) = Served(true);
            captured.Add(run);
            closed.Add(all);
            if (i % 2 == 1) plain.Add(Served(false).Run);
        }
        File.Delete(path);
        Tell(
            report,
            $"{name}, threads: {pool.Workers}, {Requests} × {Prompt} + {output} tokens",
            [.. plain], [.. captured], [.. closed]);
    }

    private static void Tell(
        IReport report, string what, double[] plain, double[] captured, double[] closed)
    {
        var pairs = plain.Zip(captured, (a, b) => b / a - 1).Order().ToArray();
        Array.Sort(plain);
        Array.Sort(captured);
        Array.Sort(closed);
        var half = plain.Length / 2;
        report.Note(FormattableString.Invariant(
            $"{what}, {plain.Length} pairs: {1e3 * plain[half]:0.0} ms median, ")
            + FormattableString.Invariant($"{1e3 * plain[0]:0.0} ms at least"));
        report.Note(FormattableString.Invariant(
            $"  captured: median of pairs {100 * pairs[half]:+0.0;-0.0} %, of medians ")
            + FormattableString.Invariant(
            $"{100 * (captured[half] / plain[half] - 1):+0.0;-0.0} %, of minima ")
            + FormattableString.Invariant(
            $"{100 * (captured[0] / plain[0] - 1):+0.0;-0.0} %; closing the file adds ")
            + FormattableString.Invariant($"{1e3 * (closed[half] - captured[half]):0.0} ms"));
    }

    private static List<ServedRequest> Load(int output) =>
    [
        .. Enumerable.Range(0, Requests).Select(i => new ServedRequest(
            [.. Enumerable.Range(0, Prompt).Select(token => (token * 7 + i) % 1000 + 3)], output)),
    ];
}
