using AccelSim.Configuration;

namespace AccelSim.Traces;

/// <summary>What a trace of operators says about itself, before its steps.</summary>
public sealed record TraceHeader
{
    /// <summary>The schema that this version writes and reads.</summary>
    public const string CurrentSchema = "accelsim-operators/1";

    /// <summary>The version of the file's layout.</summary>
    public required string Schema { get; init; }

    /// <summary>What the model is called.</summary>
    public required string Model { get; init; }

    /// <summary>Formats of weights, activations and cache.</summary>
    public required TraceFormats Formats { get; init; }

    /// <summary>Where it ran.</summary>
    public required TraceDevice Device { get; init; }

    /// <summary>How the engine was set.</summary>
    public required TraceEngine Engine { get; init; }

    /// <summary>Hash of the weights; <c>random</c> where they were drawn from the seed.</summary>
    public required string Weights { get; init; }

    /// <summary>Decided every random number of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>
    /// Names of the graph's operators; steps refer to them by their place from 0.
    /// </summary>
    public required IReadOnlyList<string> Operators { get; init; }
}

/// <summary>A device as it was found.</summary>
public sealed record TraceDevice
{
    /// <summary>As it calls itself.</summary>
    public required string Name { get; init; }

    /// <summary>Such as <c>cpu</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Threads that worked; 0 where it has none of its own.</summary>
    [Limits(AtLeast = 0, AtMost = 1_000_000)]
    public int Threads { get; init; }

    /// <summary>Its clock as found, in megahertz; 0 where it does not say.</summary>
    [Limits(AtLeast = 0, AtMost = 100_000)]
    public double ClockMegahertz { get; init; }

    /// <summary>Vector instructions and the like that kernels used.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
}

/// <summary>The settings that an engine resolved.</summary>
public sealed record TraceEngine
{
    /// <summary>What it is called, with its version.</summary>
    public required string Name { get; init; }

    /// <summary>Most sequences of a step.</summary>
    [Limits(AtLeast = 1, AtMost = 1_000_000)]
    public required int MaxNumSeqs { get; init; }

    /// <summary>Most tokens of a step.</summary>
    [Limits(AtLeast = 1, AtMost = 1_000_000_000)]
    public required int MaxNumBatchedTokens { get; init; }

    /// <summary>Tokens of a KV block.</summary>
    [Limits(AtLeast = 1, AtMost = 1_000_000)]
    public required int BlockSize { get; init; }

    /// <summary>KV blocks that it found room for.</summary>
    [Limits(AtLeast = 1, AtMost = 1_000_000_000)]
    public required int KvBlocks { get; init; }
}
