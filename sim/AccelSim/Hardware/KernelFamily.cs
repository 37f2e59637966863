namespace AccelSim.Hardware;

/// <summary>
/// Kernels that the same figures describe: an operator kind in one format or phase.
/// </summary>
public enum KernelFamily
{
    /// <summary>Linear layers in bf16 or fp16.</summary>
    LinearBf16,
    /// <summary>Linear layers, weights and activations in fp8, a scale for each tensor.</summary>
    LinearFp8,
    /// <summary>The same with a scale for each block of weights.</summary>
    LinearFp8Block,
    /// <summary>Linear layers, weights and activations in int8.</summary>
    LinearInt8,
    /// <summary>Weights in int8, expanded to the activations' format.</summary>
    LinearInt8Weight,
    /// <summary>Weights in four bits or fewer, expanded to the activations' format.</summary>
    LinearInt4Weight,
    /// <summary>Weights and activations in fp4.</summary>
    LinearFp4,
    /// <summary>Experts in bf16 or fp16.</summary>
    ExpertsBf16,
    /// <summary>Experts in fp8, a scale for each tensor.</summary>
    ExpertsFp8,
    /// <summary>Experts in fp8, a scale for each block of weights.</summary>
    ExpertsFp8Block,
    /// <summary>Experts in int8.</summary>
    ExpertsInt8,
    /// <summary>Experts with weights in int8, expanded to the activations' format.</summary>
    ExpertsInt8Weight,
    /// <summary>Experts with integer weights of four bits or fewer, expanded likewise.</summary>
    ExpertsInt4Weight,
    /// <summary>Experts with weights and activations in fp4.</summary>
    ExpertsFp4,
    /// <summary>Experts with weights in fp4 (MXFP4), expanded to the activations' format.</summary>
    ExpertsFp4Weight,
    /// <summary>Attention of new prompt tokens.</summary>
    PrefillAttention,
    /// <summary>Attention of generated tokens over their cache.</summary>
    DecodeAttention,
    /// <summary>Multi-head latent attention of prompts, keys and values expanded.</summary>
    LatentPrefill,
    /// <summary>Multi-head latent attention of generated tokens over the latent cache.</summary>
    LatentDecode,
    /// <summary>Attention of prompts, keys and values cached in 8 bits or fewer.</summary>
    PrefillAttentionKv8,
    /// <summary>Attention of generated tokens over a cache of 8 bits or fewer.</summary>
    DecodeAttentionKv8,
    /// <summary>Latent attention of prompts, the latent cached in 8 bits or fewer.</summary>
    LatentPrefillKv8,
    /// <summary>Latent attention over a cache of 8 bits or fewer.</summary>
    LatentDecodeKv8,
    /// <summary>Attention of prompts, heads wider than 256: libraries run other kernels.</summary>
    PrefillAttentionWide,
    /// <summary>Attention of generated tokens, heads wider than 256.</summary>
    DecodeAttentionWide,
    /// <summary>New keys and values on their way into the cache.</summary>
    CacheWrite,
    /// <summary>RMSNorm and LayerNorm.</summary>
    Normalisation,
    /// <summary>Activations, rotary positions, residuals, gating.</summary>
    ElementWise,
    /// <summary>Table look-up by token.</summary>
    Embedding,
    /// <summary>Choosing tokens from logits.</summary>
    Sampling,
    /// <summary>State-space or linear-attention recurrence.</summary>
    StateSpaceScan,
    /// <summary>Short causal convolution or patch embedding.</summary>
    Convolution,
    /// <summary>Sum over ranks, result everywhere, by the collective library.</summary>
    AllReduce,
    /// <summary>The same by an engine's own kernels, which meet at barriers (vLLM).</summary>
    AllReduceBarriers,
    /// <summary>The same by kernels that send a flag with each datum (TensorRT-LLM).</summary>
    AllReduceFlags,
    /// <summary>Parts of all ranks, everywhere.</summary>
    AllGather,
    /// <summary>Sum over ranks, a part to each.</summary>
    ReduceScatter,
    /// <summary>A part from each rank to each rank.</summary>
    AllToAll,
    /// <summary>From one rank to the next.</summary>
    SendReceive,
    /// <summary>Weights from host memory or flash into main memory.</summary>
    WeightLoad,
}
