using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Models;

/// <summary>Graphs for tests: everything in bf16 unless said otherwise.</summary>
internal static class Graphs
{
    public static OperatorGraph Of(
        ModelConfig model, ParallelismPlan? plan = null, bool cascade = false) =>
        OperatorGraph.Build(
            model, plan ?? new ParallelismPlan(), FormatPlan.Unquantised(NumberFormat.Bf16),
            cascade: cascade);

    public static OperatorTemplate Named(this OperatorGraph graph, string name) =>
        graph.Stages.SelectMany(stage => stage).First(template => template.Name == name);

    /// <summary>FLOPs of all ranks of a plan in one step.</summary>
    public static long MatrixFlops(this OperatorGraph graph, StepShape shape) =>
        graph.Stages.SelectMany(stage => stage)
            .Sum(t => t.Count * t.At(shape).MatrixFlops.Value) * graph.Plan.TensorParallel;
}

/// <summary>Step shapes for tests.</summary>
internal static class Shapes
{
    /// <summary>One token for each of some sequences, all with the same context.</summary>
    public static StepShape Decode(int sequences, long context) => new()
    {
        DecodeTokens = sequences,
        DecodeSequences = sequences,
        DecodeKvTokens = sequences * context,
        WindowDecodeKvTokens = sequences * context,
        SampledTokens = sequences,
    };

    /// <summary>Prompt tokens of one sequence after some that are cached.</summary>
    public static StepShape Prefill(int tokens, long cached = 0)
    {
        var pairs = tokens * cached + (long)tokens * (tokens + 1) / 2;
        return new()
        {
            PrefillTokens = tokens,
            PrefillSequences = 1,
            PrefillPairs = pairs,
            PrefillKvTokens = cached + tokens,
            WindowPrefillPairs = pairs,
            WindowPrefillKvTokens = cached + tokens,
            SampledTokens = 1,
        };
    }
}
