namespace AccelSim.Models;

/// <summary>What mixes tokens in a layer.</summary>
public abstract record Mixer;

/// <summary>Multi-head, grouped-query or multi-query attention.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads: as many as heads, fewer, or one.</param>
/// <param name="HeadDim">Numbers of one head.</param>
public sealed record AttentionShape(int Heads, int KvHeads, int HeadDim) : Mixer
{
    /// <summary>Whether the query, key and value projections add a bias.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the output projection adds a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the key projection alone lacks the bias that the others have.</summary>
    public bool KeyBiasAbsent { get; init; }

    /// <summary>Whether queries and keys are normed per head.</summary>
    public bool QkNorm { get; init; }

    /// <summary>Whether the result is normed before the output projection (BitNet).</summary>
    public bool OutputNorm { get; init; }

    /// <summary>Whether a gate as wide as the queries multiplies the result (Qwen3-Next).</summary>
    public bool OutputGate { get; init; }

    /// <summary>Tokens each query sees, itself included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>Whether each head has a learned sink logit (gpt-oss).</summary>
    public bool Sinks { get; init; }

    /// <summary>Whether positions rotate queries and keys.</summary>
    public bool Rotary { get; init; }

    /// <summary>Whether a prompt token sees only what precedes it.</summary>
    public bool Causal { get; init; } = true;
}

/// <summary>
/// Multi-head latent attention (DeepSeek-V2, 2024, §2.1): one small latent is cached.
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="QueryRank">
/// Rank of the compressed query; 0 where queries are not compressed.
/// </param>
/// <param name="KvRank">Rank of the cached latent.</param>
/// <param name="NopeDim">Numbers of a head without position.</param>
/// <param name="RopeDim">
/// Numbers of a head with rotary position, shared by all heads in keys.
/// </param>
/// <param name="ValueDim">Numbers of a value head.</param>
public sealed record LatentAttentionShape(
    int Heads, int QueryRank, int KvRank, int NopeDim, int RopeDim, int ValueDim) : Mixer;

/// <summary>Mamba-1 selective state space (Gu and Dao 2023).</summary>
/// <param name="Inner">Channels.</param>
/// <param name="State">State numbers per channel.</param>
/// <param name="Kernel">Taps of the causal convolution.</param>
/// <param name="StepRank">Rank of the step-size projection.</param>
/// <param name="ConvolutionBias">Whether the convolution adds a bias.</param>
/// <param name="ProjectionBias">Whether the in and out projections add a bias.</param>
/// <param name="InnerNorms">Whether step size, B and C are normed (Jamba).</param>
public sealed record MambaShape(
    int Inner, int State, int Kernel, int StepRank,
    bool ConvolutionBias, bool ProjectionBias, bool InnerNorms) : Mixer;

/// <summary>Mamba-2 state space duality (Dao and Gu 2024).</summary>
/// <param name="Heads">Heads.</param>
/// <param name="HeadDim">Channels of one head.</param>
/// <param name="State">State numbers per channel.</param>
/// <param name="StateGroups">Groups that share B and C.</param>
/// <param name="Kernel">Taps of the causal convolution.</param>
/// <param name="ConvolutionBias">Whether the convolution adds a bias.</param>
/// <param name="ProjectionBias">Whether the in and out projections add a bias.</param>
public sealed record Mamba2Shape(
    int Heads, int HeadDim, int State, int StateGroups, int Kernel,
    bool ConvolutionBias, bool ProjectionBias) : Mixer
{
    /// <summary>Channels.</summary>
    public int Inner => Heads * HeadDim;
}

/// <summary>Gated delta rule, a linear attention (Yang, Kautz and Hatamizadeh 2024).</summary>
/// <param name="KeyHeads">Key and query heads.</param>
/// <param name="ValueHeads">Value heads.</param>
/// <param name="KeyDim">Numbers of a key head.</param>
/// <param name="ValueDim">Numbers of a value head.</param>
/// <param name="Kernel">Taps of the causal convolution.</param>
public sealed record DeltaShape(
    int KeyHeads, int ValueHeads, int KeyDim, int ValueDim, int Kernel) : Mixer;
