using System.Globalization;
using AccelSim.Cli.Output;

namespace AccelSim.Cli.Tests;

/// <summary>Models that are really run.</summary>
public sealed class RunTests
{
    private const string Small = """
        {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
        "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": 300,
        "rms_norm_eps": 1e-5, "max_position_embeddings": 256, "torch_dtype": "float32"}
        """;

    private static readonly string Draft =
        Path.Combine(RepositoryRoot.Path, "models", "tiny", "draft");

    [Fact]
    public void Text_GoesOnTheSameWayUnderASeed()
    {
        string[] command =
        [
            "run", "--model", Draft, "--prompt", "It is a truth", "--max-tokens", "12",
            "--temperature", "0.8", "--seed", "5", "--threads", "2",
        ];
        var (one, other) = (Typed.Run(command), Typed.Run(command));
        Assert.Equal(("", 0), (one.Error, one.Code));
        Assert.StartsWith("It is a truth", one.Out, StringComparison.Ordinal);
        Assert.True(one.Out.Length > "It is a truth".Length + 8);
        Assert.Equal(one.Out, other.Out);
        command[^3] = "6";
        Assert.NotEqual(one.Out, Typed.Run(command).Out);
    }

    [Theory]
    [InlineData("--speculation suffix --num-speculative-tokens 3")]
    [InlineData("--speculation draft-tree --draft DRAFT --num-speculative-tokens 3")]
    [InlineData("--draft DRAFT --num-speculative-tokens 2")]
    public void Speculation_WritesTheSameTextAndTellsHowItWent(string flags)
    {
        string[] command =
        [
            "run", "--model", Draft, "--prompt", "It is a truth", "--max-tokens", "24",
            "--threads", "2",
        ];
        var plain = Typed.Run(command);
        var speculated = Typed.Run(
        [
            .. command,
            .. flags.Replace("DRAFT", Draft, StringComparison.Ordinal).Split(' '),
        ]);
        Assert.Equal(("", 0), (speculated.Error, speculated.Code));
        Assert.StartsWith(plain.Out, speculated.Out, StringComparison.Ordinal);
        foreach (var part in new[] { "23 tokens in", "mean accepted", "by position 1:" })
        {
            Assert.Contains(
                part, speculated.Out[plain.Out.Length..].ReplaceLineEndings(" "),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--draft DRAFT")]
    [InlineData("--speculation ngram --hardware epyc-7763")]
    public void Bench_WithProposalsTellsHowManyStood(string flags)
    {
        var run = Typed.Run(
        [
            "run", "--model", Draft, "--bench", "--isl", "8", "--osl", "12", "--batch", "2",
            "--threads", "2", .. flags.Replace("DRAFT", Draft, StringComparison.Ordinal).Split(' '),
        ]);
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains("tokens of a request per step", run.Out.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        // A model that proposes to itself is always right.
        if (flags == "--draft DRAFT")
            Assert.Contains("Accepted by position 1: 100 % of ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("draft-q4_0.gguf", "int4")]
    [InlineData("draft-q8_0.gguf", "int8")]
    public void Bench_OfAGgufFileHasItsSimulationBesideIt(string file, string format)
    {
        var run = Typed.Run(
            "run", "--model", Path.Combine(Draft, file), "--bench", "--isl", "8", "--osl", "4",
            "--threads", "2", "--hardware", "epyc-7763");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains($"weights {format} in groups of 32", run.Out.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        Assert.Contains("simulated", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Perplexity_ComparesFormats()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", "It is a truth universally acknowledged.");
        var run = Typed.Run(
            "run", "--model", Draft, "--perplexity", text, "--formats", "fp32,int2,kv-int2",
            "--threads", "2", "--out", folder["out"]);
        Assert.Equal(("", 0), (run.Error, run.Code));
        foreach (var part in new[] { "runs as", "int2, products fp32", "KV int2", "measured" })
            Assert.Contains(part, run.Out, StringComparison.Ordinal);
        var rows = File.ReadAllLines(Path.Combine(folder["out"], "formats.csv"));
        Assert.Equal(4, rows.Length);
        // bf16 tables and the rest at 2.5 bits: fewer than half of fp32's bytes.
        Assert.True(Bytes(rows[2]) < Bytes(rows[1]) / 2, string.Join('\n', rows));
        Assert.Contains(
            "<h1>Formats of draft</h1>",
            File.ReadAllText(Path.Combine(folder["out"], "formats.html")),
            StringComparison.Ordinal);

        static double Bytes(string row) =>
            double.Parse(row.Split(',')[^5], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Bench_SaysWhatTokensPerSecondAre() => Assert.Contains(
        "tokens/s: output tokens of all requests over the time of all steps, prompts included; "
        + "decoding alone makes batch / TPOT.",
        Typed.Run(
            "run", "--model", Draft, "--bench", "--isl", "8", "--osl", "4", "--threads", "2")
            .Out.ReplaceLineEndings(" "),
        StringComparison.Ordinal);

    /// <summary>Nobody has so much memory: told before any of it is taken.</summary>
    [Theory]
    [InlineData("run --model llama-3.1-405b --weights random --dtype fp32 --bench --isl 4 --osl 4",
        "infeasible: weights of llama-3.1-405b take 1,6")]
    [InlineData("run --model DRAFT --bench --isl 900 --osl 100 --batch 10000000",
        "infeasible: 630,000,000 KV blocks of 16 tokens take ")]
    [InlineData("run --model DRAFT --bench --isl 900 --osl 100 --batch 10000000 "
        + "--speculation ngram", "KV blocks of 16 tokens take ")]
    public void WhatMemoryDoesNotHold_IsInfeasible(string command, string message)
    {
        var run = Typed.Run(command.Replace("DRAFT", Draft, StringComparison.Ordinal));
        Assert.Equal(1, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("GB, but this machine has ", run.Error, StringComparison.Ordinal);
    }

    /// <summary>What would be ignored is refused.</summary>
    [Theory]
    [InlineData("--weights random --prompt x", "--prompt: the model has no tokenizer, so it knows "
        + "no text; name a folder or GGUF file that has one, or measure with --bench.")]
    [InlineData("--prompt x --hardware h100-sxm", "--hardware: says nothing without --bench.")]
    [InlineData("--prompt x --isl 4", "--isl: says nothing without --bench.")]
    [InlineData("--prompt x --formats int4", "--formats: says nothing without --perplexity.")]
    [InlineData("--bench --isl 4 --osl 2 --max-tokens 3",
        "--max-tokens: says nothing without --prompt.")]
    [InlineData("--bench --isl 4 --osl 2 --prompt x",
        "--prompt: and --bench ask for two things; keep one.")]
    [InlineData("--perplexity x.txt --dtype int8",
        "--dtype: says nothing with --perplexity; --formats names them.")]
    [InlineData("--perplexity x.txt --kv-cache-dtype fp8",
        "--kv-cache-dtype: says nothing with --perplexity; --formats names them.")]
    [InlineData("--perplexity x.txt --draft x", "--draft: says nothing with --perplexity.")]
    [InlineData("--perplexity x.txt --speculation ngram",
        "--speculation: says nothing with --perplexity.")]
    [InlineData("--perplexity no-such.txt --weights random", "--perplexity: the model has no "
        + "tokenizer, so it knows no text; name a folder or GGUF file that has one, or measure "
        + "with --bench.")]
    [InlineData("--perplexity x.txt --bench",
        "--bench: and --perplexity ask for two things; keep one.")]
    public void FlagsOfAnotherTask_AreRefused(string flags, string message)
    {
        var run = Typed.Run($"run --model {Draft} {flags}");
        Assert.Equal((message + "\n", 2), (run.Error, run.Code));
    }

    /// <summary>More than all is explained where it is seen or to be expected.</summary>
    [Theory]
    [InlineData(11_500_000, 33_554_432, 0.4,
        " Weights of 11.5 MB fit into the last cache, which has 33.6 MB, and may come from there, "
        + "while reads are of main memory: a share may pass 100 % and says little of larger "
        + "models.")]
    [InlineData(2_000_000_000, 33_554_432, 1.2,
        " More than 100 %: a part of what decoding reads stays in a cache, while reads are of main "
        + "memory.")]
    [InlineData(11_500_000, 0, 1.2, " More than 100 %: a part of what decoding reads stays in a "
        + "cache, while reads are of main memory.")]
    [InlineData(2_000_000_000, 33_554_432, 0.9, "")]
    [InlineData(11_500_000, 0, 0.9, "")]
    public void Bench_SaysWhereReadsComeFromACache(
        long weights, long cache, double share, string note) =>
        Assert.Equal(note, BenchTables.OfCache(weights, cache, share));

    [Fact]
    public void Bench_SetsTheSimulationBesideTheMeasurement()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Write("small.json", Small);
        var run = Typed.Run(
            "run", "--model", model, "--weights", "random", "--bench", "--isl", "20", "--osl",
            "3", "--batch", "1,3", "--threads", "2", "--dtype", "fp32", "--hardware",
            "epyc-9654");
        Assert.Equal(("", 0), (run.Error, run.Code));
        foreach (var part in new[] { "measured", "simulated", "epyc-9654", "GB/s", "GFLOP/s" })
            Assert.Contains(part, run.Out, StringComparison.Ordinal);
        Assert.All(run.Out.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Theory]
    [InlineData("int2")]
    [InlineData("int2-outliers")]
    public void CachesOfTwoBits_WriteTextAndAreMeasured(string kv)
    {
        var text = Typed.Run(
            "run", "--model", Draft, "--prompt", "It is a truth", "--max-tokens", "40",
            "--kv-cache-dtype", kv, "--threads", "2");
        Assert.Equal(("", 0), (text.Error, text.Code));
        Assert.StartsWith("It is a truth", text.Out, StringComparison.Ordinal);
        var bench = Typed.Run(
            "run", "--model", Draft, "--bench", "--isl", "40", "--osl", "4", "--batch", "2",
            "--kv-cache-dtype", kv, "--threads", "2", "--hardware", "epyc-7763");
        Assert.Equal(("", 0), (bench.Error, bench.Code));
        Assert.Contains($"KV cache {kv}:", bench.Out.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --model llama-3.2-1b", "--prompt: is missing")]
    [InlineData("run --bench --isl 3 --osl 3", "--model: is missing")]
    [InlineData("run --model gemma-2b --weights random --bench --isl 3 --osl 3",
        "\"gemma\" can be simulated but not run")]
    [InlineData("run --model llama-3.2-1b --weights random --dtype fp9 --bench --isl 3 --osl 3",
        "\"fp9\" is not run; known are fp32")]
    [InlineData("run --model DRAFT --prompt hello --max-tokens 5000", "1024 that draft is made")]
    [InlineData("run --model DRAFT --prompt hello --speculation draft", "--draft: is missing")]
    [InlineData("run --model DRAFT --prompt hello --speculation ngram --draft DRAFT",
        "goes with --speculation draft or draft-tree alone")]
    [InlineData("run --model DRAFT --prompt hello --speculation skip-layers",
        "none to spare; name some")]
    [InlineData("run --model DRAFT --prompt hello --speculation skip-layers --skip-layers 1,2",
        "2 is not a layer; draft has 0 to 1")]
    [InlineData("run --model DRAFT --prompt hello --speculation ngram "
        + "--kv-cache-dtype int2-channels", "packs 32 tokens together, which proposals that are")]
    [InlineData("run --model DRAFT --bench --isl 4 --osl 4 --speculation ngram "
        + "--kv-cache-dtype int2-outliers", "take int2 or int2-sinks, or no speculation")]
    [InlineData("capture --model DRAFT --isl 4 --osl 4 --num-requests 1 --out x --draft DRAFT "
        + "--kv-cache-dtype int2-outliers", "take int2 or int2-sinks, or no speculation")]
    [InlineData("run --model DRAFT --prompt hello --kv-cache-dtype int1",
        "\"int1\" is not run; known are fp32")]
    [InlineData("run --model DRAFT --perplexity no-such-file.txt", "no-such-file.txt: not found; ")]
    [InlineData("run --model DRAFT --prompt hello --out x",
        "--out: says nothing without --perplexity")]
    [InlineData("run --model DRAFT --bench --isl 3 --osl 3 --dtype int3 --hardware epyc-9654",
        "--dtype: the simulator's own runs have no int3 weights")]
    [InlineData("run --model DRAFT --perplexity no-such-file.txt --formats int9",
        "\"int9\" is not known; known are all, fp32")]
    [InlineData("run --model DRAFT --prompt hello --temperature -1", "from 0 to 100")]
    [InlineData("run --model DRAFT --prompt hello --backend gpu",
        "no GPU back end; build accelsim with -p:Ilgpu=true")]
    [InlineData("run --model DRAFT --prompt hello --backend tpu",
        "\"tpu\" is not known; known: cpu, gpu")]
    [InlineData("run --model DRAFT --perplexity no-such-file.txt --backend gpu",
        "formats are compared on the processor alone")]
    [InlineData("capture --model DRAFT --isl 8 --osl 2 --num-requests 1 --out x --backend gpu",
        "no GPU back end; build accelsim with -p:Ilgpu=true")]
    public void WrongInput_IsTold(string command, string text)
    {
        var run = Typed.Run(command.Replace("DRAFT", Draft, StringComparison.Ordinal));
        Assert.Equal(2, run.Code);
        Assert.Contains(text, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_TellsWhyNot()
    {
        var run = Typed.Run("devices");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains("no GPU back end", run.Out, StringComparison.Ordinal);
    }
}
