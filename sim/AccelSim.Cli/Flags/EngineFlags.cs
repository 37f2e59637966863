using System.CommandLine;
using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Validation.Runs;
using AccelSim.Workloads.Runs;

namespace AccelSim.Cli.Flags;

/// <summary>The engine's flags, named as vLLM names them.</summary>
internal sealed class EngineFlags
{
    private static readonly EngineSettings Default = new();

    private readonly Option<string?> _profile = Flag.Text(
        "--engine", "NAME", "An engine profile: a shipped name, or a path to a file (vllm).");

    private readonly Option<int?> _maxNumSeqs = Flag.Whole(
        "--max-num-seqs", "N", $"Most sequences in one step ({Default.MaxNumSeqs}).");

    private readonly Option<int?> _maxNumBatchedTokens = Flag.Whole(
        "--max-num-batched-tokens", "N",
            $"Most tokens in one step ({Default.MaxNumBatchedTokens}).");

    private readonly Option<int?> _blockSize = Flag.Whole(
        "--block-size", "N", $"Tokens in one KV block ({Default.BlockSize}).");

    private readonly Option<double?> _memory = Flag.Number(
        "--gpu-memory-utilization", "SHARE",
        string.Create(CultureInfo.InvariantCulture,
            $"Share of memory the engine may use ({Default.GpuMemoryUtilization})."));

    private readonly Option<int?> _blocks = Flag.Whole(
        "--num-gpu-blocks-override", "N", "KV blocks, instead of what fits.", int.MaxValue);

    private readonly Option<bool> _prefixes = Flag.Switch(
        "--enable-prefix-caching", "Share equal prefixes.");

    private readonly Option<bool> _noPrefixes = Flag.Switch(
        "--no-enable-prefix-caching", "Do not (the default).");

    private readonly Option<bool> _cascade = Flag.Switch(
        "--cascade-attention",
        "Read keys that all running sequences begin with once for all of them.");

    private readonly Option<bool> _chunks = Flag.Switch(
        "--enable-chunked-prefill", "Split long prompts over steps (the default).");

    private readonly Option<bool> _noChunks = Flag.Switch(
        "--no-enable-chunked-prefill", "Do not.");

    private readonly Option<bool> _reserve = Flag.Switch(
        "--scheduler-reserve-full-isl",
        "Admit a request only when blocks for its whole prompt are free (the default).");

    private readonly Option<bool> _noReserve = Flag.Switch(
        "--no-scheduler-reserve-full-isl", "Do not.");

    private readonly Option<int?> _longPrefill = Flag.Whole(
        "--long-prefill-token-threshold", "N", "Most prompt tokens of one request in one step.");

    private readonly Option<int?> _maxModelLen = Flag.Whole(
        "--max-model-len", "N", "Longest prompt plus output; a longer request is refused.");

    private readonly Option<bool> _async = Flag.Switch(
        "--async-scheduling", "Prepare a step while the one before runs: the host costs time only "
        + "where it is the slower.");

    private readonly Option<SchedulingPolicy?> _policy = Flag.Choice<SchedulingPolicy>(
        "--scheduling-policy", "Who is served first (fcfs).");

    private readonly Option<PreemptionMode?> _preemption = Flag.Choice<PreemptionMode>(
        "--preemption-mode", "What happens to a sequence that must make room (recompute).");

    private readonly Option<Bytes?> _swap = Flag.Of<Bytes?>(
        "--swap-space", "SIZE", "Room outside main memory for swapped blocks, per accelerator; a "
        + "bare number is GiB (4).", ReadSwap);

    private readonly Option<Bytes?> _offload = Flag.Of<Bytes?>(
        "--offload-weights", "SIZE", "Weights of each accelerator that live outside its main "
        + "memory and come in for each step; a bare number is GiB (0).", ReadSwap,
        "--cpu-offload-gb");

    private readonly Option<AwayPlace?> _offloadTo = Flag.Choice<AwayPlace>(
        "--offload-to", "Where swapped blocks and offloaded weights live (host).");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
    [
        _profile, _maxNumSeqs, _maxNumBatchedTokens, _blockSize, _memory, _blocks, _maxModelLen,
        _prefixes, _noPrefixes, _cascade, _chunks, _noChunks, _longPrefill, _reserve, _noReserve,
        _policy, _preemption, _swap, _offload, _offloadTo, _async,
    ];

