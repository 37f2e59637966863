using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>The settings of one serving engine, named as vLLM names its flags.</summary>
/// <remarks>What is not stated is the profile's; before one is applied, vLLM's.</remarks>
public sealed record EngineSettings
{
    private readonly int? _maxNumSeqs;
    private readonly int? _maxNumBatchedTokens;
    private readonly double? _gpuMemoryUtilization;
    private readonly bool? _enableChunkedPrefill;
    private readonly PrefillPolicy? _prefillPolicy;
    private readonly double? _outputReserve;

    /// <summary>
    /// An engine profile: a shipped name or a path; null: vLLM's on GPUs and NPUs, else the
    /// device's own runtime (<c>--engine</c>).
    /// </summary>
    public string? Profile { get; init; }

    /// <summary>Most sequences in one step (<c>--max-num-seqs</c>).</summary>
    public int MaxNumSeqs
    {
        get => _maxNumSeqs ?? 256;
        init => _maxNumSeqs = value;
    }

    /// <summary>Most tokens in one step (<c>--max-num-batched-tokens</c>).</summary>
    public int MaxNumBatchedTokens
    {
        get => _maxNumBatchedTokens ?? 2048;
        init => _maxNumBatchedTokens = value;
    }

    /// <summary>Tokens in one KV block (<c>--block-size</c>).</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>Share of memory the engine may use (<c>--gpu-memory-utilization</c>).</summary>
    public double GpuMemoryUtilization
    {
        get => _gpuMemoryUtilization ?? 0.9;
        init => _gpuMemoryUtilization = value;
    }

    /// <summary>KV blocks, instead of what fits (<c>--num-gpu-blocks-override</c>).</summary>
    public long? NumGpuBlocksOverride { get; init; }

    /// <summary>Share equal prefixes (<c>--enable-prefix-caching</c>).</summary>
    public bool EnablePrefixCaching { get; init; }

    /// <summary>
    /// Read keys that all running sequences begin with once for all of them
    /// (<c>--cascade-attention</c>; vLLM since March 2026: <c>--no-disable-cascade-attn</c>).
    /// </summary>
    public bool CascadeAttention { get; init; }

    /// <summary>Split long prompts over steps (<c>--enable-chunked-prefill</c>).</summary>
    public bool EnableChunkedPrefill
    {
        get => _enableChunkedPrefill ?? true;
        init => _enableChunkedPrefill = value;
    }

    /// <summary>Whether prompts share steps with decoding sequences.</summary>
    public PrefillPolicy PrefillPolicy
    {
        get => _prefillPolicy ?? PrefillPolicy.Mixed;
        init => _prefillPolicy = value;
    }

    /// <summary>
    /// Share of a request's output for which blocks must be free before it is admitted: 0 admits
    /// as vLLM does, 1 lets nobody ever make room.
    /// </summary>
    [Limits(AtLeast = 0, AtMost = 1)]
    public double OutputReserve
    {
        get => _outputReserve ?? 0;
        init => _outputReserve = value;
    }

    /// <summary>
    /// Admit a request only when blocks for its whole prompt are free
    /// (<c>--scheduler-reserve-full-isl</c>).
    /// </summary>
    public bool SchedulerReserveFullIsl { get; init; } = true;

    /// <summary>
    /// Prepare a step while the one before runs, so that the host costs time only where it is the
    /// slower of the two (<c>--async-scheduling</c>).
    /// </summary>
    public bool AsyncScheduling { get; init; }

    /// <summary>Most prompt tokens of one request in one step; null: no such limit.</summary>
    public int? LongPrefillTokenThreshold { get; init; }

    /// <summary>Longest prompt plus output; null: as long as the KV cache allows.</summary>
    public int? MaxModelLen { get; init; }

    /// <summary>Who is served first (<c>--scheduling-policy</c>).</summary>
    public SchedulingPolicy SchedulingPolicy { get; init; } = SchedulingPolicy.Fcfs;

    /// <summary>
    /// What happens to a sequence that must make room (<c>--preemption-mode</c>).
    /// </summary>
    public PreemptionMode PreemptionMode { get; init; } = PreemptionMode.Recompute;

    /// <summary>
    /// Room outside main memory for swapped blocks, per accelerator (<c>--swap-space</c>).
    /// </summary>
    public Bytes SwapSpace { get; init; } = new(4L << 30);

    /// <summary>
    /// Weights of each accelerator that live outside its main memory and come in for each step
    /// (<c>--offload-weights</c>).
    /// </summary>
    public Bytes OffloadWeights { get; init; }

