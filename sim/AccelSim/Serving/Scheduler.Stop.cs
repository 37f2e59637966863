namespace AccelSim.Serving;

public sealed partial class Scheduler
{
    /// <summary>
    /// Ends a decoding sequence before the tokens it might have had: an engine that runs models
    /// knows only from its last token that it is done. Between steps alone.
    /// </summary>
    /// <param name="sequence">It decodes, and its group is not in flight.</param>
    public void Stop(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var own = _groups[sequence.Group];
        if (own.InFlight || sequence.DecodeSet is not { } decodes)
        {
            throw new InvalidOperationException(
                $"Request {sequence.Request.Id} does not decode, or a step is under way.");
        }
        decodes.Leave(sequence);
        if (!own.JoinedSince.Remove(sequence)) sequence.LastToken = own.LastStepEnd;
        Finish(sequence);
    }

    /// <summary>
    /// Gives a decoding sequence tokens beside the one of its last step: an engine that has
    /// proposals judged finds out only then how many stand. Between steps alone.
    /// </summary>
    /// <param name="sequence">It decodes, and its group is not in flight.</param>
    /// <param name="tokens">How many; no more than its request still lacks.</param>
    /// <returns>How many it takes: fewer where blocks are short.</returns>
    public int Gain(Sequence sequence, int tokens)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var own = _groups[sequence.Group];
        if (own.InFlight || sequence.DecodeSet is not { } decodes)
        {
            throw new InvalidOperationException(
                $"Request {sequence.Request.Id} does not decode, or a step is under way.");
        }
        var computed = decodes.Computed(sequence);
        while (tokens > 0 && Needed() > _kv.Free) tokens--;
        if (tokens == 0) return 0;
        if (Needed() > 0) _kv.Take(Needed());
        decodes.Leave(sequence);
        sequence.Computed += tokens;
        sequence.Generated += tokens;
        if (sequence.Generated >= sequence.Request.OutputTokens)
        {
            sequence.LastToken = own.LastStepEnd;
            Finish(sequence);
        }
        else
        {
            decodes.Join(sequence);
        }
        return tokens;

        long Needed() => _kv.BlocksFor(computed + tokens) - _kv.BlocksFor(computed);
    }

    private void Finish(Sequence sequence)
    {
        sequence.Status = SequenceStatus.Finished;
        _running.Remove(sequence);
        Release(sequence);
    }
}
