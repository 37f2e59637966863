namespace AccelSim.Cli.Tests;

/// <summary>compare --run as a user types it.</summary>
public sealed class CompareRunTests
{
    private const string Load = "--isl 200 --osl 20 --request-rate 20 --num-requests 30";
    private const string Busy = "--isl 200 --osl 60 --request-rate 60 --num-requests 60";
    private const string Engine = "--hardware h100-sxm --model llama-3.1-8b";

    [Fact]
    public void ASimulation_ComparedWithItself_HasNoError()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Typed.Run($"simulate {Engine} {Load} --out {folder["run"]}").Code);
        var run = Typed.Run(
            $"compare --run {folder["run"]}/requests.csv {Engine} --max-error 0%");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains(
            "Overall: TTFT 0.0 %, TPOT 0.0 %, latency 0.0 %, throughput 0.0 % (medians over 30 "
            + "requests); the largest is 0.0 %; within the 0.0 % allowed.", run.Out,
            StringComparison.Ordinal);
    }

    /// <summary>The cache is blocks of the run's size, not half of it in blocks of ours.</summary>
    [Fact]
    public void SettingsOfASimulation_ComeFromItsSummary()
    {
        using var folder = new TemporaryFolder();
        Typed.Run($"simulate {Engine} {Load} --block-size 32 --max-num-seqs 5 "
            + $"--max-num-batched-tokens 64 --enable-prefix-caching --out {folder["run"]}");
        var compare = $"compare --run {folder["run"]}/requests.csv {Engine} ";
        var run = Typed.Run(compare + "--max-error 0%");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains(" blocks of 32 tokens, as in the run (", run.Out, StringComparison.Ordinal);
        var refused = Typed.Run(compare + "--block-size 16 --max-num-seqs 6 "
            + "--max-num-batched-tokens 65 --no-enable-prefix-caching --async-scheduling");
        Assert.Equal(2, refused.Code);
        foreach (var message in new[]
        {
            "--block-size: is 16 here, but 32 in the run (",
            "--max-num-seqs: is 6 here, but 5 in the run (",
            "--max-num-batched-tokens: is 65 here, but 64 in the run (",
            "--enable-prefix-caching: is false here, but true in the run (",
            "--async-scheduling: is true here, but false in the run (",
        })
        {
            Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--replicas 3", "")]
    [InlineData("--replicas 3 --router least-loaded", "")]
    [InlineData("--replicas 3 --router least-loaded", "--replicas 3 --router least-loaded")]
    [InlineData("--dp 2", "")]
    [InlineData("--dp 2", "--dp 2")]
    public void SeveralReplicas_ComeFromTheSummary(string simulated, string compared)
    {
        using var folder = new TemporaryFolder();
        Typed.Run($"simulate {Engine} {Busy} {simulated} --out {folder["run"]}");
        var run = Typed.Run(
            $"compare --run {folder["run"]}/requests.csv {Engine} {compared} --max-error 0%");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains(simulated.StartsWith("--dp", StringComparison.Ordinal)
                ? ", 2 replicas)" : ", 3 replicas)",
            run.Out.ReplaceLineEndings(" ").Replace("    ", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    /// <summary>What a run's files do not say, flags do.</summary>
    [Theory]
    [InlineData("--replicas 3 --router least-loaded", 0)]
    [InlineData("--replicas 2 --router least-loaded", 1)]
    [InlineData("", 1)]
    public void SeveralReplicas_OfARunWithoutSettings_AreStated(string flags, int code)
    {
        using var folder = new TemporaryFolder();
        Typed.Run($"simulate {Engine} {Busy} --replicas 3 --router least-loaded "
            + $"--out {folder["run"]}");
        File.Copy(folder["run/requests.csv"], folder["other.csv"]);
        var run = Typed.Run($"compare --run {folder["other.csv"]} {Engine} {flags} --max-error 0%");
        Assert.Equal(("", code), (run.Error, run.Code));
    }

    [Theory]
    [InlineData("--replicas 2", "--replicas: asks for 2 engines here, but 3 served the run (")]
    [InlineData("--dp 2", "--dp: asks for 2 engines here, but 3 served the run (")]
    [InlineData("--router round-robin",
        "--router: is round-robin here, but least-loaded in the run (")]
    public void ReplicasThatDiffer_AreRefused(string flags, string message)
    {
        using var folder = new TemporaryFolder();
        Typed.Run($"simulate {Engine} {Load} --replicas 3 --router least-loaded "
            + $"--out {folder["run"]}");
        var run = Typed.Run($"compare --run {folder["run"]}/requests.csv {Engine} {flags}");
        Assert.Equal(2, run.Code);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
    }

    /// <summary>The advice is taken, and helps; where none helps, that is said.</summary>
    [Fact]
    public void ACacheThatDoesNotFit_IsToldWithWhatWould()
    {
        using var folder = new TemporaryFolder();
        Typed.Run($"simulate {Engine} {Load} --out {folder["run"]}");
        var compare = $"compare --run {folder["run"]}/requests.csv --model llama-3.1-8b ";
        var little = Typed.Run(compare + "--hardware h100-sxm --gpu-memory-utilization 0.8");
        Assert.Equal(1, little.Code);
        Assert.Contains(" fit h100-sxm (--tp 1 --pp 1) at --gpu-memory-utilization 0.8; they fit "
            + "from --gpu-memory-utilization 0.9 on.", little.Error, StringComparison.Ordinal);
        Assert.Equal(
            0, Typed.Run(compare + "--hardware h100-sxm --gpu-memory-utilization 0.9").Code);
        var small = Typed.Run(compare + "--hardware l4");
        Assert.Contains(" of each accelerator, which has 24.15 GB. Compare with the hardware, ",
            small.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherHardware_FailsTheGateAndWritesItsFiles()
    {
        using var folder = new TemporaryFolder();
        Typed.Run($"simulate {Engine} {Load} --out {folder["run"]}");
        var run = Typed.Run(
            $"compare --run {folder["run"]}/requests.csv --hardware h200-sxm --model llama-3.1-8b "
            + $"--max-error 1% --out {folder["compared"]}");
        Assert.Equal(("", 1), (run.Error, run.Code));
        Assert.EndsWith(
            "more than the 1.0 % allowed.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(31, File.ReadLines(folder["compared/compare.csv"]).Count());
        var overlay = File.ReadAllText(folder["compared/overlay.json"]);
        // Two spans of two ends for each request, on both sides.
        Assert.Equal(
            2 * 30 * 4, overlay.Split("\"cat\":\"request\"").Length - 1);
    }

    [SharedDataFact("groundtruth/vllm-rtx4090-llama-3.1-8b/requests.jsonl")]
    public void TheRunOnTheRtx4090_IsJudgedAsByValidate()
    {
        var tables = RepositoryRoot.Shared("groundtruth/README.md")![..^"/README.md".Length];
        var validated = Typed.Run(
            "validate", "--tables", tables, "--operators", "served_run");
        var compared = Typed.Run(
            "compare", "--run", $"{tables}/vllm-rtx4090-llama-3.1-8b/requests.jsonl",
            "--hardware", "rtx-4090", "--model", "llama-3.1-8b");
        Assert.Equal(("", 0), (compared.Error, compared.Code));
        Assert.Contains("2,588 blocks of 16 tokens, as in the run", compared.Out,
            StringComparison.Ordinal);
        foreach (var (theirs, ours) in new[]
        {
            ("ttft", "TTFT"), ("tpot", "TPOT"), ("latency", "latency"),
        })
        {
            var row = validated.Out.Split('\n').Single(
                line => line.Contains($" {theirs} ", StringComparison.Ordinal));
            var median = row.Split("  ", StringSplitOptions.RemoveEmptyEntries)[4].Trim();
            Assert.Contains($"{ours} {median}", compared.Out, StringComparison.Ordinal);
        }
    }

    [SharedDataFact("groundtruth/vllm-rtx4090-llama-3.1-8b/requests.jsonl")]
    public void SettingsThatDiffer_AreRefused()
    {
        var file = RepositoryRoot.Shared("groundtruth/vllm-rtx4090-llama-3.1-8b/requests.jsonl");
        var engine = $"compare --run {file} --hardware rtx-4090 --model llama-3.1-8b ";
        var run = Typed.Run(engine + "--max-num-seqs 8 --num-gpu-blocks-override 100");
        Assert.Equal(2, run.Code);
        Assert.Contains("--max-num-seqs: is 8 here, but 256 in the run (", run.Error,
            StringComparison.Ordinal);
        Assert.Contains("--num-gpu-blocks-override: is 100 here, but 2588 in the run (",
            run.Error, StringComparison.Ordinal);
        var small = Typed.Run(engine + "--gpu-memory-utilization 0.8");
        Assert.Equal(1, small.Code);
        Assert.StartsWith("infeasible: the run had 2588 KV blocks of 16 tokens (", small.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare", "--run: is missing, and so is a trace; name what is compared")]
    [InlineData("compare t.jsonl --run r.csv", "--run: and the trace t.jsonl are two runs")]
    [InlineData("compare --run r.csv --repeats a,b", "--repeats: goes with a trace of operators")]
    [InlineData("compare --run r.csv", "r.csv: not found; ")]
    [InlineData("compare t.jsonl --hardware h100-sxm --model llama-3.1-8b",
        "--model: goes with --run; a trace states its own.")]
    [InlineData("compare t.jsonl --hardware h100-sxm --max-num-seqs 8",
        "--max-num-seqs: goes with --run; a trace states its own.")]
    [InlineData("compare t.jsonl --hardware h100-sxm --replicas 2",
        "--replicas: goes with --run; a trace states its own.")]
    [InlineData("compare --run RIGHT --hardware h100-sxm --model llama-3.1-8b --router "
        + "prefix-aware", "--router: is prefix-aware, which looks at the text of prompts; ")]
    [InlineData("compare --run WRONG", "tells no times of requests; read are a CSV with arrival_s")]
    [InlineData("compare --run RIGHT", "--hardware: is missing; name what serves")]
    [InlineData("compare --run RIGHT --hardware h100-sxm", "--model: is missing; name what is ")]
    public void WrongInput_IsTold(string command, string message)
    {
        using var folder = new TemporaryFolder();
        var right = folder.Write("right.csv",
            "arrival_s,prompt_tokens,output_tokens,first_token_s,last_token_s\n0,9,2,1,2\n");
        var run = Typed.Run(command
            .Replace("WRONG", folder.Write("wrong.csv", "a,b\n1,2\n"), StringComparison.Ordinal)
            .Replace("RIGHT", right, StringComparison.Ordinal));
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
