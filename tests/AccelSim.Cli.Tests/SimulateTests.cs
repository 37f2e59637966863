using System.Text.Json;
using System.Text.RegularExpressions;

namespace AccelSim.Cli.Tests;

public sealed class SimulateTests
{
    private const string Small = "simulate --hardware h100-sxm --model llama-3.1-8b --isl 256 "
        + "--osl 32 --request-rate 4 --num-requests 50";

    [Fact]
    public void Json_IsTheSummaryAndNothingElse()
    {
        var run = Typed.Run(Small + " --json --slo ttft=1s,tpot=50ms");
        Assert.Equal("", run.Error);
        var root = JsonDocument.Parse(run.Out).RootElement;
        foreach (var metric in new[] { "ttft_ms", "tpot_ms", "itl_ms", "e2e_ms" })
        {
            foreach (var figure in new[] { "mean", "p50", "p90", "p95", "p99", "max" })
                Assert.True(Number(root, "metrics", metric, figure) > 0, $"{metric}.{figure}");
        }
        foreach (var metric in new[]
        {
            "output_tokens_per_second", "requests_per_second", "goodput_requests_per_second",
            "slo_attainment",
        })
        {
            Assert.True(Number(root, "metrics", metric) > 0, metric);
        }
        Assert.True(Number(root, "energy", "joules_per_output_token") > 0);
        Assert.True(Number(root, "cost", "usd_per_million_output_tokens") > 0);
        foreach (var figure in new[]
        {
            "requests_completed", "steps", "events", "wall_seconds", "peak_memory_bytes",
        })
        {
            Assert.True(Number(root, "simulation", figure) > 0, figure);
        }
        var shares =
            root.GetProperty("provenance").EnumerateObject().Sum(tag => tag.Value.GetDouble());
        Assert.Equal(1, shares, 9);
    }

    [Fact]
    public void SameSeed_SameBytes()
    {
        const string command = Small + " --burstiness 0.5 --json";
        var first = Summary.WithoutCost(Typed.Run(command).Out);
        Assert.Equal(first, Summary.WithoutCost(Typed.Run(command).Out));
        Assert.NotEqual(first, Summary.WithoutCost(Typed.Run(command + " --seed 7").Out));
    }

    [Fact]
    public void Out_HoldsTheResultsAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run([.. (Small + " --out").Split(' '), folder["run"]]);
        Assert.Equal(0, run.Code);
        Assert.Equal(
            Output.SimulatedRun.Files.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder["run"]).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
        Assert.Equal([folder["run"]], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(51, File.ReadAllLines(Path.Combine(folder["run"], "requests.csv")).Length);
    }

    [Fact]
    public void Out_TwiceIsTheSameToTheByte()
    {
        using var folder = new TemporaryFolder();
        Typed.Run([.. (Small + " --out").Split(' '), folder["run"]]);
        var first = Read(folder["run"]);
        Typed.Run([.. (Small + " --out").Split(' '), folder["run"]]);
        Assert.Equal(first, Read(folder["run"]));
    }

