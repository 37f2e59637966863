using AccelSim.Traces;
using Newtonsoft.Json.Linq;

namespace AccelSim.Cli.Tests;

/// <summary>capture, replay and compare as a user types them.</summary>
public sealed class TraceVerbTests(CapturedRun captured) : IClassFixture<CapturedRun>
{
    [Fact]
    public void Capture_TellsWhatItWrote()
    {
        Assert.Equal(("", 0), (captured.Run.Error, captured.Run.Code));
        Assert.Contains("3 requests answered: TTFT ", captured.Run.Out, StringComparison.Ordinal);
        Assert.Contains($"Wrote {captured.Path}: ", captured.Run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Capture_RecordsEveryTokenOfEveryRequest()
    {
        using var trace = new TraceReader(captured.Path);
        var steps = trace.Steps().ToArray();
        Assert.Equal(3 * 12, steps.Sum(step => step.Prefill.Sum(chunk => chunk.Tokens)));
        Assert.Equal(3 * 4, steps.Sum(step => step.Decode.Sum(chunk => chunk.Tokens)));
        Assert.All(steps, step => Assert.NotEmpty(step.Operators));
        Assert.Null(trace.Cut);
    }

    [Fact]
    public void Replay_TwiceGivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        var (one, two) = (folder["one.jsonl"], folder["two.jsonl"]);
        var first = Typed.Run(
            "replay", captured.Path, "--hardware", "epyc-7763", "--out", one);
        var second = Typed.Run(
            "replay", captured.Path, "--hardware", "epyc-7763", "--out", two);
        Assert.Equal(("", 0), (first.Error, first.Code));
        Assert.Equal(
            first.Out.Replace(one, two, StringComparison.Ordinal), second.Out);
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
    }

    [Fact]
    public void Replay_KeepsStepsBatchesAndOperators()
    {
        using var folder = new TemporaryFolder();
        var path = folder["replayed.jsonl.gz"];
        Typed.Run(
            "replay", captured.Path, "--hardware", "h100-sxm", "--dtype", "bf16", "--out", path);
        using var before = new TraceReader(captured.Path);
        using var after = new TraceReader(path);
        foreach (var (a, b) in before.Steps().Zip(after.Steps()))
        {
            Assert.Equal(a.Prefill, b.Prefill);
            Assert.Equal(a.Decode, b.Decode);
            Assert.Equal(
                a.Operators.Select(one => (one.Name, one.Layer)),
                b.Operators.Select(one => (one.Name, one.Layer)));
        }
        Assert.Equal(before.Header.Operators, after.Header.Operators);
    }

    [Fact]
    public void Compare_OfAReplayWithItsOwnDevice_FindsNoError()
    {
        using var folder = new TemporaryFolder();
        var path = folder["replayed.jsonl.gz"];
        Typed.Run("replay", captured.Path, "--hardware", "epyc-7763", "--out", path);
        var run = Typed.Run(
            "compare", path, "--hardware", "epyc-7763", "--max-error", "0.1%");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains("within the 0.1 % allowed", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_BeyondTheAllowedError_FailsAndWritesItsFiles()
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run(
            "compare", captured.Path, "--hardware", "epyc-9654", "--max-error", "0.01%",
            "--out", folder["compare"]);
        Assert.Equal(("", 1), (run.Error, run.Code));
        Assert.Contains("more than the ", run.Out, StringComparison.Ordinal);
        Assert.Equal(
            ["compare.csv", "overlay.json"],
            Directory.GetFiles(folder["compare"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Compare_WithRepeatsShowsTheirSpread()
    {
        var run = Typed.Run(
            "compare", captured.Path, "--hardware", "epyc-7763",
            "--repeats", $"{captured.Path},{captured.Path}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        // Three times the same capture: no spread, so no difference is under it.
        Assert.Contains("(median 0.0 %)", run.Out, StringComparison.Ordinal);
        Assert.Contains("indistinguishable: 0 of ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_WithRepeatsOfAnotherRun_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var other = folder["other.jsonl"];
        Typed.Run("replay", captured.Path, "--hardware", "epyc-7763", "--out", other);
        var run = Typed.Run(
            "compare", captured.Path, "--hardware", "epyc-7763",
            "--repeats", $"{captured.Path},{other}");
        Assert.Equal(2, run.Code);
        Assert.Contains(
            "other.jsonl(1): $.device: differs from the first capture; repeat the same run.",
            run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlay_PairsCapturedAndPredicted()
    {
        using var folder = new TemporaryFolder();
        Typed.Run(
            "compare", captured.Path, "--hardware", "epyc-9654", "--out", folder["compare"]);
        var events = JObject.Parse(File.ReadAllText(folder["compare/overlay.json"]))
            ["traceEvents"]!.ToArray();
        var tracks = events.Where(one => (string?)one["ph"] == "X")
            .GroupBy(one => ((int)one["pid"]!, (int)one["tid"]!))
            .ToDictionary(same => same.Key, same => same.Select(one => (string)one["name"]!));
        // Steps and one queue of operators, each captured and predicted.
        Assert.Equal([(1, 1), (1, 2), (2, 1), (2, 2)], tracks.Keys.Order());
        Assert.Equal(tracks[(1, 1)], tracks[(1, 2)]);
        Assert.Equal(tracks[(2, 1)], tracks[(2, 2)]);
        Assert.Equal(
            ["captured", "predicted"],
            events.Where(one => (string?)one["name"] == "thread_name" && (int)one["pid"]! == 2)
                .Select(one => ((string)one["args"]!["name"]!).Split(':')[0]));
    }

    public static TheoryData<string> Shipped => [.. Directory
        .GetFiles(Path.Combine(RepositoryRoot.Path, "traces", "operators"), "*.jsonl.gz")
        .Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedTraces_AreWholeAndReplay(string name)
    {
        var path = Path.Combine(RepositoryRoot.Path, "traces", "operators", name);
        Assert.InRange(new FileInfo(path).Length, 1, 3_000_000);
        var run = Typed.Run("replay", path, "--hardware", "epyc-7763");
        Assert.Equal(("", 0), (run.Error, run.Code));
        using var trace = new TraceReader(path);
        var steps = trace.Steps().ToArray();
        Assert.Null(trace.Cut);
        Assert.Contains($": {steps.Length} steps,", run.Out, StringComparison.Ordinal);
    }

    /// <summary>
    /// Steps of a draft are steps of their own, and the accepted tokens add up to the answers.
    /// </summary>
    [Fact]
    public void CaptureWithADraft_IsReplayedAndComparedWithBothModels()
    {
        using var folder = new TemporaryFolder();
        var path = folder["run.jsonl.gz"];
        var target = Path.Combine(RepositoryRoot.Path, "models", "tiny", "target");
        var run = Typed.Run(
            "capture", "--model", target, "--draft", CapturedRun.Draft, "--isl", "12", "--osl",
            "9", "--num-requests", "3", "--threads", "2", "--out", path);
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains("Accepted by position 1: ", run.Out, StringComparison.Ordinal);
        using var trace = new TraceReader(path);
        Assert.Equal(
            new TraceSpeculation { Method = "draft", Tokens = 4 },
            trace.Header.Engine.Speculation);
        Assert.Equal("draft", trace.Draft()!.Id);
        var steps = trace.Steps().ToArray();
        var own = steps.Where(step => !trace.Header.IsOfDraft(step)).ToArray();
        Assert.InRange(own.Length, 3, steps.Length - 3);
        var gained = own.SelectMany(step => step.Prefill.Concat(step.Decode))
            .GroupBy(chunk => chunk.Request)
            .Select(request => request.Sum(chunk => chunk.Gained));
        Assert.Equal([9, 9, 9], gained);
        var replayed = folder["replayed.jsonl.gz"];
        Typed.Run("replay", path, "--hardware", "epyc-7763", "--out", replayed);
        var compared = Typed.Run(
            "compare", replayed, "--hardware", "epyc-7763", "--max-error", "0.1%");
        Assert.Equal(("", 0), (compared.Error, compared.Code));
        Assert.Contains(
            $": {steps.Length} steps,",
            compared.Out.ReplaceLineEndings(" ").Replace("    ", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    /// <summary>Two bits, and as many of scales.</summary>
    [Fact]
    public void CaptureWithACacheOfTwoBits_StatesItsBits()
    {
        using var folder = new TemporaryFolder();
        var path = folder["run.jsonl.gz"];
        var run = Typed.Run(
            "capture", "--model", CapturedRun.Draft, "--isl", "40", "--osl", "3",
            "--num-requests", "2", "--threads", "2", "--kv-cache-dtype", "int2-channels", "--out",
            path);
        Assert.Equal(("", 0), (run.Error, run.Code));
        using var trace = new TraceReader(path);
        var formats = trace.Header.Formats;
        Assert.Equal(("int2", 4.0), (formats.Kv, formats.KvBits));
        var replay = Typed.Run("replay", path, "--hardware", "epyc-7763");
        Assert.Equal(("", 0), (replay.Error, replay.Code));
    }

    /// <summary>One at a time: no step has two requests, and each is sent after another's end.
    /// </summary>
    [Fact]
    public void MaxConcurrency_HoldsRequestsBack()
    {
        using var folder = new TemporaryFolder();
        var path = folder["run.jsonl"];
        var run = Typed.Run(
            "capture", "--model", CapturedRun.Draft, "--isl", "12", "--osl", "3",
            "--num-requests", "3", "--max-concurrency", "1", "--threads", "2", "--out", path);
        Assert.Equal(("", 0), (run.Error, run.Code));
        using var trace = new TraceReader(path);
        var steps = trace.Steps().ToArray();
        Assert.Equal(9, steps.Length);
        Assert.All(steps, step => Assert.Single(step.Prefill.Concat(step.Decode)));
        Assert.Equal([0, 3, 6], Enumerable.Range(0, 9)
            .Where(step => steps[step].Arrivals.Count > 0));
    }

    [Fact]
    public void Sessions_AreNotCaptured()
    {
        using var folder = new TemporaryFolder();
        var requests = folder.Write("sessions.json", """
            { "requests": 6, "arrivals": { "kind": "poisson", "requestsPerSecond": 8 },
              "input": { "kind": "fixed", "tokens": 4 }, "output": { "kind": "fixed", "tokens": 2 },
              "sessions": { "turns": { "kind": "fixed", "tokens": 3 }, "thinkTime": "1 ms" } }
            """);
        var run = Typed.Run(
            "capture", "--model", CapturedRun.Draft, "--requests", requests, "--out",
            folder["run.jsonl"]);
        Assert.Equal(2, run.Code);
        Assert.Equal(
            "request 1 waits for the answer to request 0, as in a session; capture "
            + "sends requests of their own alone.\n", run.Error);
    }

    [Theory]
    [InlineData("capture --model DRAFT --isl 4 --osl 2 --out X --speculation draft",
        "--draft: is missing; name the model that proposes.")]
    [InlineData("capture --model DRAFT --isl 4 --osl 2 --out X --speculation draft-tree "
        + "--draft DRAFT", "--speculation: draft-tree answers one request at a time; take draft")]
    [InlineData("capture --model DRAFT --isl 4 --osl 2", "--out: is missing; name the trace")]
    [InlineData("capture --model DRAFT --isl 4 --osl 2 --out X --backend gpu",
        "--backend: this build has no GPU back end; build accelsim")]
    [InlineData("capture --model DRAFT --isl 4 --osl 2 --out X --backend tpu",
        "--backend: \"tpu\" is not known; known: cpu, gpu.")]
    [InlineData("capture --model DRAFT --isl 1000 --osl 100 --num-requests 1 --out X",
        "more than the 1024 that draft is made for")]
    [InlineData("replay TRACE", "--hardware: is missing; name what the trace is replayed on")]
    [InlineData("replay none.jsonl --hardware h100-sxm",
        "none.jsonl: not found; nothing in its folder is called alike.")]
    [InlineData("replay DRAFT/config.json --hardware h100-sxm",
        "is no captured run: it is a model's config.json, which --model takes; ")]
    [InlineData("compare HARDWARE --hardware h100-sxm",
        "is no captured run: it describes hardware, which --hardware takes; ")]
    [InlineData("calibrate --trace HARDWARE --extends h100-sxm",
        "is no captured run: it describes hardware, which --hardware takes; ")]
    [InlineData("replay TRACE --hardware h100-sxm",
        "--dtype: h100-sxm does not compute in fp32, as the trace does; \"accelsim replay\" ")]
    [InlineData("compare TRACE", "--hardware: is missing; name what the trace is replayed on")]
    [InlineData("compare TRACE --hardware epyc-9654 --dtype bf16",
        "--dtype: would compare what did not run: formats are the trace's; ")]
    [InlineData("compare TRACE --hardware epyc-9654 --repeats TRACE",
        "--repeats: names 1 further capture; 2 at least tell how much captures differ.")]
    [InlineData("compare TRACE --hardware h100-sxm --max-error much", "--max-error: ")]
    [InlineData("calibrate --trace TRACE", "--extends: is missing; name a hardware file")]
    [InlineData("calibrate --trace TRACE --extends epyc-7763 --device h100-sxm",
        "--device: does not go with --trace.")]
    [InlineData("calibrate --trace TRACE --extends epyc-7763",
        "but at least 50 are needed; capture more prompt lengths and batches.")]
    [InlineData("calibrate --trace TRACE --extends h100-sxm",
        "--extends: h100-sxm states no rate of fp32 products, which the trace has; ")]
    [InlineData("measure", "--out: is missing; name the trace")]
    public void WrongInput_IsTold(string command, string message)
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run(command
            .Replace("DRAFT", CapturedRun.Draft, StringComparison.Ordinal)
            .Replace("HARDWARE", Path.Combine(
                RepositoryRoot.Path, "hwconfigs", "accelerators", "l4.json"),
                StringComparison.Ordinal)
            .Replace("TRACE", captured.Path, StringComparison.Ordinal)
            .Replace("NONE", folder["none"], StringComparison.Ordinal)
            .Replace(" X", " " + folder["x.jsonl"], StringComparison.Ordinal));
        Assert.Equal(2, run.Code);
        Assert.Contains(
            message.Replace("NONE", folder["none"], StringComparison.Ordinal), run.Error,
            StringComparison.Ordinal);
    }
}
