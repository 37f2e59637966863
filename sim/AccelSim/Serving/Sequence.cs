using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>A request while an engine works on it. Its scheduler alone changes it.</summary>
/// <remarks>
/// While it decodes, <see cref="Computed"/> and <see cref="Generated"/> stand still and the
/// <see cref="DecodeSet"/> knows how far it is: a step then costs nothing per sequence.
/// </remarks>
public sealed class Sequence(Request request)
{
    /// <summary>The request.</summary>
    public Request Request { get; } = request;

    /// <summary>Tokens whose keys and values are in the cache.</summary>
    public int Computed { get; internal set; }

    /// <summary>Tokens emitted so far.</summary>
    public int Generated { get; internal set; }

    /// <summary>KV blocks it holds.</summary>
    public int Blocks { get; internal set; }

    /// <summary>Its blocks that the prefix cache knows, in prompt order; null: none.</summary>
    internal List<int>? CachedBlocks { get; set; }

    /// <summary>Hash of the content up to the last of <see cref="CachedBlocks"/>.</summary>
    internal ulong ChainHash { get; set; }

    /// <summary>Prompt tokens found in the prefix cache when it was first admitted.</summary>
    public int CachedTokens { get; internal set; }

    /// <summary>Whether its images have been in a step; what they became is kept.</summary>
    internal bool ImagesEncoded { get; set; }

    /// <summary>How often it had to make room.</summary>
    public int Preemptions { get; internal set; }

    /// <summary>Where it is in its life.</summary>
    public SequenceStatus Status { get; internal set; } = SequenceStatus.Waiting;

    /// <summary>When it first entered a step; null while it has not.</summary>
    public SimTime? FirstScheduled { get; internal set; }

    /// <summary>When its first token came; recorded once, a preemption does not move it.</summary>
    public SimTime? FirstToken { get; internal set; }

    /// <summary>When its latest token came.</summary>
    public SimTime LastToken { get; internal set; }

    /// <summary>
    /// All tokens known so far: what must be in the cache before the next one comes.
    /// </summary>
    public int KnownTokens => Request.PromptTokens + Generated;

    /// <summary>Order of arrival at this engine; a preemption keeps it.</summary>
    internal long Arrival { get; set; }

    /// <summary>Order of admission; the last admitted makes room first.</summary>
    internal long Admission { get; set; }

    /// <summary>The micro-batch group it runs in.</summary>
    internal int Group { get; set; }

    /// <summary>Tokens the current step computes for it while it prefills.</summary>
    public int Chunk { get; internal set; }

    /// <summary>The set it decodes in; null while it does not.</summary>
    internal DecodeSet? DecodeSet { get; set; }

    /// <summary>The set's step count when it joined.</summary>
    internal long JoinStep { get; set; }

    /// <summary>Neighbours in running order.</summary>
    internal Sequence? Previous { get; set; }

    /// <summary>Neighbours in running order.</summary>
    internal Sequence? Next { get; set; }
}

/// <summary>Where a sequence is in its life.</summary>
public enum SequenceStatus
{
    /// <summary>In the queue, holding nothing.</summary>
    Waiting,
    /// <summary>Admitted; its prompt, or what a preemption lost, is being computed.</summary>
    Prefilling,
    /// <summary>Emitting one token per step.</summary>
    Decoding,
    /// <summary>Its blocks are in host memory.</summary>
    Swapped,
    /// <summary>All tokens emitted.</summary>
    Finished,
    /// <summary>Refused: it can never fit.</summary>
    Rejected,
}
