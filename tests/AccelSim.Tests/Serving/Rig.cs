using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>A chip of round numbers, small models, and a run in one call.</summary>
internal static class Rig
{
    /// <summary>
    /// 1 TB/s, 100 TFLOP/s in bf16, 50 TFLOP/s vector, nothing fixed, no power limit in reach.
    /// </summary>
    public const string ChipText = """
        {
          "name": "round numbers", "vendor": "test", "class": "gpu",
          "sources": { "t": "assumed: test" }, "source": "t",
          "fabric": {
            "multiprocessors": "100", "clock": "1 GHz",
            "matrix": { "bf16": "1000 FLOP/cycle", "fp16": "1000 FLOP/cycle" },
            "vector": { "fp32": "500 FLOP/cycle" }
          },
          "memory": {
            "hbm": {
              "role": "main", "technology": "HBM3", "capacity": "1000 GB", "bandwidth": "1 TB/s"
            }
          },
          "links": {
            "wire": {
              "role": "scaleUp", "technology": "NVLink 4",
              "bandwidth": "100 GB/s", "latency": "0 us", "topology": "switch"
            },
            "pcie": {
              "role": "host", "technology": "PCIe 4.0 x16",
              "bandwidth": "10 GB/s", "latency": "0 us", "topology": "bus"
            }
          },
          "overheads": {
            "kernelLaunch": "0 us", "synchronisation": "0 us", "hostPerStep": "0 ms",
            "runtimeReserve": "0 B"
          },
          "power": {
            "tdp": "1000000 W", "idle": "100 W", "active": "0 W", "vectorEnergy": "2 pJ/FLOP",
            "matrixEnergy": { "bf16": "1 pJ/FLOP", "fp16": "1 pJ/FLOP" },
            "memoryEnergy": { "hbm": "10 pJ/B" }, "linkEnergy": { "wire": "20 pJ/B" }
          },
          "price": { "perHour": "3.6 USD/h" }, "die": { "process": "4 nm" }
        }
        """;

    /// <summary>Four dense layers; a token keeps 1 KiB of keys and values.</summary>
    public const string ModelText = """
        {
          "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
          "hidden_size": 256, "intermediate_size": 512, "max_position_embeddings": 100000,
          "num_attention_heads": 8, "num_hidden_layers": 4, "num_key_value_heads": 2,
          "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": false,
          "torch_dtype": "bfloat16", "vocab_size": 1024
        }
        """;

    public static ModelConfig Model { get; } = ModelReader.Read(ModelText, "dense.json", "dense");

    /// <summary>As <see cref="Model"/>, but layers see 48 tokens.</summary>
    public static ModelConfig Windowed { get; } = ModelReader.Read(
        ModelText.Replace("\"model_type\": \"llama\"",
                "\"model_type\": \"mistral\", \"sliding_window\": 48", StringComparison.Ordinal)
            .Replace("LlamaFor", "MistralFor", StringComparison.Ordinal),
        "windowed.json", "windowed");

    /// <summary>The chip, with texts replaced: pairs of old and new.</summary>
    public static HardwareDocument Chip(params (string Old, string New)[] changes) =>
        HardwareDocument.Parse(Changed(changes), "chip.json");

    /// <summary>
    /// The chip whose replicas share one PCIe bus of 10 GB/s within a node of as many accelerators.
    /// </summary>
    public static HardwareDocument OnBus(params (string Old, string New)[] changes)
    {
        var text = Changed(changes);
        var from = text.IndexOf("\"wire\": {", StringComparison.Ordinal);
        var to = text.IndexOf("\"pcie\": {", StringComparison.Ordinal);
        text = (text[..from] + text[to..])
            .Replace(", \"linkEnergy\": { \"wire\": \"20 pJ/B\" }", "", StringComparison.Ordinal);
        return HardwareDocument.Parse(text, "bus.json");
    }

    public static Deployment Deploy(
        HardwareDocument chip, ModelConfig? model = null, ReplicaSpec? spec = null,
        int hashBlockTokens = 16) =>
        new DeploymentBuilder(model ?? Model, "auto", "auto", "auto", hashBlockTokens)
        {
            // Round numbers have closed forms on the roofline.
            Rung = CostRung.Named("roofline", ""),
        }
            .Build(chip, spec ?? Spec());

    /// <summary>No engine around the kernels but where a test names one.</summary>
    private static EngineSettings Bare(EngineSettings engine) =>
        engine.Profile is null ? engine with { Profile = "native" } : engine;

    public static ReplicaSpec Spec(
        EngineSettings? engine = null, int tp = 1, int pp = 1, int ep = 1, int dp = 1,
        int count = 1) => new()
        {
            Hardware = "chip",
            Tp = tp,
            Pp = pp,
            Ep = ep,
            Dp = dp,
            Count = count,
            Engine = Bare(engine ?? new EngineSettings()),
        };

    /// <summary>One replica for each element.</summary>
    public static ServingSimulation Simulate(
        IReadOnlyList<Deployment> replicas, Workload workload, bool leaps = true,
        RouterKind router = RouterKind.RoundRobin, IRunListener? listener = null)
    {
        var simulation = new ServingSimulation(workload, replicas, router, listener, leaps);
        simulation.Run();
        return simulation;
    }

    public static ServingSimulation Simulate(
        Deployment deployment, Workload workload, bool leaps = true) =>
        Simulate([deployment], workload, leaps);

    public static RunResult Result(
        ServingSimulation run, Slo? slo = null) => RunAnalysis.Of(
        new Scenario
        {
            Model = "model",
            Replicas = [],
            Workload = new WorkloadSource(),
            Slo = slo ?? new Slo(),
        }, "test", run);

    /// <summary>Requests of (arrival in seconds, prompt, output).</summary>
    public static Workload Requests(params (double Arrival, int Prompt, int Output)[] requests) =>
        Workload(requests.Select((r, id) => new Request
        {
            Id = id,
            Arrival = Seconds(r.Arrival),
            PromptTokens = r.Prompt,
            OutputTokens = r.Output,
        }));

    public static Workload Workload(IEnumerable<Request> requests) =>
        new() { Origin = "test", Requests = [.. requests] };

    public static SimTime Seconds(double seconds) => new((long)Math.Round(seconds * 1e12));

    /// <summary>Within a relative share.</summary>
    public static void Near(double expected, double actual, double share = 1e-9) =>
        Assert.True(
            Math.Abs(expected - actual) <= share * Math.Abs(expected),
            $"expected {expected:R}, got {actual:R}");

    private static string Changed((string Old, string New)[] changes)
    {
        var text = ChipText;
        foreach (var (old, replacement) in changes)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            text = text.Replace(old, replacement, StringComparison.Ordinal);
        }
        return text;
    }
}