    /// <summary>The settings that the command states.</summary>
    /// <exception cref="ConfigException">Two flags contradict each other.</exception>
    public EngineSettings Settings(ParseResult parsed)
    {
        if (parsed.Has(_swap) && parsed.GetValue(_preemption) != PreemptionMode.Swap)
        {
            throw new ConfigException("", 0, _swap.Name,
                $"says nothing without {_preemption.Name} swap.");
        }
        if (parsed.Has(_offloadTo) && !parsed.Has(_offload)
            && parsed.GetValue(_preemption) != PreemptionMode.Swap)
        {
            throw new ConfigException("", 0, _offloadTo.Name,
                $"says nothing without {_offload.Name} or {_preemption.Name} swap.");
        }
        return Read(parsed);
    }

    /// <summary>The settings of a run that was measured, and the rest as stated.</summary>
    /// <exception cref="ConfigException">A flag differs from what the run states.</exception>
    public EngineSettings Settings(ParseResult parsed, RunSettings run)
    {
        var stated = Settings(parsed);
        ConfigException[] differing =
        [
            .. new (Option Flag, object? Typed, object? Known)[]
            {
                (_maxNumSeqs, parsed.GetValue(_maxNumSeqs), run.MaxNumSeqs),
                (_maxNumBatchedTokens, parsed.GetValue(_maxNumBatchedTokens),
                    run.MaxNumBatchedTokens),
                (_blockSize, parsed.GetValue(_blockSize), run.BlockSize),
                (_blocks, (long?)parsed.GetValue(_blocks), run.KvBlocks),
                (_prefixes, parsed.OnOrOff(_prefixes, _noPrefixes), run.EnablePrefixCaching),
                (_reserve, parsed.OnOrOff(_reserve, _noReserve), run.SchedulerReserveFullIsl),
                (_async, parsed.Has(_async) ? true : null, run.AsyncScheduling),
            }.Where(one => one is { Typed: not null, Known: not null }
                && !one.Typed.Equals(one.Known))
            .Select(one => new ConfigException("", 0, one.Flag.Name,
                $"is {JsonNames.Of($"{one.Typed}")} here, but {JsonNames.Of($"{one.Known}")} in "
                + $"the run ({run.File}); leave it out to take the run's.")),
        ];
        return differing.Length == 0 ? run.Over(stated) : throw ConfigException.Of(differing);
    }

    private EngineSettings Read(ParseResult parsed)
    {
        var settings = new EngineSettings
        {
            Profile = parsed.GetValue(_profile),
            BlockSize = parsed.GetValue(_blockSize) ?? Default.BlockSize,
            NumGpuBlocksOverride = parsed.GetValue(_blocks),
            EnablePrefixCaching =
                parsed.OnOrOff(_prefixes, _noPrefixes) ?? Default.EnablePrefixCaching,
            CascadeAttention = parsed.GetValue(_cascade),
            SchedulerReserveFullIsl =
                parsed.OnOrOff(_reserve, _noReserve) ?? Default.SchedulerReserveFullIsl,
            AsyncScheduling = parsed.GetValue(_async),
            LongPrefillTokenThreshold = parsed.GetValue(_longPrefill),
            MaxModelLen = parsed.GetValue(_maxModelLen),
            SchedulingPolicy = parsed.GetValue(_policy) ?? Default.SchedulingPolicy,
            PreemptionMode = parsed.GetValue(_preemption) ?? Default.PreemptionMode,
            SwapSpace = parsed.GetValue(_swap) ?? Default.SwapSpace,
            OffloadWeights = parsed.GetValue(_offload) ?? Default.OffloadWeights,
            OffloadTo = parsed.GetValue(_offloadTo) ?? Default.OffloadTo,
        };
        // What is not stated stays the profile's.
        if (parsed.GetValue(_maxNumSeqs) is { } sequences)
            settings = settings with { MaxNumSeqs = sequences };
        if (parsed.GetValue(_maxNumBatchedTokens) is { } tokens)
            settings = settings with { MaxNumBatchedTokens = tokens };
        if (parsed.GetValue(_memory) is { } share)
            settings = settings with { GpuMemoryUtilization = share };
        if (parsed.OnOrOff(_chunks, _noChunks) is { } chunked)
            settings = settings with { EnableChunkedPrefill = chunked };
        return settings;
    }

    /// <summary>vLLM takes a number of GiB; a size with a unit says what it is.</summary>
    private static Bytes? ReadSwap(string text)
    {
        var bare = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        if (!Quantity.TryParse<Bytes>(bare ? text + " GiB" : text, out var size, out var problem))
            throw new FormatException(problem);
        return size.Value >= 0
            ? size
            : throw new FormatException($"must be at least 0, but \"{text}\" is not.");
    }
}
