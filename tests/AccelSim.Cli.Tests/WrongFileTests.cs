using System.IO.Compression;

namespace AccelSim.Cli.Tests;

/// <summary>Files in places of others, files that are not sound, and places to write to.</summary>
public sealed class WrongFileTests(CapturedRun captured) : IClassFixture<CapturedRun>
{
    private const string Load = "simulate --hardware h100-sxm --model llama-3.1-8b ";

    /// <summary>Says ten times what bus and pins give: it contradicts itself.</summary>
    private const string Contradicting = """
        { "extends": "h100-sxm", "name": "C", "memory": { "hbm": { "bandwidth": "33.5 TB/s" } } }
        """;

    /// <summary>Far from what is usual, and sound all the same.</summary>
    private const string Unlikely = """
        { "extends": "h100-sxm", "name": "U", "overheads": { "kernelLaunch": "200 us" } }
        """;

    public static TheoryData<string> Takers =>
    [
        "estimate --hardware CHIP --model gpt2 --isl 8 --osl 8",
        "explain --hardware CHIP --model gpt2 --isl 8 --osl 8",
        "simulate --hardware CHIP --model gpt2 --isl 8 --osl 8 --num-requests 2",
        "simulate SCENARIO", "explain SCENARIO --sensitivity",
        "replay TRACE --hardware CHIP --dtype bf16",
        "compare TRACE --hardware CHIP",
        "compare --run RUN --hardware CHIP --model gpt2",
        "calibrate --trace TRACE --extends CHIP",
        "run --model DRAFT --bench --isl 4 --osl 2 --threads 2 --hardware CHIP",
    ];

    [Theory]
    [MemberData(nameof(Takers))]
    public void HardwareThatContradictsItself_IsRefused(string command)
    {
        var run = Run(command, Contradicting);
        Assert.Equal(2, run.Code);
        Assert.Contains(
            "chip.json(1): $.memory.hbm.bandwidth: 33.5 TB/s is 9.99 times busWidth × pinRate",
            run.Error, StringComparison.Ordinal);
        Assert.Contains(
            "chip.json: contradicts itself: \"accelsim lint ", run.Error,
            StringComparison.Ordinal);
    }

