using AccelSim.Inference.Execution;
using AccelSim.Inference.Speculation;

namespace AccelSim.Inference.Serving;

/// <summary>A request that a model really answers.</summary>
/// <param name="Prompt">Its tokens, at least one.</param>
/// <param name="MaxTokens">The most that are generated, at least one.</param>
public sealed record ServedRequest(IReadOnlyList<int> Prompt, int MaxTokens)
{
    /// <summary>0 takes the likeliest token.</summary>
    public double Temperature { get; init; }

    /// <summary>Decides what is drawn.</summary>
    public long Seed { get; init; }

    /// <summary>When it is sent, seconds after the run's start.</summary>
    public double Arrival { get; init; }

    /// <summary>Tokens that end the answer; they are part of it.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>Told each token as it comes; null: nobody.</summary>
    public Action<int>? OnToken { get; init; }

    /// <summary>What chooses its tokens.</summary>
    internal Sampler NewSampler() => new(Temperature, Seed);
}

/// <summary>What became of a request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Tokens">The answer.</param>
/// <param name="FirstToken">Seconds from arrival to the first token.</param>
/// <param name="LastToken">Seconds from arrival to the last token.</param>
/// <param name="Preemptions">How often it had to make room.</param>
public sealed record ServedAnswer(
    ServedRequest Request, IReadOnlyList<int> Tokens, double FirstToken, double LastToken,
    int Preemptions)
{
    /// <summary>What was proposed and accepted in each step after the prompt's.</summary>
    public IReadOnlyList<SpeculatedStep> Speculation { get; init; } = [];

    /// <summary>Mean seconds of each token after the first; null where there is none.</summary>
    public double? TimePerToken => Tokens.Count > 1
        ? (LastToken - FirstToken) / (Tokens.Count - 1)
        : null;
}
