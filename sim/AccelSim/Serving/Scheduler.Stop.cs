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
        sequence.Status = SequenceStatus.Finished;
        _running.Remove(sequence);
        Release(sequence);
    }
}