    /// <summary>A what-if is not refused, only doubted, where no JSON is.</summary>
    [Fact]
    public void UnlikelyHardware_GetsAWarning()
    {
        var run = Run("estimate --hardware CHIP --model gpt2 --isl 8 --osl 8 --json", Unlikely);
        Assert.Equal(0, run.Code);
        Assert.StartsWith("{", run.Out, StringComparison.Ordinal);
        Assert.Contains(
            "chip.json(1): warning: $.overheads.kernelLaunch: 200 us is odd: ", run.Error,
            StringComparison.Ordinal);
        Assert.Contains("\" tells more.\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--requests CAPTURE")]
    [InlineData("--requests PLAIN")]
    public void CapturedRunAsRequests_IsNamed(string flags)
    {
        var run = Run(Load + flags);
        Assert.Equal(2, run.Code);
        Assert.EndsWith(
            "has no requests: it is a captured run, which \"accelsim replay\", \"accelsim "
            + "compare\" without --run and \"accelsim calibrate --trace\" take.\n",
            run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CapturedRunAsARunOfRequests_IsNamed()
    {
        var run = Run("compare --run CAPTURE --hardware h100-sxm --model llama-3.1-8b");
        Assert.Equal(2, run.Code);
        Assert.Contains(
            "tells no times of requests: it is a captured run, which \"accelsim replay\", ",
            run.Error, StringComparison.Ordinal);
    }

    /// <summary>Packing changes nothing, and neither does the name.</summary>
    [Theory]
    [InlineData("requests.csv.gz")]
    [InlineData("requests.csv")]
    public void PackedRun_IsComparedAsItIs(string name)
    {
        using var folder = new TemporaryFolder();
        var result = folder["out"];
        Typed.Run(Load + "--isl 64 --osl 4 --num-requests 5 --out " + result);
        var file = Path.Combine(result, "requests.csv");
        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        Pack(bytes, Path.Combine(result, name));
        var run = Typed.Run(
            "compare", "--run", Path.Combine(result, name), "--hardware", "h100-sxm", "--model",
            "llama-3.1-8b", "--max-error", "0%");
        Assert.Equal(("", 0), (run.Error, run.Code));
    }

    [Theory]
    [InlineData("estimate --hardware CONFIG --model gpt2 --isl 8 --osl 8",
        "describes no hardware: it is a model's config.json, which --model takes.")]
    [InlineData("estimate --hardware h100-sxm --model CHIP --isl 8 --osl 8",
        "describes no model: it describes hardware, which --hardware takes.")]
    [InlineData("estimate --hardware h100-sxm --model DRAFT/draft-q8_0.gguf --isl 8 --osl 8",
        "is a GGUF file, which run and capture take; a simulation takes a config.json, or a name "
        + "that ships inside.")]
    [InlineData("simulate CONFIG",
        "is no scenario: it is a model's config.json, which --model takes.")]
    [InlineData("run --model CONFIG --prompt x",
        "is a part of a model; name its folder, which has config.json and weights, or a .gguf "
        + "file.")]
    [InlineData("run --model DRAFT/.. --prompt x",
        "config.json: not found; a folder of a model has one.")]
    [InlineData("import PLAIN --hardware h100-sxm --out NEW",
        "has no traceEvents; a trace of PyTorch's profiler has them, but it is a captured run, ")]
    [InlineData("import DRAFT --hardware h100-sxm --out NEW --format kineto",
        "is a folder; a file is expected.")]
    [InlineData("compare TRACE --hardware epyc-9654 --repeats ,,",
        "the name of a file is empty; name one, or take a comma out.")]
    [InlineData("calibrate --trace TRACE, --extends epyc-7763 --out NEW",
        "the name of a file is empty; name one, or take a comma out.")]
    [InlineData("calibrate --trace TRACE --extends epyc-7763 --into CHIP",
        "--into: does not go with --trace; write a file of its own with --out.")]
    [InlineData("estimate --hardware epyc-9654 --model gpt2 --isl 8 --osl 8 --cost-model trace "
        + "--tables NEW", "not found; a folder of measured tables, for the trace rung a captured ")]
    public void FileInThePlaceOfAnother_IsNamed(string command, string message)
    {
        var run = Run(command);
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    /// <summary>One line that says what it is, not one for each member.</summary>
    [Fact]
    public void SummaryAsRequests_IsNamedInOneLine()
    {
        using var folder = new TemporaryFolder();
        Typed.Run(Load + "--isl 64 --osl 4 --num-requests 5 --out " + folder["out"]);
        var run = Typed.Run(Load + "--requests " + folder["out/summary.json"]);
        Assert.Equal(2, run.Code);
        Assert.Equal(
            folder["out/summary.json"] + ": has no requests: it is the summary of a simulated run, "
            + "whose requests are in requests.csv beside it.\n", run.Error);
    }

    [Fact]
    public void ManyProblems_AreCutShort()
    {
        using var folder = new TemporaryFolder();
        var members = string.Join(",\n", Enumerable.Range(0, 40).Select(i => $"\"m{i}\": {i}"));
        var run = Typed.Run(Load + "--requests " + folder.Write("x.json", $"{{\n{members}\n}}"));
        Assert.Equal(2, run.Code);
        var lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(11, lines.Length);
        Assert.Matches("^and [0-9]+ more[.]$", lines[^1]);
    }

    [Theory]
    [InlineData("capture --model DRAFT --isl 4 --osl 2 --out")]
    [InlineData("measure --model DRAFT --out")]
    [InlineData("measure --model DRAFT --out NEW --hardware-out", "--hardware-out")]
    [InlineData("replay TRACE --hardware epyc-7763 --out")]
    [InlineData("calibrate --trace TRACE --extends epyc-7763 --out")]
    [InlineData("calibrate --tables ../shared/groundtruth --device h100-sxm --out")]
    [InlineData("validate --tables . --markdown", "--markdown")]
    public void PlaceThatCannotBeWritten_IsToldBeforeAnyWork(string command, string flag = "--out")
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["there"]);
        var file = folder.Write("file", "");
        foreach (var (place, problem) in new[]
        {
            (folder["there"], "is a folder; name a file in it."),
            (Path.Combine(file, "x.json"), "cannot be written: "),
        })
        {
            var run = Run($"{command} {place}");
            Assert.Equal(("", 2), (run.Out, run.Code));
            Assert.StartsWith($"{flag}: {place} {problem}", run.Error, StringComparison.Ordinal);
        }
        Assert.Equal(["file", "there"], Directory.GetFileSystemEntries(folder.Path)
            .Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("replay TRACE --hardware epyc-7763 --out TRACE", "--out")]
    [InlineData("calibrate --trace TRACE --extends epyc-7763 --out TRACE", "--out")]
    [InlineData("measure --model DRAFT --out CHIP --hardware-out CHIP", "--hardware-out")]
    [InlineData("calibrate --trace NEW --extends TRACE --out TRACE", "--out")]
    [InlineData("calibrate --trace PLAIN --extends x --into PLAIN", "--into")]
    [InlineData("calibrate --tables . --device TRACE --out TRACE", "--out")]
    [InlineData("replay NEW --hardware TRACE --out TRACE", "--out")]
    [InlineData("replay NEW --tables TRACE --out TRACE", "--out")]
    [InlineData("capture --model TRACE --isl 4 --osl 2 --out TRACE", "--out")]
    [InlineData("capture --model x --draft TRACE --isl 4 --osl 2 --out TRACE", "--out")]
    [InlineData("measure --model TRACE --out TRACE", "--out")]
    [InlineData("measure --model TRACE --out NEW --hardware-out TRACE", "--hardware-out")]
    [InlineData("validate --tables TRACE --markdown TRACE", "--markdown")]
    public void WhatIsReadOrWrittenAlready_IsNotWritten(string command, string flag)
    {
        var before = File.ReadAllBytes(captured.Path);
        var run = Run(command);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(flag + ": ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            " is named twice in this command; name another file.\n", run.Error,
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(captured.Path));
    }

    /// <summary>A link to what is read leads to it, and so does a folder that is one.</summary>
    [Theory]
    [InlineData("link.json")]
    [InlineData("linked/small.json")]
    [InlineData("sub/../small.json")]
    public void WhatIsReadUnderAnotherName_IsNotWritten(string name)
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        var file = folder.Write("small.json", "{}");
        Directory.CreateDirectory(folder["sub"]);
        File.CreateSymbolicLink(folder["link.json"], file);
        Directory.CreateSymbolicLink(folder["linked"], folder.Path);
        var run = Typed.Run(
            "measure", "--model", file, "--weights", "random", "--out", folder[name]);
        Assert.Equal(
            ($"--out: {folder[name]} is named twice in this command; name another file.\n", 2),
            (run.Error, run.Code));
        Assert.Equal("{}", File.ReadAllText(file));
    }

    /// <summary>What is read of a folder is not written; the rest of it is nobody's.</summary>
    [Fact]
    public void FilesOfAModelsFolder_AreNotWritten()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("model-00001-of-00002.safetensors", "x");
        var run = Typed.Run(
            "capture", "--model", folder.Path, "--isl", "4", "--osl", "2", "--out", file);
        Assert.EndsWith(
            " is named twice in this command; name another file.\n", run.Error,
            StringComparison.Ordinal);
        Assert.Equal("x", File.ReadAllText(file));
    }

