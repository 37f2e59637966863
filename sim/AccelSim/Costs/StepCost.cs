namespace AccelSim.Costs;

/// <summary>What a step, or a part of it, costs on one rank.</summary>
public struct StepCost
{
    /// <summary>Time in seconds.</summary>
    public double Seconds { get; set; }

    /// <summary>
    /// Time on links shared with other replicas, contained in <see cref="Seconds"/>.
    /// </summary>
    public double LinkSeconds { get; set; }

    /// <summary>Time to hand the result to the next stage; not in <see cref="Seconds"/>.</summary>
    public double TransferSeconds { get; set; }

    /// <summary>The part of the time that each resource is to blame for.</summary>
    public ResourceVector Share;

    /// <summary>Energy beyond idling by resource, in joules.</summary>
    public ResourceVector Energy;

    /// <summary><see cref="Seconds"/> by what they rest on.</summary>
    public GroundVector Ground;

    /// <summary>Adds the time of a part, and who is to blame; its energy is counted already.
    /// </summary>
    public void AddTime(in StepCost part, double factor)
    {
        Seconds += factor * part.Seconds;
        Share.Add(part.Share, factor);
        Ground.Add(part.Ground, factor);
    }

    /// <summary>Adds a part, or a multiple of it.</summary>
    public void Add(in StepCost part, double factor = 1)
    {
        Seconds += factor * part.Seconds;
        LinkSeconds += factor * part.LinkSeconds;
        TransferSeconds += factor * part.TransferSeconds;
        Share.Add(part.Share, factor);
        Energy.Add(part.Energy, factor);
        Ground.Add(part.Ground, factor);
    }
}
