using AccelSim.Configuration;
using Newtonsoft.Json;

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

    /// <summary>A smaller model that proposed tokens; null: there was none.</summary>
    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public TraceDraft? Draft { get; init; }

    /// <summary>
    /// Names of the graph's operators, then those of the draft; steps refer to them by their
    /// place from 0.
    /// </summary>
    public required IReadOnlyList<string> Operators { get; init; }

    /// <summary>Whether the draft ran a step.</summary>
    public bool IsOfDraft(TraceStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Draft is not null && step.Operators.Count > 0 && Operators[step.Operators[0].Name]
            .StartsWith(TraceDraft.Prefix, StringComparison.Ordinal);
    }
}

/// <summary>A model that proposes tokens for another to judge.</summary>
public sealed record TraceDraft
{
    /// <summary>What names of its operators begin with.</summary>
    public const string Prefix = "draft.";

    /// <summary>What it is called.</summary>
    public required string Model { get; init; }

    /// <summary>Formats of weights, activations and cache.</summary>
    public required TraceFormats Formats { get; init; }

    /// <summary>Its own <c>config.json</c>, as text.</summary>
    public required string Config { get; init; }
}

/// <summary>How tokens were proposed.</summary>
public sealed record TraceSpeculation
{
    /// <summary>Such as <c>draft</c> or <c>ngram</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Most tokens proposed at a time for each sequence.</summary>
    [Limits(AtLeast = 1, AtMost = 1_000)]
    public required int Tokens { get; init; }
}

/// <summary>A device as it was found.</summary>
public sealed record TraceDevice
{
    /// <summary>The backend of a replay's trace: nothing was measured.</summary>
    public const string Simulated = "simulated";

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

    /// <summary>Who proposed tokens; null: nobody.</summary>
    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public TraceSpeculation? Speculation { get; init; }
}