    [Fact]
    public void RequestsThatAreRead_AreNotWrittenOver()
    {
        using var folder = new TemporaryFolder();
        var result = folder["out"];
        Typed.Run(Load + "--isl 64 --osl 4 --num-requests 5 --out " + result);
        var requests = Path.Combine(result, "requests.csv");
        var before = File.ReadAllText(requests);
        var run = Typed.Run($"{Load} --requests {requests} --out {result}");
        Assert.Equal(
            ($"--out: {result} holds \"requests.csv\", which this command reads; name another "
            + "folder.\n", 2), (run.Error, run.Code));
        Assert.Equal(before, File.ReadAllText(requests));
    }

    [Fact]
    public void FolderThatIsMissing_IsMade()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a/b/run.jsonl"];
        var run = Run($"replay TRACE --hardware epyc-7763 --out {path}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.True(File.Exists(path));
    }

    /// <summary>A deterministic run foretells itself; of another device it is refused.</summary>
    [Fact]
    public void TraceRung_PricesReplays()
    {
        var own = Run("replay TRACE --hardware epyc-7763 --cost-model trace --tables TRACE");
        Assert.Equal(("", 0), (own.Error, own.Code));
        Assert.Contains("cost model trace", own.Out.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        var compared = Run("compare TRACE --hardware epyc-7763 --cost-model trace --tables TRACE");
        Assert.Equal(("", 0), (compared.Error, compared.Code));
        var without = Run("compare TRACE --hardware epyc-7763 --cost-model trace");
        Assert.Equal(
            ("--cost-model: the trace rung needs a trace of accelsim capture or measure; give it "
            + "by --tables.\n", 2), (without.Error, without.Code));
        var other = Run("compare TRACE --hardware epyc-7763 --tables TRACE");
        Assert.Contains(
            "--tables: says nothing with --cost-model analytical; choose table for ", other.Error,
            StringComparison.Ordinal);
    }

    private Typed Run(string command, string chip = Contradicting)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("chip.json", chip);
        var scenario = folder.Write("scenario.json", """
            { "model": "gpt2", "replicas": [ { "hardware": "./chip.json" } ],
              "workload": { "generate": { "requests": 2,
                "arrivals": { "kind": "poisson", "requestsPerSecond": 8 },
                "input": { "kind": "fixed", "tokens": 8 },
                "output": { "kind": "fixed", "tokens": 8 } } } }
            """);
        var requests = folder.Write("run.csv", """
            arrival_s,prompt_tokens,output_tokens,first_token_s,last_token_s
            0,8,8,1,2

            """);
        var plain = folder["plain.jsonl"];
        if (command.Contains("PLAIN", StringComparison.Ordinal))
        {
            using var packed = new GZipStream(
                File.OpenRead(captured.Path), CompressionMode.Decompress);
            using var unpacked = File.Create(plain);
            packed.CopyTo(unpacked);
        }
        return Typed.Run(command
            .Replace("CHIP", file, StringComparison.Ordinal)
            .Replace("SCENARIO", scenario, StringComparison.Ordinal)
            .Replace("RUN", requests, StringComparison.Ordinal)
            .Replace("PLAIN", plain, StringComparison.Ordinal)
            .Replace("NEW", folder["new.jsonl"], StringComparison.Ordinal)
            .Replace("CONFIG", Path.Combine(CapturedRun.Draft, "config.json"),
                StringComparison.Ordinal)
            .Replace("DRAFT", CapturedRun.Draft, StringComparison.Ordinal)
            .Replace("TRACE", captured.Path, StringComparison.Ordinal)
            .Replace("CAPTURE", captured.Path, StringComparison.Ordinal));
    }

    private static void Pack(byte[] bytes, string path)
    {
        using var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        stream.Write(bytes);
    }
}
