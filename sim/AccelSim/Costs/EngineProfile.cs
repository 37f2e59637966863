using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>What one serving engine adds to its kernels: <c>hwconfigs/engines/*.json</c>.</summary>
/// <remarks>
/// A step is the sum of its kernels and a constant that differs by engine, not by model. Figures of
/// the shipped profiles are fitted to whole deployments or assumed; each says which.
/// </remarks>
public sealed record EngineProfile
{
    /// <summary>Name of the file, such as <c>vllm</c>.</summary>
    [FromFileName]
    public string Id { get; init; } = "";

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Time of the host.</summary>
    public required EngineHost Host { get; init; }

    /// <summary>Which steps are replayed as one graph.</summary>
    public required EngineGraphs Graphs { get; init; }

    /// <summary>Operators that run inside their neighbours' kernels, by name.</summary>
    public IReadOnlyList<string> Fused { get; init; } = [];

    /// <summary>What is special about its kernels; absent where nothing is known.</summary>
    public EngineKernels? Kernels { get; init; }

    /// <summary>Whose kernels sum over tensor-parallel ranks.</summary>
    public ReductionKernels AllReduce { get; init; }

    /// <summary>What its scheduler does where nothing else is stated.</summary>
    public required EngineScheduler Scheduler { get; init; }
}

/// <summary>Time of the host around kernels.</summary>
public sealed record EngineHost
{
    /// <summary>
    /// Per step: schedule, sample, detokenise. Absent: as the device says. A device file that
    /// states <c>overheads.hostPerStep</c> is heard first.
    /// </summary>
    [Limits(AtLeast = 0)]
    public Fact<Seconds>? PerStep { get; init; }

    /// <summary>Per step and sequence in it.</summary>
    [Limits(AtLeast = 0)]
    public required Fact<Seconds> PerSequence { get; init; }

    /// <summary>Per kernel of a step that is not replayed as a graph.</summary>
    [Limits(AtLeast = 0)]
    public required Fact<Seconds> PerLaunch { get; init; }

    /// <summary>
    /// Per grouped product of experts of such a step, besides: sorting of tokens, padding and
    /// quantising start kernels of their own. Absent: nothing.
    /// </summary>
    [Limits(AtLeast = 0)]
    public Fact<Seconds>? PerExperts { get; init; }

    /// <summary>
    /// How starting kernels and running them add up: the exponent p of (startsᵖ + runsᵖ)^(1/p),
    /// for the device waits at small kernels and the host at large ones. Absent: the slower of the
    /// two decides.
    /// </summary>
    [Limits(AtLeast = 1)]
    public Fact<Figure>? Overlap { get; init; }

    /// <summary>Per request, before it is queued: front end, tokeniser.</summary>
    [Limits(AtLeast = 0)]
    public required Fact<Seconds> PerRequest { get; init; }
}

/// <summary>Steps that are captured once and replayed, so that launches cost the host nothing.
/// </summary>
public sealed record EngineGraphs
{
    /// <summary>Whether steps that only decode are.</summary>
    public required bool Decode { get; init; }

    /// <summary>Most tokens of a captured step that has prompts; 0: none is captured.</summary>
    [Limits(AtLeast = 0)]
    public required int MostPromptTokens { get; init; }
}

/// <summary>What a scheduler does where nothing else is stated.</summary>
public sealed record EngineScheduler
{
    /// <summary>Most sequences in one step.</summary>
    [Limits(AtLeast = 1)]
    public required int MaxNumSeqs { get; init; }

    /// <summary>Most tokens in one step.</summary>
    [Limits(AtLeast = 1)]
    public required int MaxNumBatchedTokens { get; init; }

    /// <summary>Share of memory that the engine may use.</summary>
    [Limits(MoreThan = 0, AtMost = 1)]
    public required double GpuMemoryUtilization { get; init; }

    /// <summary>Whether long prompts are split over steps.</summary>
    public required bool ChunkedPrefill { get; init; }

    /// <summary>Whether prompts share steps with decoding sequences.</summary>
    public required PrefillPolicy Prefill { get; init; }

    /// <summary>Share of a request's output that must fit before it is admitted.</summary>
    [Limits(AtLeast = 0, AtMost = 1)]
    public required double OutputReserve { get; init; }
}

/// <summary>Whether prompts share steps with decoding sequences.</summary>
public enum PrefillPolicy
{
    /// <summary>They do; decoding sequences go on in every step.</summary>
    Mixed,
    /// <summary>Steps with prompts hold nothing else; decoding sequences wait.</summary>
    First,
}
