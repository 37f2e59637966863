using AccelSim.Models;

namespace AccelSim.Serving;

/// <summary>What the next step of a micro-batch group does. Reused from step to step.</summary>
public sealed class StepPlan
{
    internal List<Sequence> PrefillList { get; } = [];
    internal List<Sequence> SwappedInList { get; } = [];

    /// <summary>What costs depend on.</summary>
    public StepShape Shape { get; internal set; }

    /// <summary>
    /// Sequences with prompt tokens in this step; their <c>Chunk</c> says how many.
    /// </summary>
    public IReadOnlyList<Sequence> Prefills => PrefillList;

    /// <summary>KV blocks that move to host memory before the step.</summary>
    public long BlocksSwappedOut { get; internal set; }

    /// <summary>KV blocks that come back from host memory before the step.</summary>
    public long BlocksSwappedIn { get; internal set; }

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => Shape.Tokens == 0;

    /// <summary>Why the head of the queue was not admitted.</summary>
    public WaitReason WaitReason { get; internal set; }

    /// <summary>Whether somebody had to make room, so that nobody was admitted.</summary>
    internal bool MadeRoom { get; set; }

    /// <summary>Whether decoding sequences wait for the step's prompts.</summary>
    internal bool DecodesWait { get; set; }

    internal void Clear()
    {
        DecodesWait = false;
        MadeRoom = false;
        PrefillList.Clear();
        SwappedInList.Clear();
        Shape = default;
        BlocksSwappedOut = 0;
        BlocksSwappedIn = 0;
        WaitReason = WaitReason.None;
    }
}

/// <summary>Why a waiting request was not admitted to a step.</summary>
public enum WaitReason
{
    /// <summary>Nobody waits.</summary>
    None,
    /// <summary>Too few KV blocks are free.</summary>
    KvCapacity,
    /// <summary>As many sequences run as may (<c>--max-num-seqs</c>).</summary>
    Sequences,
    /// <summary>The step's tokens are used up (<c>--max-num-batched-tokens</c>).</summary>
    TokenBudget,
}
