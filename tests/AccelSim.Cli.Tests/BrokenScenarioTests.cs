namespace AccelSim.Cli.Tests;

/// <summary>Scenario files that are wrong, each with its exact message.</summary>
public sealed class BrokenScenarioTests
{
    private const string Model = "\"model\": \"llama-3.1-8b\"";
    private const string Replicas = "\"replicas\": [ { \"hardware\": \"h100-sxm\" } ]";
    private const string Workload = "\"workload\": { \"shipped\": \"azure-conv-2023-fit\" }";

    public static TheoryData<string, string> Texts => new()
    {
        { "", "scenario.json: is empty; a JSON object is expected." },
        { "  \n", "scenario.json: is empty; a JSON object is expected." },
        { "[]", "scenario.json(1): $: expected an object {…}, but found a list." },
        { "\"scenario\"",
            "scenario.json(1): $: expected an object {…}, but found the text \"scenario\"." },
        { "{",
            "scenario.json(1): $: the file ends in the middle of the JSON object; it may "
            + "be truncated." },
        { "{ \"model\": ",
            "scenario.json(1): $.model: the file ends in the middle of the JSON object; it "
            + "may be truncated." },
        { "{ \"model\": \"llama-3.1-8b\", }",
            "scenario.json(1): $: lacks \"replicas\": a list […].\nscenario.json(1): $: "
            + "lacks \"workload\": an object {…}." },
        { "{ \"model\": NaN }",
            "scenario.json(1): $.model: NaN and infinities are not numbers here." },
        { "{} {}",
            "scenario.json(1): $: more text follows the end of the JSON object; remove it." },
        { "{}",
            "scenario.json(1): $: lacks \"model\": text.\nscenario.json(1): $: lacks "
            + "\"replicas\": a list […].\nscenario.json(1): $: lacks \"workload\": an object "
            + "{…}." },
        { "model: llama",
            "scenario.json(1): $: is not well-formed JSON: Unexpected character "
            + "encountered while parsing value: m." },
        { "\u0000\u0001\u0002", "scenario.json: is binary; a JSON object is expected." },
        { With(Model),
            "scenario.json(1): $: lacks \"replicas\": a list […].\nscenario.json(1): $: "
            + "lacks \"workload\": an object {…}." },
        { With(Model, Replicas), "scenario.json(1): $: lacks \"workload\": an object {…}." },
        { With(Model, Workload), "scenario.json(1): $: lacks \"replicas\": a list […]." },
        { With(Replicas, Workload), "scenario.json(1): $: lacks \"model\": text." },
        { With(Model, Model, Replicas, Workload),
            "scenario.json(3): $.model: \"model\" stands twice in the same object; keep one." },
        { With("\"model\": null", Replicas, Workload),
            "scenario.json(2): $.model: is null; give text." },
        { With("\"model\": \"\"", Replicas, Workload),
            "scenario.json(2): $.model: is empty; give text." },
        { With("\"model\": 8", Replicas, Workload),
            "scenario.json(2): $.model: expected text, but found the number 8." },
        { With("\"model\": \"llama-9\"", Replicas, Workload),
            "scenario.json(2): $.model: there is no model \"llama-9\"; the nearest names "
            + "are llama-7b, llama-13b, llama-30b. \"accelsim list models\" shows all; a folder "
            + "with config.json goes as a path, such as models/tiny/target." },
        { With("\"model\": \"./absent.json\"", Replicas, Workload),
            "./absent.json: not found; a folder with config.json or a path to one is "
            + "expected." },
        { Sound("\"modle\": 1"),
            "scenario.json(5): $.modle: unknown member; did you mean \"model\"? Known: "
            + "name, seed, model, replicas, router, workload, slo, sloByClass, costModel, "
            + "tables, dtype, kvCacheDtype, quantization." },
        { Sound("\"seed\": \"42\""),
            "scenario.json(5): $.seed: expected a whole number, but found the text \"42\"." },
        { Sound("\"seed\": 4.2"),
            "scenario.json(5): $.seed: expected a whole number, but found the number 4.2." },
        { Sound("\"seed\": 1e30"),
            "scenario.json(5): $.seed: expected a whole number, but found the number 1E+30." },
        { Sound("\"name\": 1"),
            "scenario.json(5): $.name: expected text, but found the number 1." },
        { Sound("\"router\": \"random\""),
            "scenario.json(5): $.router: \"random\" is no router kind; known: roundRobin, "
            + "leastLoaded, prefixAware." },
        { Sound("\"router\": 1"),
            "scenario.json(5): $.router: expected one of roundRobin, leastLoaded, "
            + "prefixAware, but found the number 1." },
        { Sound("\"costModel\": \"magic\""),
            "scenario.json(5): $.costModel: \"magic\" is not known; known: "
            + "roofline, analytical, table, trace." },
        { Sound("\"dtype\": \"fp7\""),
            "scenario.json(5): $.dtype: \"fp7\" is not known; use auto, bf16, bfloat16, "
            + "fp16, float16, half, fp32, float32, float." },
        { Sound("\"kvCacheDtype\": \"fp7\""),
            "scenario.json(5): $.kvCacheDtype: \"fp7\" is not known; use auto, bf16, "
            + "bfloat16, fp16, float16, fp32, fp8, fp8_e4m3, fp8_e5m2, int8, int4, int2, fp4." },
        { Sound("\"quantization\": \"int5\""),
            "scenario.json(5): $.quantization: \"int5\" is not known; use auto, none, fp8, "
            + "fp8_block, w8a8, int8, int4, awq, gptq or mxfp4, each also with _sparse24, or "
            + "sparse24." },
        { Sound("\"slo\": \"1 s\""),
            "scenario.json(5): $.slo: expected an object {…}, but found the text \"1 s\"." },
        { Sound("\"slo\": { \"ttft\": 1 }"),
            "scenario.json(5): $.slo.ttft: expected text with a unit, such as \"3 us\", "
            + "but found the number 1." },
        { Sound("\"slo\": { \"ttft\": \"1 m\" }"),
            "scenario.json(5): $.slo.ttft: \"1 m\" is not a quantity in s; write it as \"3 "
            + "us\"." },
        { Sound("\"slo\": { \"ttft\": \"-1 s\" }"),
            "scenario.json(5): $.slo.ttft: must be at least 0, but \"-1 s\" is not." },
        { Sound("\"slo\": { \"itl\": \"1 s\" }"),
            "scenario.json(5): $.slo.itl: unknown member; known: ttft, tpot, e2e." },
        { Sound("\"sloByClass\": { \"chat\": \"1 s\" }"),
            "scenario.json(5): $.sloByClass.chat: expected an object {…}, but found the "
            + "text \"1 s\"." },
        { With(Model, Workload, "\"replicas\": []"),
            "scenario.json(4): $.replicas: is empty; at least one serves." },
        { With(Model, Workload, "\"replicas\": {}"),
            "scenario.json(4): $.replicas: expected a list […], but found an object." },
        { With(Model, Workload, "\"replicas\": [ {} ]"),
            "scenario.json(4): $.replicas[0]: lacks \"hardware\": text." },
        { With(Model, Workload, "\"replicas\": [ 1 ]"),
            "scenario.json(4): $.replicas[0]: expected an object {…}, but found the number 1." },
        { Serving("\"hardware\": \"h101\""),
            "scenario.json(4): $.replicas[0].hardware: \"h101\" is not shipped; near it: "
            + "h100-sxm, h100-pcie, h100-l40s-mixed. \"accelsim list hardware\" shows all; a "
            + "path ends in .json." },
        { Serving("\"hardware\": \"./absent.json\""),
            "./absent.json: not found; nothing in its folder is called alike." },
        { Serving("\"hardware\": \"h100-sxm\", \"count\": 0"),
            "scenario.json(4): $.replicas[0].count: must be at least 1, but 0 is not." },
        { Serving("\"hardware\": \"h100-sxm\", \"count\": -1"),
            "scenario.json(4): $.replicas[0].count: must be at least 1, but -1 is not." },
        { Serving("\"hardware\": \"h100-sxm\", \"tp\": 0"),
            "scenario.json(4): $.replicas[0].tp: must be at least 1, but 0 is not." },
        { Serving("\"hardware\": \"h100-sxm\", \"tp\": \"2\""),
            "scenario.json(4): $.replicas[0].tp: expected a whole number, but found the "
            + "text \"2\"." },
        { Serving("\"hardware\": \"h100-sxm\", \"tpp\": 2"),
            "scenario.json(4): $.replicas[0].tpp: unknown member; did you mean \"pp\"? "
            + "Known: count, hardware, pool, tp, pp, ep, dp, expertSkew, routingSkew, "
            + "engine." },
        { Serving("\"hardware\": \"h100-sxm\", \"expertSkew\": 0.5"),
            "scenario.json(4): $.replicas[0].expertSkew: must be at least 1, but 0.5 is not." },
        { Serving("\"hardware\": \"h100-sxm\", \"pool\": \"gpu\""),
            "hwconfigs/accelerators/h100-sxm.json: is an accelerator and has no pools; "
            + "leave out the pool \"gpu\"." },
        { Serving("\"hardware\": \"h100-l40s-mixed\""),
            "hwconfigs/clusters/h100-l40s-mixed.json: $.pools: has several pools; say "
            + "which one serves: h100, l40s." },
        { Serving("\"hardware\": \"h100-l40s-mixed\", \"pool\": \"gpu\""),
            "hwconfigs/clusters/h100-l40s-mixed.json: $.pools: there is no pool \"gpu\"; "
            + "there are h100, l40s." },
        { Engine("\"maxNumSeqs\": 0"),
            "scenario.json(4): $.replicas[0].engine.maxNumSeqs: must be at least 1, but "
            + "found 0." },
        { Engine("\"maxNumBatchedTokens\": 2147483647"),
            "scenario.json(4): $.replicas[0].engine.maxNumBatchedTokens: must be at most 10000000, "
            + "but found 2147483647." },
        { Serving("\"hardware\": \"h100-sxm\", \"tp\": 2000"),
            "scenario.json(4): $.replicas[0].tp: must be at most 1000, but 2000 is not." },
        { Engine("\"maxNumSeqs\": 4096"),
            "scenario.json: --max-num-batched-tokens: 2048 is less than --max-num-seqs "
            + "4096; every running sequence needs a token in each step, so raise the one or "
            + "lower the other." },
        { Engine("\"blockSize\": -16"),
            "scenario.json(4): $.replicas[0].engine.blockSize: must be at least 1, but "
            + "found -16." },
        { Engine("\"gpuMemoryUtilization\": 2"),
            "scenario.json(4): $.replicas[0].engine.gpuMemoryUtilization: 2 is not a "
            + "share; write a number above 0 and up to 1, such as 0.9." },
        { Engine("\"gpuMemoryUtilization\": \"90 %\""),
            "scenario.json(4): $.replicas[0].engine.gpuMemoryUtilization: expected a "
            + "number, but found the text \"90 %\"." },
        { Engine("\"swapSpace\": 4"),
            "scenario.json(4): $.replicas[0].engine.swapSpace: expected text with a unit, "
            + "such as \"80 GB\", but found the number 4." },
        { Engine("\"swapSpace\": \"4 Gib\""),
            "scenario.json(4): $.replicas[0].engine.swapSpace: \"4 Gib\" is not a quantity "
            + "in B; write it as \"4 GiB\"." },
        { Engine("\"enablePrefixCaching\": \"yes\""),
            "scenario.json(4): $.replicas[0].engine.enablePrefixCaching: expected true or "
            + "false, but found the text \"yes\"." },
        { Engine("\"schedulingPolicy\": \"sjf\""),
            "scenario.json(4): $.replicas[0].engine.schedulingPolicy: \"sjf\" is no "
            + "scheduling policy; known: fcfs, priority, shortestFirst." },
        { Engine("\"max-num-seqs\": 8"),
            "scenario.json(4): $.replicas[0].engine.max-num-seqs: unknown member; did you "
            + "mean \"maxNumSeqs\"? Known: profile, maxNumSeqs, maxNumBatchedTokens, "
            + "blockSize, gpuMemoryUtilization, numGpuBlocksOverride, enablePrefixCaching, "
            + "cascadeAttention, "
            + "enableChunkedPrefill, prefillPolicy, outputReserve, schedulerReserveFullIsl, "
            + "asyncScheduling, longPrefillTokenThreshold, "
            + "maxModelLen, schedulingPolicy, preemptionMode, swapSpace, "
            + "offloadWeights, offloadTo." },
        { Offered("\"shipped\": \"azure\""),
            "azure: is no workload that ships with AccelSim; known are azure-conv-2023-fit." },
        { Offered(""),
            "scenario.json(4): $.workload: names 0 sources; exactly one of file, shipped "
            + "and generate is right." },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"file\": \"a.csv\""),
            "scenario.json(4): $.workload: names 2 sources; exactly one of file, shipped "
            + "and generate is right." },
        { Offered("\"file\": \"absent.csv\""),
            "absent.csv: not found; give a file of requests, or the name of a "
            + "workload that ships with AccelSim: azure-conv-2023-fit." },
        { Offered("\"file\": \"absent.csv\", \"format\": 1"),
            "scenario.json(4): $.workload.format: expected text, but found the number 1." },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"numRequests\": 0"),
            "scenario.json(4): $.workload.numRequests: must be at least 1, but 0 is not." },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"maxConcurrency\": 0"),
            "scenario.json(4): $.workload.maxConcurrency: must be at least 1, but 0 is not." },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"rateScale\": 0"),
            "scenario.json(4): $.workload.rateScale: must be more than 0, but 0 is not." },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"rateScale\": 1e-300"),
            "scenario.json(4): $.workload.rateScale: 1E-300 spreads the requests over more "
            + "than the 106 days that the clock counts; raise it." },
        { Offered("\"shipped\": \"azure-conv-2023-fit\", \"format\": \"azure\""),
            "scenario.json(4): $.workload.format: says how to read a file, and none is named; "
            + "leave it out." },
        { Generated("\"requests\": 5, \"seed\": 7"),
            "scenario.json(4): $.workload.generate.seed: is not heard: the scenario's own seed "
            + "decides; set $.seed instead." },
        { Sound("\"sloByClass\": { \"chat\": { \"ttft\": \"1 s\" } }"),
            "scenario.json(5): $.sloByClass: no request is of the class \"chat\"; the requests "
            + "have no classes, so set $.slo." },
        { With(Replicas, "\"sloByClass\": { \"chat\": { \"ttft\": \"1 s\" } }", Model,
            "\"workload\": { \"generate\": { \"requests\": 5, \"sloClass\": \"code\", "
            + "\"arrivals\": { \"kind\": \"allAtOnce\" }, "
            + "\"input\": { \"kind\": \"fixed\", \"tokens\": 8 }, "
            + "\"output\": { \"kind\": \"fixed\", \"tokens\": 8 } } }"),
            "scenario.json(3): $.sloByClass: no request is of the class \"chat\"; there are "
            + "code." },
        { Engine("\"swapSpace\": \"8 GiB\""),
            "scenario.json(4): $.replicas[0].engine.swapSpace: says nothing without "
            + "\"preemptionMode\": \"swap\" beside it." },
        { With("\"model\": \"dream-7b\"", Workload, "\"replicas\": [ { \"hardware\": "
            + "\"h100-sxm\", \"engine\": { \"enablePrefixCaching\": true } } ]"),
            "scenario.json(4): $.replicas[0].engine.enablePrefixCaching: is not possible with "
            + "dream-7b: its tokens see those that follow, so that equal prefixes have different "
            + "keys and values; leave it out." },
        { Offered("\"generate\": {}"),
            "scenario.json(4): $.workload.generate: lacks \"requests\": a whole "
            + "number.\nscenario.json(4): $.workload.generate: lacks \"arrivals\": an object "
            + "{…}.\nscenario.json(4): $.workload.generate: lacks \"input\": an object "
            + "{…}.\nscenario.json(4): $.workload.generate: lacks \"output\": an object {…}." },
        { Generated("\"requests\": 0"),
            "scenario.json(4): $.workload.generate.requests: 0 is not a whole number from "
            + "1 to 10,000,000." },
        { Generated("\"requests\": 5, \"lengthCorrelation\": 2"),
            "scenario.json(4): $.workload.generate.lengthCorrelation: 2 is not a number "
            + "from -1 to 1." },
        { Offered("\"generate\": { \"requests\": 5, \"arrivals\": { \"kind\": \"poisson\" }, "
            + "\"input\": { \"kind\": \"fixed\" }, \"output\": { \"kind\": \"fixed\", "
            + "\"tokens\": 0 } }"),
            "scenario.json(4): $.workload.generate.arrivals.requestsPerSecond: is missing; "
                + "kind poisson needs it." },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void BrokenScenario_EndsWithTwoAndItsMessage(string text, string message)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("scenario.json", text);
        var run = Typed.Run("simulate", file, "--json");
        Assert.Equal(
            message, run.Error.TrimEnd('\n')
                .Replace(folder.Path + "/", "", StringComparison.Ordinal));
        Assert.Equal(ExitCode.WrongInput, run.Code);
        Assert.Equal("", run.Out);
    }

    private static string With(params string[] members) =>
        "{\n  " + string.Join(",\n  ", members) + "\n}\n";

    /// <summary>A sound scenario and one more member, on line 5.</summary>
    private static string Sound(string member) => With(Model, Replicas, Workload, member);

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