    /// <summary>Where swapped blocks and offloaded weights live (<c>--offload-to</c>).</summary>
    public AwayPlace OffloadTo { get; init; } = AwayPlace.Host;

    /// <summary>Whether anything lives outside main memory.</summary>
    internal bool UsesAway => PreemptionMode == PreemptionMode.Swap || OffloadWeights.Value > 0;

    /// <summary>What an accelerator may keep outside its main memory.</summary>
    internal Bytes AwayBytes => OffloadWeights
        + (PreemptionMode == PreemptionMode.Swap ? SwapSpace : default);

    /// <summary>What is not stated becomes the profile's.</summary>
    public EngineSettings Under(EngineProfile engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var own = engine.Scheduler;
        return this with
        {
            Profile = engine.Id,
            MaxNumSeqs = _maxNumSeqs ?? own.MaxNumSeqs,
            MaxNumBatchedTokens = _maxNumBatchedTokens ?? own.MaxNumBatchedTokens,
            GpuMemoryUtilization = _gpuMemoryUtilization ?? own.GpuMemoryUtilization,
            EnableChunkedPrefill = _enableChunkedPrefill ?? own.ChunkedPrefill,
            PrefillPolicy = _prefillPolicy ?? own.Prefill,
            OutputReserve = _outputReserve ?? own.OutputReserve,
        };
    }

    /// <summary>Refuses what only simulations of texts can tell.</summary>
    /// <param name="reason">Why nobody knows what sequences share.</param>
    /// <exception cref="ConfigException">Common prefixes are to be read once.</exception>
    internal void RefuseCascade(string reason)
    {
        if (!CascadeAttention) return;
        throw new ConfigException("", 0, "--cascade-attention",
            $"says nothing here: {reason}, so that none begin alike; leave it out, or use "
            + "\"accelsim simulate\" with --prefix or a workload that shares text.");
    }

    /// <summary>Checks the rules across members.</summary>
    /// <exception cref="ConfigException">A rule is broken; names flag, value and rule.</exception>
    public void Validate()
    {
        Positive(MaxNumSeqs, "--max-num-seqs");
        Positive(MaxNumBatchedTokens, "--max-num-batched-tokens");
        Positive(BlockSize, "--block-size");
        if (LongPrefillTokenThreshold is { } threshold)
        {
            Positive(threshold, "--long-prefill-token-threshold");
            if (!EnableChunkedPrefill)
            {
                throw new ConfigException("", 0, "--long-prefill-token-threshold",
                    "splits long prompts, which chunked prefill must be on for; leave it out, or "
                    + "set --enable-chunked-prefill.");
            }
        }
        if (CascadeAttention && !EnablePrefixCaching)
        {
            throw new ConfigException("", 0, "--cascade-attention",
                "reads what sequences share, which only prefix caching lets them; leave it out, "
                + "or set --enable-prefix-caching.");
        }
        if (MaxModelLen is { } length) Positive(length, "--max-model-len");
        if (NumGpuBlocksOverride is { } blocks)
            Positive(blocks, "--num-gpu-blocks-override", 1L << 40);
        if (!(GpuMemoryUtilization is > 0 and <= 1))
        {
            throw new ConfigException("", 0, "--gpu-memory-utilization",
                $"{GpuMemoryUtilization} is not a share; write a number above 0 and up to 1, "
                + "such as 0.9.");
        }
        if (MaxNumBatchedTokens < MaxNumSeqs)
        {
            throw new ConfigException("", 0, "--max-num-batched-tokens",
                $"{MaxNumBatchedTokens} is less than --max-num-seqs {MaxNumSeqs}; every running "
                + "sequence needs a token in each step, so raise the one or lower the other.");
        }
    }

    /// <summary>More than anybody has is a slip of the keyboard.</summary>
    private static void Positive(long value, string flag, long most = 10_000_000)
    {
        if (value < 1)
            throw new ConfigException("", 0, flag, $"must be at least 1, but found {value}.");
        if (value > most)
            throw new ConfigException("", 0, flag, $"must be at most {most}, but found {value}.");
    }
}

/// <summary>Who is served first.</summary>
public enum SchedulingPolicy
{
    /// <summary>First come, first served.</summary>
    Fcfs,
    /// <summary>Smallest priority number first, then first come.</summary>
    Priority,
    /// <summary>Shortest prompt first, then first come.</summary>
    ShortestFirst,
}

/// <summary>What happens to a sequence that must make room.</summary>
public enum PreemptionMode
{
    /// <summary>Its blocks are dropped and computed again later.</summary>
    Recompute,
    /// <summary>Its blocks move to host memory and back.</summary>
    Swap,
}
