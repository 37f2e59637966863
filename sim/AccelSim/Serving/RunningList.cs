namespace AccelSim.Serving;

/// <summary>
/// Admitted sequences in order of admission; joining and leaving cost the same always.
/// </summary>
internal sealed class RunningList
{
    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first admitted.</summary>
    public Sequence? First { get; private set; }

    /// <summary>The last admitted.</summary>
    public Sequence? Last { get; private set; }

    /// <summary>Puts a sequence at the end.</summary>
    public void Append(Sequence sequence, long admission)
    {
        sequence.Admission = admission;
        sequence.Previous = Last;
        sequence.Next = null;
        if (Last is null) First = sequence; else Last.Next = sequence;
        Last = sequence;
        Count++;
    }

    /// <summary>Takes a sequence out.</summary>
    public void Remove(Sequence sequence)
    {
        if (sequence.Previous is null) First = sequence.Next;
        else sequence.Previous.Next = sequence.Next;
        if (sequence.Next is null) Last = sequence.Previous;
        else sequence.Next.Previous = sequence.Previous;
        sequence.Previous = null;
        sequence.Next = null;
        Count--;
    }
}
