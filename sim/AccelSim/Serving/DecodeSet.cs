using System.Diagnostics;

namespace AccelSim.Serving;

/// <summary>The decoding sequences of one micro-batch group, as sums.</summary>
/// <remarks>
/// Every member emits one token in every step, so contexts, block needs and the next finish follow
/// from counters and a step costs the same for one member as for a thousand. Members are looked at
/// only when they join or leave.
/// </remarks>
internal sealed class DecodeSet
{
    private readonly int _blockSize;
    private readonly int _window;
    private readonly int[] _countByPhase;
    private readonly PriorityQueue<Sequence, (long FinishStep, long Admission)> _finishing = new();
    private readonly Dictionary<long, int> _saturating = [];
    private int _belowWindow;

    /// <param name="blockSize">Tokens in one KV block.</param>
    /// <param name="window">Tokens that windowed layers see; 0 where a model has none.</param>
    public DecodeSet(int blockSize, int window)
    {
        _blockSize = blockSize;
        _window = window;
        _countByPhase = new int[blockSize];
    }

    /// <summary>Members.</summary>
    public int Count { get; private set; }

    /// <summary>Steps taken since the start of the run.</summary>
    public long Step { get; private set; }

    /// <summary>Tokens the next step reads: each member's context with its new token.</summary>
    public long KvTokens { get; private set; }

    /// <summary>As <see cref="KvTokens"/>, no more than the window of each.</summary>
    public long WindowKvTokens { get; private set; }

    /// <summary>Prompt tokens of the members.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>Members that need a new block in the next step.</summary>
    public int BlocksNeeded => _countByPhase[Phase(-Step)];

    /// <summary>
    /// Steps until the next member finishes; <see cref="long.MaxValue"/> if empty.
    /// </summary>
    public long StepsToFinish
    {
        get
        {
            DropStale();
            return _finishing.TryPeek(out _, out var key) ? key.FinishStep - Step
                : long.MaxValue;
        }
    }

    /// <summary>Tokens in the member's cache now.</summary>
    public int Computed(Sequence member) => member.Computed + (int)(Step - member.JoinStep);

    /// <summary>Whether the member needs a new block in the next step.</summary>
    public bool NeedsBlock(Sequence member) => Computed(member) % _blockSize == 0;

    /// <summary>Takes in a sequence whose known tokens are all computed but the last.</summary>
    public void Join(Sequence member)
    {
        Debug.Assert(member.Computed == member.KnownTokens - 1);
        member.JoinStep = Step;
        member.DecodeSet = this;
        Count++;
        KvTokens += member.Computed + 1;
        PromptTokens += member.Request.PromptTokens;
        _countByPhase[Phase(member.Computed - Step)]++;
        _finishing.Enqueue(
            member, (Step + member.Request.OutputTokens - member.Generated, member.Admission));
        JoinWindow(member);
    }

    /// <summary>Lets a member go and brings its own counters up to date.</summary>
    public void Leave(Sequence member)
    {
        var steps = (int)(Step - member.JoinStep);
        LeaveWindow(member);
        _countByPhase[Phase(member.Computed - member.JoinStep)]--;
        member.Computed += steps;
        member.Generated += steps;
        Count--;
        KvTokens -= member.Computed + 1;
        PromptTokens -= member.Request.PromptTokens;
        member.DecodeSet = null;
    }

    /// <summary>Looks ahead over steps in which nobody joins or leaves.</summary>
    public Forecast LookAhead() => new(this);

    /// <summary>One step has been executed: every member has one more token.</summary>
    public void Advance()
    {
        Step++;
        KvTokens += Count;
        if (_window == 0) return;
        WindowKvTokens += _belowWindow;
        if (_saturating.Remove(Step, out var saturated)) _belowWindow -= saturated;
    }

    /// <summary>Removes and returns a member that has emitted its last token, or null.</summary>
    public Sequence? TakeFinished()
    {
        DropStale();
        if (!_finishing.TryPeek(out var member, out var key) || key.FinishStep > Step) return null;
        _finishing.Dequeue();
        Leave(member);
        return member;
    }

    private int Phase(long value)
    {
        var phase = (int)(value % _blockSize);
        return phase < 0 ? phase + _blockSize : phase;
    }

    /// <summary>
    /// Members that left early, or left and joined again, leave old entries behind.
    /// </summary>
    private void DropStale()
    {
        while (_finishing.TryPeek(out var member, out var key)
            && (member.DecodeSet != this
                || member.JoinStep + member.Request.OutputTokens - member.Generated
                    != key.FinishStep))
        {
            _finishing.Dequeue();
        }
    }

    private void JoinWindow(Sequence member)
    {
        if (_window == 0) return;
        WindowKvTokens += Math.Min(member.Computed + 1, _window);
        if (member.Computed + 1 >= _window) return;
        _belowWindow++;
        var at = Step + _window - (member.Computed + 1);
        _saturating[at] = _saturating.GetValueOrDefault(at) + 1;
    }

    private void LeaveWindow(Sequence member)
    {
        if (_window == 0) return;
        var now = Computed(member) + 1;
        WindowKvTokens -= Math.Min(now, _window);
        if (now >= _window) return;
        _belowWindow--;
        _saturating[Step + _window - now]--;
    }

    /// <summary>The sums of coming steps, without taking them.</summary>
    internal struct Forecast(DecodeSet set)
    {
        private long _step = set.Step;
        private int _belowWindow = set._belowWindow;

        /// <summary>Tokens the step reads.</summary>
        public long KvTokens { get; private set; } = set.KvTokens;

        /// <summary>Tokens the step reads in windowed layers.</summary>
        public long WindowKvTokens { get; private set; } = set.WindowKvTokens;

        /// <summary>New blocks that the step needs.</summary>
        public readonly int BlocksNeeded => set._countByPhase[set.Phase(-_step)];

        /// <summary>Goes on to the next step.</summary>
        public void MoveNext()
        {
            _step++;
            KvTokens += set.Count;
            if (set._window == 0) return;
            WindowKvTokens += _belowWindow;
            if (set._saturating.TryGetValue(_step, out var saturated)) _belowWindow -= saturated;
        }
    }
}
