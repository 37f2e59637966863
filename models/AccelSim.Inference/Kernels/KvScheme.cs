namespace AccelSim.Inference.Kernels;

/// <summary>Which numbers of a cache of two bits share a scale, and which tokens stay exact.
/// </summary>
/// <param name="Sinks">
/// First tokens of a sequence that stay in 16 bits: most attention falls on them, and their numbers
/// are the largest (Xiao et al. 2023).
/// </param>
/// <param name="KeyGroup">
/// Tokens whose keys share a scale in each channel, since keys have channels that are large in
/// every token (KIVI; Liu et al. 2024); 0: keys have scales token by token as values have. Groups
/// are counted from the sequence's start. Who asks from within a group sees its tokens exactly,
/// whoever comes later sees what is packed: so answers do not depend on how a prompt is cut.
/// </param>
/// <param name="Outliers">
/// Tokens of each such group and head that stay in 16 bits, key and value: those whose keys are
/// largest, since they widen the range of all others (after KVQuant; Hooper et al. 2024, which
/// keeps single numbers).
/// </param>
public sealed record KvScheme(int Sinks, int KeyGroup, int Outliers)
{
    /// <summary>All tokens by themselves.</summary>
    public static KvScheme Plain { get; } = new(0, 0, 0);
}
