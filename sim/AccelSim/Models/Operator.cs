using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>
/// One operator of one step on one rank: everything a cost model may ask about it.
/// </summary>
/// <remarks>
/// A value, made by <see cref="OperatorTemplate.At"/> without allocation. Members that do not apply
/// to the kind are zero. FLOPs and bytes are of one instance; the step runs <see cref="Count"/>.
/// </remarks>
public readonly record struct Operator
{
    /// <summary>Name, unique in its graph, such as <c>attention.qkv_proj</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it computes.</summary>
    public required OperatorKind Kind { get; init; }

    /// <summary>How often the step runs it: identical layers stand once.</summary>
    public required int Count { get; init; }

    /// <summary>Rows of the left matrix: tokens.</summary>
    public long M { get; init; }

    /// <summary>Columns of the result.</summary>
    public long N { get; init; }

    /// <summary>The inner dimension.</summary>
    public long K { get; init; }

    /// <summary>Matrices of a grouped product that have work: experts hit on this rank.</summary>
    public int Groups { get; init; }

    /// <summary>Rows of the busiest group; 0 where all have as many.</summary>
    public long LargestGroup { get; init; }

    /// <summary>
    /// Rows at hand that belong to experts of other ranks: some kernels write and read them, too.
    /// </summary>
    public long Strays { get; init; }

    /// <summary>
    /// Whether the same operands were used just before, as benchmarks do: what fits a cache is
    /// still there. In a model other layers come between.
    /// </summary>
    public bool Repeated { get; init; }

    /// <summary>Sequences in an attention or scan.</summary>
    public int Sequences { get; init; }

    /// <summary>New tokens that ask.</summary>
    public long Queries { get; init; }

    /// <summary>Sum over queries of the keys each one sees.</summary>
    public long Pairs { get; init; }

    /// <summary>Cached tokens that are read, once per sequence.</summary>
    public long KvTokens { get; init; }

    /// <summary>Query heads on this rank.</summary>
    public int Heads { get; init; }

    /// <summary>Key/value heads on this rank.</summary>
    public int KvHeads { get; init; }

    /// <summary>Numbers of one head.</summary>
    public int HeadDim { get; init; }

    /// <summary>The most keys that a query of an attention sees; 0 where all.</summary>
    public int Window { get; init; }

    /// <summary>Format in which the products are computed.</summary>
    public NumberFormat ComputeFormat { get; init; }

    /// <summary>Format in which the weights are stored.</summary>
    public StorageFormat WeightFormat { get; init; }

    /// <summary>
    /// Share of a linear layer's M·N·K products that matrix units skip, because the weights are
    /// zero in a pattern that they know; <see cref="MatrixFlops"/> are those that are left.
    /// </summary>
    public double Skips { get; init; }

    /// <summary>Format in which the KV cache is stored.</summary>
    public NumberFormat KvFormat { get; init; }

    /// <summary>Work of the matrix engine.</summary>
    public Flops MatrixFlops { get; init; }

    /// <summary>Work of the vector engine: norms, activations, softmax, dequantisation.</summary>
    public Flops VectorFlops { get; init; }

    /// <summary>Weights read from where they live.</summary>
    public Bytes WeightBytes { get; init; }

    /// <summary>Activations read.</summary>
    public Bytes InputBytes { get; init; }

    /// <summary>Activations written.</summary>
    public Bytes OutputBytes { get; init; }

    /// <summary>KV cache or state read.</summary>
    public Bytes KvReadBytes { get; init; }

    /// <summary>KV cache or state written.</summary>
    public Bytes KvWriteBytes { get; init; }

    /// <summary>
    /// Message of a collective on one rank. All-reduce: the whole vector. All-gather: the gathered
    /// result. Reduce-scatter: the whole input. All-to-all: one rank's send buffer, the part for
    /// itself included. Send: the message. Load: what comes in.
    /// </summary>
    public Bytes MessageBytes { get; init; }

    /// <summary>Ranks of a collective, or those that share the wire of a load.</summary>
    public int Ranks { get; init; }

    /// <summary>Where a load comes from.</summary>
    public AwayPlace Away { get; init; }

    /// <summary>Which of the plan's groups a collective runs in.</summary>
    public CommunicationGroup Group { get; init; }

    /// <summary>Which kernels sum over ranks.</summary>
    public ReductionKernels Reduction { get; init; }

    /// <summary>Numbers of one head's value: in latent attention fewer than of its key.</summary>
    public int ValueDim => Pairs == 0 || Heads == 0
        ? HeadDim
        : (int)(MatrixFlops.Value / (2 * Pairs * Heads)) - HeadDim;

    /// <summary>Keys and values of an attention differ in width: they are latent.</summary>
    public bool IsLatent => ValueDim != HeadDim;

    /// <summary>How it was run where it was measured; null in serving.</summary>
    public KernelConditions? Conditions { get; init; }

    /// <summary>
    /// Whether a step has something for it: attention of prompts has nothing in a step of decoding
    /// sequences alone.
    /// </summary>
    public bool HasWork => InputBytes.Value + OutputBytes.Value > 0
        || MatrixFlops.Value + VectorFlops.Value > 0;

    /// <summary>All bytes between main memory and the compute units.</summary>
    public Bytes MemoryBytes =>
        WeightBytes + InputBytes + OutputBytes + KvReadBytes + KvWriteBytes;
}

