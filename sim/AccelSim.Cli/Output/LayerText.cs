using AccelSim.Models;

namespace AccelSim.Cli.Output;

/// <summary>Parts of layers in words.</summary>
internal static class LayerText
{
    /// <summary>What mixes tokens.</summary>
    public static string Of(Mixer mixer) => mixer switch
    {
        AttentionShape attention =>
            $"{Kind(attention)}, {attention.Heads} heads of {attention.HeadDim}, "
            + $"{attention.KvHeads} for keys and values"
            + (attention.Window > 0 ? $", window {Figures.Whole(attention.Window)}" : ""),
        LatentAttentionShape latent =>
            $"latent attention, {latent.Heads} heads, {latent.KvRank} + {latent.RopeDim} cached",
        _ => Words(mixer),
    };

    /// <summary>What treats each token alone.</summary>
    public static string Of(FeedForward? feedForward) => feedForward switch
    {
        null => "none",
        DenseMlp dense =>
            $"dense, {Figures.Whole(dense.Intermediate)}{(dense.Gated ? ", gated" : "")}",
        ExpertMlp moe =>
            $"{moe.PerToken} of {moe.Experts} experts of {Figures.Whole(moe.Intermediate)}"
            + (moe.SharedIntermediate > 0 ? $", shared {Figures.Whole(moe.SharedIntermediate)}"
                : ""),
        _ => feedForward.GetType().Name,
    };

    private static string Kind(AttentionShape attention) => attention.KvHeads == attention.Heads
        ? "multi-head"
        : attention.KvHeads == 1 ? "multi-query" : "grouped-query";

    /// <summary><c>Mamba2Shape</c> is "mamba2".</summary>
    private static string Words(Mixer mixer)
    {
        var name = mixer.GetType().Name.Replace("Shape", "", StringComparison.Ordinal);
        return string.Concat(name.Select((c, i) =>
            char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
    }
}