    [Fact]
    public void Manifest_NamesTheCommandAndHashesInputs()
    {
        using var folder = new TemporaryFolder();
        string[] command = [.. (Small + " --out").Split(' '), folder["run"]];
        Typed.Run(command);
        var manifest = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(folder["run"], "manifest.json"))).RootElement;
        Assert.Equal("accelsim " + string.Join(' ', command),
            manifest.GetProperty("command").GetString());
        Assert.Equal(
            ["hwconfigs/accelerators/h100-sxm.json", "hwconfigs/estimators.json",
                "models/configs/llama-3.1-8b.json"],
            manifest.GetProperty("inputs").EnumerateArray()
                .Select(input => input.GetProperty("file").GetString()));
    }

    [Fact]
    public void Out_OverForeignFiles_IsRefusedAndLeavesThemAlone()
    {
        using var folder = new TemporaryFolder();
        folder.Write("thesis.tex", "years of work");
        var run = Typed.Run([.. (Small + " --out").Split(' '), folder.Path]);
        Assert.Equal(ExitCode.WrongInput, run.Code);
        Assert.Equal(
            $"--out: {folder.Path} holds \"thesis.tex\", which AccelSim did not write; name a "
                + $"new or "
            + "empty folder, or one of earlier results.\n", run.Error);
        Assert.Equal("years of work", File.ReadAllText(folder["thesis.tex"]));
    }

    [Fact]
    public void Out_OnAFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("run", "");
        var run = Typed.Run([.. (Small + " --out").Split(' '), file]);
        Assert.Equal(ExitCode.WrongInput, run.Code);
        Assert.Equal($"--out: {file} is a file; name a folder.\n", run.Error);
    }

    [Fact]
    public void WrongInput_LeavesNoFolderBehind()
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run(
            "simulate", "--hardware", "h100-sxm", "--model", "llama-3.1-70b", "--isl", "8", "--osl",
            "8", "--out", folder["run"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Infeasible_EndsWithOneAndTheReason()
    {
        var run = Typed.Run(
            "simulate --hardware h100-sxm --model llama-3.1-70b --isl 8 --osl 8");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Equal("", run.Out);
        Assert.Equal(
            "infeasible: llama-3.1-70b does not fit h100-sxm: of 80 GiB × 0.9 = 72 GiB, weights "
            + "take 141.1 GB, activations 385.9 MB, the runtime 1.5 GB per rank at tp=1 pp=1; no "
            + "KV block is left. Split over more accelerators, store weights in fewer bits, or "
            + "lower --max-num-batched-tokens or --max-num-seqs.\n", run.Error);
    }

    [Fact]
    public void NoRequestServed_LeavesUndefinedFiguresOut()
    {
        var run = Typed.Run(Small + " --max-model-len 16");
        Assert.DoesNotContain("NaN", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"J/output token +– +0 J, – on average over 1 accelerator\n", run.Out);
        Assert.Matches(@"USD/M output tokens +– ", run.Out);
        Assert.Contains("\nRests on: –\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void RequestsBeyondTheModelsContext_AreTold()
    {
        const string command = "simulate --hardware h100-sxm --model tinyllama-1.1b --isl 2000 "
            + "--osl 49 --num-requests 3";
        const string warning = "3 of 3 requests are longer than the 2,048 tokens that "
            + "tinyllama-1.1b is made for; the longest has 2,049.";
        Assert.Contains(
            "Warning: " + warning, Regex.Replace(Typed.Run(command).Out, @"\s+", " "),
            StringComparison.Ordinal);
        var summary = JsonDocument.Parse(Typed.Run(command + " --json").Out).RootElement;
        Assert.Equal(
            [warning],
            summary.GetProperty("warnings").EnumerateArray().Select(text => text.GetString()));
    }

    [Fact]
    public void RequestsWithinTheModelsContext_AreNotWarnedOf()
    {
        var summary = JsonDocument.Parse(Typed.Run(
            "simulate --hardware h100-sxm --model tinyllama-1.1b --isl 2000 --osl 48 "
            + "--num-requests 3 --json").Out).RootElement;
        Assert.Equal(0, summary.GetProperty("warnings").GetArrayLength());
    }

    [Theory]
    [InlineData("estimate --hardware h100-sxm --model llada-8b --isl 8 --osl 8")]
    [InlineData("simulate --hardware h100-sxm --model dream-7b --isl 8 --osl 8 --num-requests 2")]
    public void DiffusionModels_AreToldToBePricedTokenByToken(string command)
    {
        const string note = "diffusion decoding is not simulated: priced as one token per pass "
            + "with a KV cache";
        Assert.Contains(
            "Note: " + note, Regex.Replace(Typed.Run(command).Out, @"\s+", " "),
            StringComparison.Ordinal);
        Assert.Contains(
            $"\"{note}\"", Typed.Run(command + " --json").Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama-3.1-8b", "expert skew 1.5 needs routed experts, but llama-3.1-8b has 0; "
        + "use 1.")]
    [InlineData("qwen3-30b-a3b", "expert skew 1.5 is more than expert parallelism 1: the busiest "
        + "of 1 has at most all of the load; raise the one or lower the other.")]
    public void ExpertSkew_WithoutRanksToSkew_IsRefused(string model, string problem)
    {
        var run = Typed.Run(
            $"estimate --hardware h100-sxm --model {model} --isl 8 --osl 8 --expert-skew 1.5");
        Assert.Equal($"infeasible: {problem}\n", run.Error);
        Assert.Equal(ExitCode.Failed, run.Code);
    }

    [Fact]
    public void MoreAcceleratorsThanThePoolHas_EndWithOneAndTheReason()
    {
        var run = Typed.Run(
            "simulate --hardware dgx-h100 --model llama-3.1-8b --isl 8 --osl 8 --replicas 9");
        Assert.Equal(
            "infeasible: hwconfigs/clusters/dgx-h100.json: 9 replicas of 1 accelerator need 9; "
            + "the pool has 8.\n", run.Error);
        Assert.Equal(ExitCode.Failed, run.Code);
    }

    [Fact]
    public void Classes_HaveNoItl()
    {
        using var folder = new TemporaryFolder();
        var trace = folder.Write(
            "own.jsonl",
            "{\"format\":\"accelsim-requests\",\"version\":1,\"block_tokens\":16}\n"
            + "{\"arrival_s\":0,\"input_tokens\":9,\"output_tokens\":5,\"slo_class\":\"chat\"}\n"
            + "{\"arrival_s\":0,\"input_tokens\":9,\"output_tokens\":5,\"slo_class\":\"code\"}\n");
        var run = Typed.Run(
            $"simulate --hardware h100-sxm --model llama-3.1-8b --requests {trace} --json");
        var chat = JsonDocument.Parse(run.Out).RootElement.GetProperty("by_class")
            .GetProperty("chat");
        Assert.True(chat.TryGetProperty("ttft_ms", out _));
        Assert.False(chat.TryGetProperty("itl_ms", out _));
    }

    [Fact]
    public void PoolOfAMixedCluster_IsNamed()
    {
        const string command = "simulate --hardware h100-l40s-mixed --pool l40s --model "
            + "llama-3.1-8b --isl 64 --osl 8 --num-requests 5";
        Assert.StartsWith(
            "llama-3.1-8b on 1 replica of 1 accelerator on h100-l40s-mixed, pool l40s (tp=1), ",
            Typed.Run(command).Out, StringComparison.Ordinal);
        Assert.Contains(
            "\"pool\": \"l40s\"", Typed.Run(command + " --json").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void PrefixCaching_TellsTheShareThatWasFound()
    {
        var run = Typed.Run(Small + " --prefix 256 --enable-prefix-caching");
        Assert.Contains("prefix-cache hit rate", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "prefix-cache hit rate", Typed.Run(Small + " --prefix 256").Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public void SkipFailed_LeavesOutCallsWithoutTokens()
    {
        using var folder = new TemporaryFolder();
        var trace = folder.Write(
            "burst.csv",
            "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
            + "5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,31,0,31,API log\n");
        var command = "simulate --hardware h100-sxm --model llama-3.1-8b --requests " + trace;
        Assert.Equal(ExitCode.WrongInput, Typed.Run(command).Code);
        var run = Typed.Run(command + " --skip-failed");
        Assert.Equal("", run.Error);
        Assert.Contains("1 failed call left out", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void NoRequestServed_EndsWithOneAndTheReason()
    {
        var run = Typed.Run(Small + " --max-model-len 16");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.StartsWith(
            "no request was served: all 50 were refused, the first because ", run.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ScenarioFile_GivesWhatItsFlagsGive()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("scenario.json", """
            {
              "model": "llama-3.1-8b",
              "replicas": [ { "hardware": "h100-sxm" } ],
              "workload": { "shipped": "azure-conv-2023-fit", "numRequests": 50 },
              "slo": { "ttft": "1 s" }
            }
            """);
        var byFile = Typed.Run("simulate", file, "--json");
        Assert.Equal("", byFile.Error);
        var byFlags = Typed.Run("simulate --hardware h100-sxm --model llama-3.1-8b --workload "
            + "azure-conv-2023-fit --num-requests 50 --slo ttft=1s --json");
        Assert.Equal(Summary.WithoutCost(byFlags.Out), Summary.WithoutCost(byFile.Out));
    }

    [Fact]
    public void ScenarioFile_NextToFlagsThatItDecides_IsRefused()
    {
        var run = Typed.Run("simulate scenario.json --tp 2 --isl 8 --json --seed 3");
        Assert.Equal(ExitCode.WrongInput, run.Code);
        Assert.Equal(
            "--tp: is what scenario.json decides; change it there, or leave out the file.\n"
            + "--isl: is what scenario.json decides; change it there, or leave out the file.\n",
            run.Error);
    }

    [Fact]
    public void RelativePathsOfAScenario_StartFromItsFolder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("chip.json", """{ "extends": "h100-sxm", "name": "Chip" }""");
        folder.Write("trace.csv", "arrived_at,num_prefill_tokens,num_decode_tokens\n0,8,8\n");
        var file = folder.Write("scenario.json", """
            {
              "model": "llama-3.1-8b",
              "replicas": [ { "hardware": "./chip.json" } ],
              "workload": { "file": "trace.csv" }
            }
            """);
        var run = Typed.Run("simulate", file);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public void DrawnArrivals_ReplaceThoseOfATrace()
    {
        using var folder = new TemporaryFolder();
        var trace = folder.Write(
            "lengths.csv", "prompt_tokens,output_tokens\n" + string.Concat(
                Enumerable.Repeat("64,8\n", 40)));
        var all = Typed.Run("simulate", "--hardware", "h100-sxm", "--model", "llama-3.1-8b",
            "--requests", trace, "--json");
        var drawn = Typed.Run("simulate", "--hardware", "h100-sxm", "--model", "llama-3.1-8b",
            "--requests", trace, "--json", "--request-rate", "2");
        Assert.True(Seconds(drawn.Out) > 5 * Seconds(all.Out));
    }

    [SharedDataFact("workloads/AzureLLMInferenceTrace_conv.csv")]
    public void AzureTrace_IsServedWhole()
    {
        var trace = RepositoryRoot.Shared("workloads/AzureLLMInferenceTrace_conv.csv")!;
        var run = Typed.Run("simulate", "--hardware", "h100-sxm", "--model", "llama-3.1-8b",
            "--requests", trace, "--tp", "1", "--slo", "ttft=1s,tpot=50ms", "--json");
        var root = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(19366, Number(root, "simulation", "requests_completed"));
    }

    private static double Seconds(string json) =>
        JsonDocument.Parse(json).RootElement.GetProperty("duration_s").GetDouble();

    private static double Number(JsonElement root, params string[] path) =>
        path.Aggregate(root, (element, name) => element.GetProperty(name)).GetDouble();

    private static string[] Read(string folder) =>
        [.. Output.SimulatedRun.Files.Select(name =>
            Summary.WithoutCost(File.ReadAllText(Path.Combine(folder, name))))];
}