/// <summary>What an operator computes.</summary>
public enum OperatorKind
{
    /// <summary>Table look-up by token.</summary>
    Embedding,
    /// <summary>[M, K] × [K, N], weights shared by all rows.</summary>
    Linear,
    /// <summary>Grouped product: each active expert multiplies its own rows.</summary>
    ExpertLinear,
    /// <summary>Attention of new prompt tokens, causal or full.</summary>
    PrefillAttention,
    /// <summary>Attention of generated tokens over their cache.</summary>
    DecodeAttention,
    /// <summary>RMSNorm or LayerNorm.</summary>
    Normalisation,
    /// <summary>Activations, rotary positions, residuals, gating.</summary>
    ElementWise,
    /// <summary>State-space or linear-attention recurrence.</summary>
    StateSpaceScan,
    /// <summary>Short causal convolution or patch embedding.</summary>
    Convolution,
    /// <summary>Choosing tokens from logits.</summary>
    Sampling,
    /// <summary>Sum over ranks, result everywhere.</summary>
    AllReduce,
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

/// <summary>The groups of ranks that a parallelism plan makes.</summary>
public enum CommunicationGroup
{
    /// <summary>None: not a collective.</summary>
    None,
    /// <summary>Ranks that split each layer.</summary>
    Tensor,
    /// <summary>Neighbouring pipeline stages.</summary>
    Pipeline,
    /// <summary>Ranks that hold different experts.</summary>
    Expert,
}

/// <summary>Kernels that sum over the ranks of a node.</summary>
public enum ReductionKernels
{
    /// <summary>As engines do: the fastest of the library and their own with barriers.</summary>
    Fastest,
    /// <summary>The collective library alone: NCCL, oneCCL.</summary>
    Library,
    /// <summary>An engine's own that meet at barriers before and after, as in vLLM.</summary>
    Barriers,
    /// <summary>An engine's own that send a flag with each datum, as in TensorRT-LLM.</summary>
    Flags,
}

/// <summary>
/// How tensors are stored: a number format plus its share of scales and zero points.
/// </summary>
/// <param name="Format">The format of one element.</param>
/// <param name="BitsPerElement">
/// With scales: int4 in groups of 128 with fp16 scales is 4.125.
/// </param>
public readonly record struct StorageFormat(NumberFormat Format, double BitsPerElement)
{
    /// <summary>Whether zeros are left out: fewer bits than the elements have.</summary>
    public bool LacksZeros => BitsPerElement < FormatNames.Bits(Format);

    /// <summary>Bytes of that many elements, rounded up.</summary>
    public Bytes Of(long elements) =>
        new(checked((long)Math.Ceiling(elements * BitsPerElement / 8)));
}
