namespace AccelSim.Models;

/// <summary>A model's shape, read from a Hugging Face <c>config.json</c>.</summary>
public sealed record ModelConfig
{
    /// <summary>The name to choose it by.</summary>
    public required string Id { get; init; }
}
