using AccelSim.Costs;

namespace AccelSim.Serving;

/// <summary>What a step consists of.</summary>
public enum StepKind
{
    /// <summary>Prompt tokens only.</summary>
    Prefill,
    /// <summary>Prompt tokens beside decoding sequences.</summary>
    Mixed,
    /// <summary>Decoding sequences only.</summary>
    Decode,
}

/// <summary>Where the time and energy of one kind of step went.</summary>
public sealed class StepLedger
{
    /// <summary>Steps.</summary>
    public long Steps { get; set; }

    /// <summary>Time, in seconds.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds by resource; they sum to <see cref="Seconds"/>.</summary>
    public ResourceVector Share;

    /// <summary>Joules by resource beyond idling, of one rank of each stage.</summary>
    public ResourceVector Energy;

    /// <summary><see cref="Seconds"/> by what they rest on.</summary>
    public GroundVector Ground;

    /// <summary>Adds another ledger of the same cost model.</summary>
    public void Add(StepLedger other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Steps += other.Steps;
        Seconds += other.Seconds;
        Share.Add(other.Share, 1);
        Energy.Add(other.Energy, 1);
        Ground.Add(other.Ground, 1);
    }
}
