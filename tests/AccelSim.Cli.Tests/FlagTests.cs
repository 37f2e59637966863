namespace AccelSim.Cli.Tests;

public sealed class FlagTests
{
    private const string Chip = "simulate --hardware h100-sxm --model llama-3.1-8b ";
    private const string Load = Chip + "--isl 8 --osl 8 ";
    private const string Point = "estimate --hardware h100-sxm --model llama-3.1-8b ";

    /// <summary>A wrong command, and the first line that tells so.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "", "no verb is given." },
        { "simulat", "simulat: there is no such verb; did you mean \"simulate\"? Known: demo, "
            + "simulate, estimate, explain, list, show, lint, diff, validate, calibrate, "
            + "devices, run, measure, capture, replay, compare, import." },
        { "--verbose", "--verbose: there is no such flag. \"accelsim --help\" shows "
            + "all." },
        { Load + "--max-num-seq 4", "--max-num-seq: there is no such flag; near it: "
            + "--max-num-seqs, --max-num-batched-tokens. \"accelsim simulate --help\" shows "
            + "all." },
        { Load + "--hard x", "--hard: there is no such flag; near it: --hardware. "
            + "\"accelsim simulate --help\" shows all." },
        { Point + "--isl 8 --osl 8 --cost-model roofline --samples 9",
            "--samples: the roofline does not know how far it is off; leave it out, or use "
            + "--cost-model analytical." },
        { Point + "--isl 8 --osl 8 --samples -1", "--samples: must be at least 0, but -1 is not." },
        { Load + "--tp=2x", "--tp: expected a whole number, but found \"2x\"." },
        { Load + "--tp 0", "--tp: must be at least 1, but 0 is not." },
        { Load + "--tp -3", "--tp: must be at least 1, but -3 is not." },
        { Load + "--tp 99999999999", "--tp: must be at most 1000, but 99999999999 is not." },
        { Load + "--tp 99999999999999999999",
            "--tp: must be at most 1000, but 99999999999999999999 is not." },
        { Load + "--json=yes", "--json: takes no value; write --json alone." },
        { Load + "--seed -1", "--seed: must be at least 0, but -1 is not." },
        { Load + "--request-rate 1e300",
            "--request-rate: 1E+300 is not a number from 1E-06 to 1000000000." },
        { Chip + "--workload some/path.json", "--workload: \"some/path.json\" is a path, but the "
            + "name of a shipped workload is expected; give a file of requests with --requests." },
        { "list --zzz",
            "--zzz: there is no such flag. \"accelsim list --help\" shows all." },
        { Load + "--tp 1.5", "--tp: expected a whole number, but found \"1.5\"." },
        { Load + "--tp", "--tp: lacks its value; write it as --tp N." },
        { Load + "--tp 1 --tp 2", "--tp: stands twice; keep one." },
        { Load + "--max-num-seqs 99999999",
            "--max-num-seqs: must be at most 10000000, but 99999999 is not." },
        { Load + "--replicas 2147483647",
            "--replicas: must be at most 100000, but 2147483647 is not." },
        { Load + "--seed x", "--seed: expected a whole number, but found \"x\"." },
        { Load + "--request-rate 0", "--request-rate: must be more than 0, but 0 is not." },
        { Load + "--request-rate fast", "--request-rate: expected a number, but found \"fast\"." },
        { Load + "--request-rate NaN", "--request-rate: expected a number, but found \"NaN\"." },
        { Load + "--request-rate 1 --burstiness inf", "only --request-rate may be inf." },
        { Load + "--burstiness 2", "--burstiness: says nothing without --request-rate." },
        { Load + "--requests-format vidur",
            "--requests-format: says nothing without --requests." },
        { Load + "--rate-scale 2", "--rate-scale: scales the arrivals of a trace; with drawn ones "
            + "say another --request-rate." },
        { Load + "--router random",
            "--router: \"random\" is not known; known: round-robin, least-loaded, prefix-aware." },
        { Load + "--scheduling-policy sjf", "--scheduling-policy: \"sjf\" is not known; known: "
            + "fcfs, priority, shortest-first." },
        { Load + "--preemption-mode drop", "--preemption-mode: \"drop\" is not known; known: "
            + "recompute, swap." },
        { Load + "--slo ttft", "--slo: \"ttft\" is no objective; write it as "
            + "ttft=1s,tpot=50ms,e2e=5s; each may be left out." },
        { Load + "--slo ttft=1", "--slo: \"1\" has no unit; write it as \"1s\" or \"1ms\"." },
        { Load + "--slo ttft=0s", "--slo: must be more than 0, but \"0s\" is not." },
        { Load + "--slo ttft=1s,ttft=2s", "--slo: \"ttft\" stands twice; keep one." },
        { Load + "--slo itl=1s", "--slo: \"itl\" is no objective; write it as "
            + "ttft=1s,tpot=50ms,e2e=5s; each may be left out." },
        { Load + "--slo 'ttft:fast'", "--slo: \"fast\" is not a number of milliseconds; write it "
            + "as ttft=1s,tpot=50ms,e2e=5s; each may be left out." },
        { Load + "--swap-space 4XB", "--swap-space: \"4XB\" is not a quantity in B; write it as "
            + "\"80 GB\"." },
        { Load + "--swap-space -1", "--swap-space: must be at least 0, but \"-1\" is not." },
        { Load + "--swap-space 8", "--swap-space: says nothing without --preemption-mode swap." },
        { Load + "--swap-space 8 --preemption-mode recompute",
            "--swap-space: says nothing without --preemption-mode swap." },
        { Point + "--isl 8 --osl 8 --batch 1,9 --max-num-seqs 8",
            "--max-num-seqs: 8 is less than the 9 requests of batch 9 on one engine; raise it." },
        { Point + "--isl 8 --osl 8 --max-model-len 15",
            "--max-model-len: 15 is less than the 8 + 8 tokens of a request; raise it." },
        { "explain --hardware h100-sxm --model llama-3.1-8b --isl 8 --osl 8 --batch 257",
            "--max-num-seqs: 256 is less than the 257 requests of batch 257 on one engine; raise "
            + "it." },
        { "explain --hardware h100-sxm --model llama-3.1-8b --isl 8 --osl 8 --max-model-len 9",
            "--max-model-len: 9 is less than the 8 + 8 tokens of a request; raise it." },
        { "estimate --hardware h100-sxm --model mamba-2.8b --isl 8 --osl 8 "
            + "--enable-prefix-caching",
            "--enable-prefix-caching: is not possible with mamba-2.8b: its recurrent layers keep "
            + "one state, not one for each block of a prompt; leave it out." },
        { Load + "--enable-prefix-caching --no-enable-prefix-caching",
            "--enable-prefix-caching: contradicts --no-enable-prefix-caching; keep one of them." },
        { Load + "--gpu-memory-utilization 1.5", "--gpu-memory-utilization: 1.5 is not a share; "
            + "write a number above 0 and up to 1, such as 0.9." },
        { Load + "--max-num-seqs 64 --max-num-batched-tokens 32",
            "--max-num-batched-tokens: 32 is less than --max-num-seqs 64; every running sequence "
            + "needs a token in each step, so raise the one or lower the other." },
        { Load + "--expert-skew 0.5", "--expert-skew: must be at least 1, but 0.5 is not." },
        { Load + "--routing-skew 5",
            "--routing-skew: expected a number from 0 to 4, but found \"5\"." },
        { Load + "--cost-model magic",
            "--cost-model: \"magic\" is not known; known: roofline, analytical, table, trace." },
        { Load + "--tables T",
            "--tables: says nothing with --cost-model analytical; choose table for a folder of "
            + "measured tables, trace for a captured run, or leave it out." },
        { "run --model llama-3.1-8b --prompt hi",
            "llama-3.1-8b: not found; name a folder with config.json and weights, or a .gguf "
            + "file; shipped models have no weights: they run with --weights random." },
        { Load + "--quantization int5", "--quantization: \"int5\" is not known; use auto, none, "
            + "fp8, fp8_block, w8a8, int8, int4, awq, gptq or mxfp4, each also "
            + "with _sparse24, or sparse24." },
        { Load + "--hardware", "--hardware: stands twice; keep one." },
        { "simulate --isl 8 --osl 8 --model llama-3.1-8b",
            "--hardware: is missing; name what serves, such as --hardware h100-sxm." },
        { "simulate --isl 8 --osl 8 --hardware h100-sxm",
            "--model: is missing; name what is served, such as --model llama-3.1-8b." },
        { Chip, "--requests: is missing; give a trace with --requests FILE, a shipped workload "
            + "with --workload NAME, or a generated load with --isl N --osl N." },
        { Chip + "--isl 8", "--osl: is missing; a generated load needs both --isl and --osl." },
        { Load + "--workload azure-conv-2023-fit", "--requests: --requests, --workload and --isl "
            + "with --osl are three ways to say which requests come; keep one." },
        { Chip + "--workload azure-conv-2024-fit", "azure-conv-2024-fit: is no workload that "
            + "ships with AccelSim; known are azure-conv-2023-fit." },
        { Chip + "--requests no.csv", "no.csv: not found; give a file of requests, or the "
            + "name of a workload that ships with AccelSim: azure-conv-2023-fit." },
        { "simulate --hardware h100 --model llama-3.1-8b --isl 8 --osl 8",
            "\"h100\" is not shipped; near it: h100-sxm, h100-pcie, h100-l40s-mixed. "
                + "\"accelsim list "
            + "hardware\" shows all; a path ends in .json." },
        { "simulate --hardware h100-sxm --model llama-3.1 --isl 8 --osl 8",
            "there is no model \"llama-3.1\"; the nearest names are llama-3.1-8b, "
            + "llama-3.1-70b, llama-3.1-405b. \"accelsim list models\" shows all; a folder with "
            + "config.json goes as a path, such as models/tiny/target." },
        { "estimate --hardware h100-sxm --model target --isl 8 --osl 8",
            "there is no model \"target\". \"accelsim list models\" shows all; a folder with "
            + "config.json goes as a path, such as models/tiny/target." },
        { Load + "--dtype int8", "--dtype: \"int8\" is a format of weights, which --quantization "
            + "int8 states; this takes auto, bf16, bfloat16, fp16, float16, half, fp32, float32, "
            + "float." },
        { Load + "--pool gpu", "hwconfigs/accelerators/h100-sxm.json: is an accelerator and has "
            + "no pools; leave out the pool \"gpu\"." },
        { "simulate none/none.json",
            "none/none.json: not found; nor is its folder \"none\"." },
        { Point + "--osl 8", "--isl: is missing; say how many tokens, such as --isl 256." },
        { Point + "--isl 8 --osl 8 --batch 1,x", "--batch: expected whole numbers from 1 to "
            + "10000000, such as 1,8,64, but found \"x\"." },
        { Point + "--isl 8 --osl 8 --batch 1,,2", "--batch: expected whole numbers from 1 to "
            + "10000000, such as 1,8,64, but found \"\"." },
        { Point + "--isl 8 --osl 8 --batch 0", "--batch: expected whole numbers from 1 to "
            + "10000000, such as 1,8,64, but found \"0\"." },
        { "explain --hardware h100-sxm --model llama-3.1-8b --isl 8 --osl 8 --batch 1,2",
            "--batch: explain expands one point; name one batch size." },
        { "explain some.json", "some.json: a scenario is explained with --sensitivity; a point "
            + "needs --hardware, --model, --isl and --osl." },
        { "list", "hardware|models|workloads|engines is missing." },
        { "list modls", "modls: is nothing to list; did you mean \"models\"? Known: hardware, "
            + "models, workloads, engines." },
        { "show gpu h100-sxm", "gpu: is nothing to show; known: hardware, model, workload." },
        { "show hardware nothing", "\"nothing\" is not shipped. "
            + "\"accelsim list hardware\" shows all; a path ends in .json." },
        { "lint", "FILE is missing." },
        { "lint none/none.json", "none/none.json: not found; nor is its folder \"none\"." },
        { "diff h100-sxm", "B is missing." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WrongCommand_EndsWithTwoAndSaysWhatIsRight(string command, string message)
    {
        var run = Typed.Run(command);
        Assert.Equal(ExitCode.WrongInput, run.Code);
        Assert.Equal(message, run.Error.Split('\n')[0]);
    }

    /// <summary>
    /// As far as the flags go: the answer is that it does not fit, never a crash.
    /// </summary>
    [Theory]
    [InlineData("--isl 10000000 --osl 10000000 --batch 10000000")]
    [InlineData("--isl 8 --osl 8 --tp 1000 --pp 1000 --dp 1000")]
    [InlineData("--isl 8 --osl 8 --block-size 10000000")]
    [InlineData("--isl 8 --osl 8 --max-num-seqs 10000000 --max-num-batched-tokens 10000000")]
    public void HugeNumbers_DoNotFit(string point)
    {
        var run = Typed.Run(Point + point);
        Assert.StartsWith("infeasible: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, run.Code);
    }

    [Fact]
    public void EveryFlagOfEveryVerb_IsRefusedWhenAbbreviated()
    {
        var root = CommandLine.Root(new Output.Terminal(TextWriter.Null, TextWriter.Null));
        foreach (var verb in root.Subcommands)
        {
            var names = verb.Options.SelectMany(flag => flag.Aliases.Append(flag.Name)).ToHashSet();
            foreach (var name in names.Where(name => name.Length > 4))
            {
                var shorter = name[..^1];
                if (names.Contains(shorter)) continue;
                var run = Typed.Run(verb.Name, shorter, "1");
                Assert.Equal(ExitCode.WrongInput, run.Code);
                Assert.StartsWith(
                    $"{shorter}: there is no such flag", run.Error, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void LongAliases_MeanTheSame()
    {
        const string rest = " --json --num-requests 20";
        var brief = Typed.Run(
            "simulate --hardware dgx-h100 --model llama-3.1-8b --tp 2 --isl 64 --osl 8" + rest);
        var wordy = Typed.Run(
            "simulate --system dgx-h100 --model llama-3.1-8b --tensor-parallel-size 2 "
            + "--random-input-len 64 --random-output-len 8 --json --num-prompts 20");
        Assert.Equal(0, brief.Code);
        Assert.Equal(Summary.WithoutCost(brief.Out), Summary.WithoutCost(wordy.Out));
    }

    [Fact]
    public void VllmObjectives_MeanTheSameInMilliseconds()
    {
        const string load =
            "simulate --hardware h100-sxm --model llama-3.1-8b --isl 64 --osl 8 --num-requests "
                + "20 --json ";
        var ours = Typed.Run(load + "--slo ttft=20ms,tpot=8ms,e2e=1s");
        var theirs = Typed.Run(load + "--goodput 'ttft:20 tpot:8 e2el:1000'");
        Assert.Equal(0, ours.Code);
        Assert.Equal(Summary.WithoutCost(ours.Out), Summary.WithoutCost(theirs.Out));
    }

    [Fact]
    public void Version_IsPrinted() => Assert.Equal("0.1.0\n", Typed.Run("--version").Out);
}
