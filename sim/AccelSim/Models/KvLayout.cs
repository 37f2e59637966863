using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>What a layer keeps per token and per sequence: the one place that says so.</summary>
internal static class KvLayout
{
    /// <summary>
    /// Key/value heads on one rank. Fewer heads than ranks are replicated, as vLLM does.
    /// </summary>
    public static int KvHeads(AttentionShape shape, int tensorParallel) =>
        Math.Max(1, shape.KvHeads / tensorParallel);

    /// <summary>Bytes that one token keeps in one layer on one rank.</summary>
    /// <param name="mixer">What keeps them.</param>
    /// <param name="tensorParallel">Ranks.</param>
    /// <param name="kv">The format.</param>
    /// <param name="bits">Bits of a number with scales; null: as many as the format has.</param>
    public static long BytesPerToken(
        Mixer mixer, int tensorParallel, NumberFormat kv, double? bits = null) =>
        (long)(Numbers(mixer, tensorParallel) * (bits ?? FormatNames.Bits(kv)) / 8);

    private static long Numbers(Mixer mixer, int tensorParallel) => mixer switch
    {
        AttentionShape a => 2L * KvHeads(a, tensorParallel) * a.HeadDim,
        // The latent is shared by all heads, so every rank keeps all of it.
        LatentAttentionShape l => l.KvRank + l.RopeDim,
        _ => 0,
    };

    /// <summary>
    /// Bytes of recurrent state that one sequence keeps in one layer on one rank.
    /// </summary>
    public static Bytes StateBytes(Mixer mixer, int tensorParallel, NumberFormat activation)
    {
        var numbers = mixer switch
        {
            MambaShape m => (long)m.Inner / tensorParallel * (m.State + m.Kernel - 1),
            Mamba2Shape m =>
                (long)m.Inner / tensorParallel * m.State
                + Mamba2Channels(m, tensorParallel) * (m.Kernel - 1),
            DeltaShape d =>
                (long)d.ValueHeads / tensorParallel * d.KeyDim * d.ValueDim
                + DeltaChannels(d, tensorParallel) * (d.Kernel - 1),
            _ => 0,
        };
        return new Bytes(numbers * FormatNames.Bits(activation) / 8);
    }

    /// <summary>Channels that the convolution of a Mamba-2 layer sees on one rank.</summary>
    public static long Mamba2Channels(Mamba2Shape m, int tensorParallel) =>
        m.Inner / tensorParallel + 2L * Mamba2Groups(m, tensorParallel) * m.State;

    /// <summary>Groups on one rank; fewer groups than ranks are replicated.</summary>
    public static int Mamba2Groups(Mamba2Shape m, int tensorParallel) =>
        Math.Max(1, m.StateGroups / tensorParallel);

    /// <summary>Channels that the convolution of a delta-rule layer sees on one rank.</summary>
    public static long DeltaChannels(DeltaShape d, int tensorParallel) =>
        (2L * d.KeyHeads * d.KeyDim + (long)d.ValueHeads * d.ValueDim) / tensorParallel;
}
