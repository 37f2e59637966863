using AccelSim.Units;

namespace AccelSim.Workloads;

/// <summary>One request of a workload: when it comes and how long it is.</summary>
public sealed record Request
{
    /// <summary>Place in the workload, from 0.</summary>
    public required int Id { get; init; }

    /// <summary>
    /// When it is sent. With <see cref="After"/>: how long after that request's last token
    /// (think time), counted from zero.
    /// </summary>
    public required SimTime Arrival { get; init; }

    /// <summary>Prompt length in tokens, shared prefix and image tokens included; ≥ 1.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens to generate; ≥ 1.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>The request this one waits for (an earlier turn), or −1… none is null.</summary>
    public int? After { get; init; }

    /// <summary>
    /// What the prompt consists of, for prefix sharing: one content key per
    /// <see cref="Workload.HashBlockTokens"/> tokens; equal keys at equal places with equal keys
    /// before them are equal text. Null shares nothing.
    /// </summary>
    public IReadOnlyList<long>? PrefixKeys { get; init; }

    /// <summary>
    /// Keys of the generated text, so that a later turn can share it; null shares nothing.
    /// </summary>
    public long? OutputKey { get; init; }

    /// <summary>Images in the prompt.</summary>
    public int Images { get; init; }

    /// <summary>Name of its service class; empty is the default class.</summary>
    public string SloClass { get; init; } = "";

    /// <summary>Smaller is served first under the priority policy.</summary>
    public int Priority { get; init; }
}

/// <summary>The requests of a run and how they are offered.</summary>
public sealed record Workload
{
    /// <summary>Where they come from: a file, or a generator with its seed.</summary>
    public required string Origin { get; init; }

    /// <summary>
    /// In order of <see cref="Request.Id"/>; those without After in order of arrival.
    /// </summary>
    public required IReadOnlyList<Request> Requests { get; init; }

    /// <summary>
    /// At most this many are in flight; others wait at the client. Null: no limit.
    /// </summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Tokens that one prefix key stands for.</summary>
    public int HashBlockTokens { get; init; } = 16;
}
