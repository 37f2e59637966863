namespace AccelSim.Cli.Tests;

/// <summary>Scenario files that are wrong, each with its exact message.</summary>
public sealed class BrokenScenarioTests
{
    private const string Model = "\"model\": \"llama-3.1-8b\"";
    private const string Replicas = "\"replicas\": [ { \"hardware\": \"h100-sxm\" } ]";
    private const string Workload = "\"workload\": { \"shipped\": \"azure-conv-2023-fit\" }";

    public static TheoryData<string, string> Texts => new()
    {
        { "", "?" },
        { "  \n", "?" },
        { "[]", "?" },
        { "\"scenario\"", "?" },
        { "{", "?" },
        { "{ \"model\": ", "?" },
        { "{ \"model\": \"llama-3.1-8b\", }", "?" },
        { "{ \"model\": NaN }", "?" },
        { "{} {}", "?" },
        { "{}", "?" },
        { "model: llama", "?" },
        { "\u0000\u0001\u0002", "?" },
        { With(Model), "?" },
        { With(Model, Replicas), "?" },
        { With(Model, Workload), "?" },
        { With(Replicas, Workload), "?" },
        { With(Model, Model, Replicas, Workload), "?" },
        { With("\"model\": null", Replicas, Workload), "?" },
        { With("\"model\": \"\"", Replicas, Workload), "?" },
        { With("\"model\": 8", Replicas, Workload), "?" },
        { With("\"model\": \"llama-9\"", Replicas, Workload), "?" },
        { With("\"model\": \"./absent.json\"", Replicas, Workload), "?" },
        { With(Model, Replicas, Workload, "\"modle\": 1"), "?" },
        { With(Model, Replicas, Workload, "\"seed\": \"42\""), "?" },
        { With(Model, Replicas, Workload, "\"seed\": 4.2"), "?" },
        { With(Model, Replicas, Workload, "\"seed\": 1e30"), "?" },
        { With(Model, Replicas, Workload, "\"name\": 1"), "?" },
        { With(Model, Replicas, Workload, "\"router\": \"random\""), "?" },
        { With(Model, Replicas, Workload, "\"router\": 1"), "?" },
        { With(Model, Replicas, Workload, "\"costModel\": \"magic\""), "?" },
        { With(Model, Replicas, Workload, "\"dtype\": \"fp7\""), "?" },
        { With(Model, Replicas, Workload, "\"kvCacheDtype\": \"fp7\""), "?" },
        { With(Model, Replicas, Workload, "\"quantization\": \"int5\""), "?" },
        { With(Model, Replicas, Workload, "\"slo\": \"1 s\""), "?" },
        { With(Model, Replicas, Workload, "\"slo\": { \"ttft\": 1 }"), "?" },
        { With(Model, Replicas, Workload, "\"slo\": { \"ttft\": \"1 m\" }"), "?" },
        { With(Model, Replicas, Workload, "\"slo\": { \"ttft\": \"-1 s\" }"), "?" },
        { With(Model, Replicas, Workload, "\"slo\": { \"itl\": \"1 s\" }"), "?" },
        { With(Model, Replicas, Workload, "\"sloByClass\": { \"chat\": \"1 s\" }"), "?" },
        { With(Model, Workload, "\"replicas\": []"), "?" },
        { With(Model, Workload, "\"replicas\": {}"), "?" },
        { With(Model, Workload, "\"replicas\": [ {} ]"), "?" },
        { With(Model, Workload, "\"replicas\": [ 1 ]"), "?" },
        { Serving("\"hardware\": \"h101\""), "?" },
        { Serving("\"hardware\": \"./absent.json\""), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"count\": 0"), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"count\": -1"), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"tp\": 0"), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"tp\": \"2\""), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"tpp\": 2"), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"expertSkew\": 0.5"), "?" },
        { Serving("\"hardware\": \"h100-sxm\", \"pool\": \"gpu\""), "?" },
        { Serving("\"hardware\": \"h100-l40s-mixed\""), "?" },
        { Serving("\"hardware\": \"h100-l40s-mixed\", \"pool\": \"gpu\""), "?" },
        { Serving("\"hardware\": \"dgx-h100\", \"count\": 9"), "?" },
        { Engine("\"maxNumSeqs\": 0"), "?" },
        { Engine("\"maxNumSeqs\": 4096"), "?" },
        { Engine("\"blockSize\": -16"), "?" },
        { Engine("\"gpuMemoryUtilization\": 2"), "?" },
        { Engine("\"gpuMemoryUtilization\": \"90 %\""), "?" },
        { Engine("\"swapSpace\": 4"), "?" },
        { Engine("\"swapSpace\": \"4 Gib\""), "?" },
        { Engine("\"enablePrefixCaching\": \"yes\""), "?" },
        { Engine("\"schedulingPolicy\": \"sjf\""), "?" },
        { Engine("\"max-num-seqs\": 8"), "?" },
        { Offered("\"shipped\": \"azure\""), "?" },
        { Offered(""), "?" },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"file\": \"a.csv\""), "?" },
        { Offered("\"file\": \"absent.csv\""), "?" },
        { Offered("\"file\": \"absent.csv\", \"format\": 1"), "?" },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"numRequests\": 0"), "?" },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"maxConcurrency\": 0"), "?" },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"rateScale\": 0"), "?" },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"rateScale\": 1e-300"), "?" },
        { Offered("\"generate\": {}"), "?" },
        { Generated("\"requests\": 0"), "?" },
        { Generated("\"requests\": 5, \"lengthCorrelation\": 2"), "?" },
        { Offered("\"generate\": { \"requests\": 5, \"arrivals\": { \"kind\": \"poisson\" }, "
            + "\"input\": { \"kind\": \"fixed\" }, \"output\": { \"kind\": \"fixed\", "
            + "\"tokens\": 0 } }"), "?" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void BrokenScenario_EndsWithTwoAndItsMessage(string text, string message)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("scenario.json", text);
        var run = Typed.Run("simulate", file, "--json");
        File.AppendAllText("/tmp/actual.txt", System.Text.Json.JsonSerializer.Serialize(new object[] { text, run.Code, run.Error.TrimEnd('\n').Replace(folder.Path + "/", "", StringComparison.Ordinal) }) + "\n");
        Assert.Equal(
            message, run.Error.TrimEnd('\n').Replace(folder.Path + "/", "", StringComparison.Ordinal));
        Assert.Equal(ExitCode.WrongInput, run.Code);
        Assert.Equal("", run.Out);
    }

    private static string With(params string[] members) =>
        "{\n  " + string.Join(",\n  ", members) + "\n}\n";

    private static string Serving(string replica) =>
        With(Model, Workload, $"\"replicas\": [ {{ {replica} }} ]");

    private static string Engine(string setting) =>
        Serving($"\"hardware\": \"h100-sxm\", \"engine\": {{ {setting} }}");

    private static string Offered(string workload) =>
        With(Model, Replicas, $"\"workload\": {{ {workload} }}");

    private static string Generated(string members) => Offered(
        "\"generate\": { " + members + ", \"arrivals\": { \"kind\": \"allAtOnce\" }, "
        + "\"input\": { \"kind\": \"fixed\", \"tokens\": 8 }, "
        + "\"output\": { \"kind\": \"fixed\", \"tokens\": 8 } }");
}
