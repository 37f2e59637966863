using System.Text.RegularExpressions;

namespace AccelSim.Cli.Tests;

/// <summary>
/// Texts that users see, whole; <c>UPDATE_GOLDEN=1 dotnet test</c> writes them anew.
/// </summary>
public sealed partial class GoldenTests
{
    private const string Small = " --isl 256 --osl 32 --request-rate 4 --num-requests 50";

    public static TheoryData<string, string> Commands => new()
    {
        { "help", "--help" },
        { "help-demo", "demo --help" },
        { "help-simulate", "simulate --help" },
        { "help-estimate", "estimate --help" },
        { "help-explain", "explain --help" },
        { "help-list", "list --help" },
        { "help-show", "show --help" },
        { "help-lint", "lint --help" },
        { "help-diff", "diff --help" },
        { "help-validate", "validate --help" },
        { "help-calibrate", "calibrate --help" },
        { "help-run", "run --help" },
        { "help-devices", "devices --help" },
        { "help-measure", "measure --help" },
        { "help-capture", "capture --help" },
        { "help-replay", "replay --help" },
        { "help-compare", "compare --help" },
        { "help-import", "import --help" },
        { "list-hardware", "list hardware" },
        { "list-models", "list models" },
        { "list-workloads", "list workloads" },
        { "list-engines", "list engines" },
        { "show-hardware", "show hardware h100-sxm" },
        { "show-cluster", "show hardware dgx-h100" },
        { "show-model", "show model deepseek-v3" },
        { "show-model-vision", "show model llava-1.5-7b" },
        { "show-workload", "show workload azure-conv-2023-fit" },
        { "diff", "diff h100-sxm h200-sxm" },
        { "lint", "lint h100-sxm dgx-h100" },
        { "estimate", "estimate --hardware h100-sxm --model llama-3.1-8b --isl 1024 --osl 256 "
            + "--batch 1,8,64" },
        { "estimate-json", "estimate --hardware h100-sxm --model llama-3.1-8b --isl 64 --osl 1 "
            + "--json" },
        { "explain", "explain --hardware h100-sxm --model llama-3.1-8b --isl 1024 --osl 256" },
        { "explain-sensitivity", "explain --hardware h100-sxm --model llama-3.1-8b --isl 1024 "
            + "--osl 256 --batch 8 --sensitivity" },
        { "simulate", "simulate --hardware h100-sxm --model llama-3.1-8b "
            + "--workload azure-conv-2023-fit --slo ttft=200ms,tpot=8ms" },
        { "simulate-notes", "simulate --hardware t4 --model tinyllama-1.1b --max-model-len 2000 "
            + "--router least-loaded --replicas 2 --workload azure-conv-2023-fit "
            + "--num-requests 60" },
        { "simulate-experts", "simulate --hardware dgx-h100 --model qwen3-30b-a3b --tp 2 --ep 2 "
            + "--expert-skew 1.5" + Small },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_PrintsTheGoldenText(string name, string command)
    {
        var run = Typed.Run(command);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        Golden.Compare(name, Steady(run.Out));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_FitsAHundredColumnsAndHasNoAnsi(string name, string command)
    {
        var text = Typed.Run(command).Out;
        var wide = text.Split('\n').Where(line => line.Length > 100
            && !command.Contains("json", StringComparison.Ordinal)
            && name is not "lint");
        Assert.Equal("", string.Join('\n', wide));
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void Demo_ComparesTheChipWithAWhatIfAndWritesAReport()
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run("demo", "--out", folder["demo"]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        Golden.Compare(
            "demo", Steady(run.Out).Replace(folder.Path, "TMP", StringComparison.Ordinal));
        Assert.Equal(["report.html"], Directory.GetFiles(folder["demo"]).Select(Path.GetFileName));
    }

    /// <summary>Wall time and memory differ from run to run; nothing else may.</summary>
    private static string Steady(string text) => Cost().Replace(text, "in WALL$1MEMORY.");

    [GeneratedRegex(@"in \S+ \S+(: [\d,]+ steps?, [\d,]+ events?; peak memory )\S+ \S+\.")]
    private static partial Regex Cost();
}
