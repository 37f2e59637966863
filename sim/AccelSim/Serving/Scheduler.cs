using System.Diagnostics;
using AccelSim.Costs;
using AccelSim.Models;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>Decides what goes into each step of one engine: vLLM V1's scheduler.</summary>
/// <remarks>
/// Mirrors <c>vllm/v1/core/sched/scheduler.py</c>: running sequences first (decodes take a token
/// each, unfinished prompts share what is left of the token budget), then, unless somebody had to
/// make room, waiting ones in queue order while blocks, places and budget last. Knows no clock but
/// the times it is told, so the inference engine can drive it in real time.
/// Swapping is vLLM V0's: blocks move before the step, in one piece.
/// </remarks>
public sealed partial class Scheduler
{
    private readonly EngineSettings _settings;
    private readonly KvCache _kv;
    private readonly int _window;
    private readonly PriorityQueue<Sequence, (long Policy, long Arrival)> _waiting = new();
    private readonly Queue<Sequence> _swapped = new();
    private readonly RunningList _running = new();
    private readonly Group[] _groups;
    private readonly List<int> _found = [];
    private readonly List<Sequence> _finished = [];
    private long _reserved;
    private long _admissions;
    private long _arrivals;

    /// <summary>Makes a scheduler with an empty cache.</summary>
    /// <param name="settings">The engine's settings, valid.</param>
    /// <param name="totalBlocks">KV blocks that fit.</param>
    /// <param name="swapBlocks">Blocks that fit in host memory.</param>
    /// <param name="groups">Micro-batches in flight at once: the pipeline's stages.</param>
    /// <param name="window">Tokens that windowed layers see; 0 where the model has none.</param>
    /// <param name="hashBlockTokens">Tokens that one prefix key of the workload stands for.</param>
    public Scheduler(
        EngineSettings settings, long totalBlocks, long swapBlocks, int groups, int window,
        int hashBlockTokens)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _window = window;
        SwapBlocks = swapBlocks;
        _kv = new KvCache(
            totalBlocks, settings.BlockSize,
            settings.EnablePrefixCaching
                ? new PrefixKeys(settings.BlockSize, hashBlockTokens)
                : null);
        _groups = new Group[groups];
        for (var i = 0; i < groups; i++) _groups[i] = new Group(i, settings.BlockSize, window);
    }

    /// <summary>KV blocks of the cache.</summary>
    public long TotalBlocks => _kv.TotalBlocks;

    /// <summary>KV blocks in use.</summary>
    public long UsedBlocks => _kv.Used;

    /// <summary>Blocks that host memory holds at most.</summary>
    public long SwapBlocks { get; }

    /// <summary>Requests in the queue, swapped-out ones included.</summary>
    public int WaitingCount => _waiting.Count + _swapped.Count;

    /// <summary>Sequences admitted.</summary>
    public int RunningCount => _running.Count;

    /// <summary>Blocks of swapped-out sequences in host memory.</summary>
    public long SwappedBlocks { get; private set; }

    /// <summary>Times a sequence had to make room.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Whether a newcomer changes nothing before a running sequence finishes.</summary>
    public bool QueueIsBlocked =>
        _waiting.Count > 0 && _settings.SchedulingPolicy == SchedulingPolicy.Fcfs;

    /// <summary>Why the request can never run here, or null if it can.</summary>
    public string? ReasonToReject(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var length = (long)request.PromptTokens + request.OutputTokens;
        if (_settings.MaxModelLen is { } limit && length > limit)
            return $"{length} tokens exceed --max-model-len {limit}";
        var blocks = _kv.BlocksFor(length - 1);
        if (blocks > _kv.TotalBlocks)
            return $"needs {blocks} KV blocks, the cache has {_kv.TotalBlocks}";
        // Who has to make room computes its own tokens again, all at once.
        var longest = _settings.OutputReserve < 1 ? length - 1 : request.PromptTokens;
        if (!_settings.EnableChunkedPrefill
            && longest > _settings.MaxNumBatchedTokens)
        {
            return $"{longest} tokens exceed --max-num-batched-tokens "
                + $"{_settings.MaxNumBatchedTokens} without chunked prefill";
        }
        return null;
    }

    /// <summary>Puts a sequence into the queue.</summary>
    public void Add(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        Enqueue(sequence, _arrivals++);
    }

    /// <summary>
    /// Tokens of the request's prompt that the cache holds, for prefix-aware routing.
    /// </summary>
    public int CachedTokens(Sequence sequence) => _kv.CachedTokens(sequence, _found);

    /// <summary>Forms the next step of a group; takes blocks; lets sequences make room.</summary>
    /// <param name="group">Index of the micro-batch group, not in flight.</param>
    /// <param name="now">For the sequences' records.</param>
    /// <param name="plan">Receives the step.</param>
    public void Schedule(int group, SimTime now, StepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Clear();
        var own = _groups[group];
        Debug.Assert(!own.InFlight);
        own.DecodeBlocksTaken = false;
        var preemptions = Preemptions;
        if (_settings.PrefillPolicy == PrefillPolicy.First && PromptsAlone(own, now, plan)) return;
        if (!TakeDecodeBlocks(own, plan))
        {
            plan.WaitReason = WaitReason.KvCapacity;
            return;
        }
        own.DecodeBlocksTaken = true;
        var budget = _settings.MaxNumBatchedTokens - own.Decodes.Count;
        ContinuePrefills(own, plan, ref budget);
        if (Preemptions == preemptions)
        {
            SwapIn(own, plan, ref budget);
            Admit(own, now, plan, ref budget);
        }
        else
        {
            plan.MadeRoom = true;
            if (_waiting.Count > 0) plan.WaitReason = WaitReason.KvCapacity;
        }
        plan.Shape = ShapeOf(own, plan);
        own.InFlight = !plan.IsEmpty;
    }

    /// <summary>The step is over: tokens are out, finished sequences go.</summary>
    /// <param name="group">The group whose step it was.</param>
    /// <param name="plan">The step.</param>
    /// <param name="now">When its tokens came out.</param>
    /// <param name="gaps">Told every gap between tokens.</param>
    /// <returns>The finished sequences in running order; valid until the next call.</returns>
    public IReadOnlyList<Sequence> Complete(int group, StepPlan plan, SimTime now, ITokenGaps gaps)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(gaps);
        var own = _groups[group];
        Debug.Assert(own.InFlight);
        own.InFlight = false;
        own.DecodeBlocksTaken = false;
        _finished.Clear();
        FinishDecodeStep(own, plan, now, gaps);
        foreach (var sequence in plan.PrefillList) FinishChunk(own, plan, sequence, now, gaps);
        if (!plan.DecodesWait) own.LastStepEnd = now;
        _finished.Sort(static (a, b) => a.Admission.CompareTo(b.Admission));
        foreach (var sequence in _finished)
        {
            sequence.Status = SequenceStatus.Finished;
            sequence.LastToken = now;
            _running.Remove(sequence);
            Release(sequence);
        }
        return _finished;
    }

    /// <summary>A step of prompts, if there are any that fit; decoding sequences wait.</summary>
    private bool PromptsAlone(Group own, SimTime now, StepPlan plan)
    {
        var budget = _settings.MaxNumBatchedTokens;
        var preemptions = Preemptions;
        ContinuePrefills(own, plan, ref budget);
        if (Preemptions == preemptions) Admit(own, now, plan, ref budget);
        if (plan.PrefillList.Count == 0) return false;
        plan.DecodesWait = true;
        plan.Shape = ShapeOf(own, plan);
        own.InFlight = true;
        return true;
    }

    private void FinishDecodeStep(Group own, StepPlan plan, SimTime now, ITokenGaps gaps)
    {
        var decodes = own.Decodes;
        if (decodes.Count == 0 || plan.DecodesWait) return;
        // Those just swapped in had their last token longer ago than the others.
        AddGaps(own, now, plan.SwappedInList.Count, gaps);
        foreach (var sequence in plan.SwappedInList) gaps.Add(sequence.LastToken, now, 1);
        decodes.Advance();
        while (decodes.TakeFinished() is { } sequence) _finished.Add(sequence);
    }

    /// <summary>
    /// Gaps of decoding sequences but for some. Those that joined while the others waited had
    /// their last token at another time.
    /// </summary>
    private static void AddGaps(Group own, SimTime now, int but, ITokenGaps gaps)
    {
        gaps.Add(own.LastStepEnd, now, own.Decodes.Count - but - own.JoinedSince.Count);
        foreach (var sequence in own.JoinedSince) gaps.Add(sequence.LastToken, now, 1);
        own.JoinedSince.Clear();
    }

    private void FinishChunk(
        Group own, StepPlan plan, Sequence sequence, SimTime now, ITokenGaps gaps)
    {
        sequence.Computed += sequence.Chunk;
        sequence.Chunk = 0;
        _kv.Publish(sequence);
        if (sequence.Computed < sequence.KnownTokens) return;
        own.Prefills.Remove(sequence);
        sequence.Generated++;
        if (sequence.FirstToken is null) sequence.FirstToken = now;
        else gaps.Add(sequence.LastToken, now, 1);
        sequence.LastToken = now;
        if (sequence.Generated == sequence.Request.OutputTokens)
        {
            _finished.Add(sequence);
            return;
        }
        sequence.Status = SequenceStatus.Decoding;
        if (plan.DecodesWait) own.JoinedSince.Add(sequence);
        own.Decodes.Join(sequence);
    }

    private void Release(Sequence sequence)
    {
        // While it decoded nobody counted its blocks or published them.
        sequence.Blocks = (int)_kv.BlocksFor(sequence.Computed);
        _kv.Publish(sequence);
        _kv.Release(sequence);
        _reserved -= Reserve(sequence);
    }

    /// <summary>Blocks that a sequence may come to need, as far as they are reserved.</summary>
    private long Reserve(Sequence sequence) => _settings.OutputReserve == 0
        ? 0
        : _kv.BlocksFor(sequence.Request.PromptTokens
            + (long)Math.Ceiling(_settings.OutputReserve * (sequence.Request.OutputTokens - 1)));

    private void Enqueue(Sequence sequence, long arrival)
    {
        sequence.Arrival = arrival;
        var policy = _settings.SchedulingPolicy switch
        {
            SchedulingPolicy.Fcfs => 0L,
            SchedulingPolicy.Priority => sequence.Request.Priority,
            SchedulingPolicy.ShortestFirst => sequence.Request.PromptTokens,
            _ => throw new UnreachableException(),
        };
        _waiting.Enqueue(sequence, (policy, arrival));
    }

    private StepShape ShapeOf(Group own, StepPlan plan)
    {
        var decodes = own.Decodes;
        var images = 0;
        var shape = plan.DecodesWait ? default : new StepShape
        {
            DecodeTokens = decodes.Count,
            DecodeSequences = decodes.Count,
            DecodeKvTokens = decodes.KvTokens,
            WindowDecodeKvTokens = decodes.WindowKvTokens,
            CommonPrefixTokens = CommonPrefix(decodes),
            CrossKvTokens = decodes.PromptTokens,
            SampledTokens = decodes.Count,
        };
        foreach (var sequence in plan.PrefillList)
        {
            var isLast = sequence.Computed + sequence.Chunk == sequence.KnownTokens;
            shape = shape.WithPrompt(sequence.Computed, sequence.Chunk, isLast, _window);
            // Images are encoded once, when a prompt's first tokens are.
            if (sequence.ImagesEncoded) continue;
            sequence.ImagesEncoded = true;
            images += sequence.Request.Images;
        }
        return images == 0 ? shape : shape with { Images = images };
    }

    /// <summary>
    /// Tokens that all who run begin with, where they are read once: from 256 tokens and 8
    /// sequences on, as in vLLM (<c>use_cascade_attention</c> in its FlashAttention back end, whose
    /// count of waves is not asked).
    /// </summary>
    private int CommonPrefix(DecodeSet decodes)
    {
        const int fewestTokens = 256, fewestSequences = 8;
        if (!_settings.CascadeAttention || decodes.Count < fewestSequences) return 0;
        var tokens = _kv.CommonBlocks(_running.First!, _running.Count) * _settings.BlockSize;
        return tokens < fewestTokens ? 0 : tokens;
    }

    /// <summary>One micro-batch: with a pipeline of p stages, p of them are in flight.</summary>
    private sealed class Group(int index, int blockSize, int window)
    {
        public int Index => index;
        public DecodeSet Decodes { get; } = new(blockSize, window);
        public List<Sequence> Prefills { get; } = [];
        public bool InFlight { get; set; }

        /// <summary>Whether decodes have the blocks of the step formed or under way.</summary>
        public bool DecodeBlocksTaken { get; set; }

        public SimTime LastStepEnd { get; set; }

        /// <summary>Those whose first token came while other decoding sequences waited.</summary>
        public List<Sequence> JoinedSince { get; } = [];

        public int Count => Decodes.Count + Prefills.Count;
    }
}
