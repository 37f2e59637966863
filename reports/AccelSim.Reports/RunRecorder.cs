using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <summary>Keeps the steps and transfers of a run for traces and timelines.</summary>
/// <remarks>About 100 bytes a step; a stretch of steps leapt over is one.</remarks>
/// <param name="next">Told everything as well, such as a progress bar; null: nobody.</param>
public sealed class RunRecorder(IRunListener? next = null) : IRunListener
{
    private readonly List<StepSlice> _steps = [];
    private readonly List<TransferFact> _transfers = [];

    /// <summary>The steps in the order in which they ended.</summary>
    internal IReadOnlyList<StepSlice> Steps => _steps;

    /// <summary>The transfers in the order in which they ended.</summary>
    internal IReadOnlyList<TransferFact> Transfers => _transfers;

    /// <inheritdoc/>
    public void StepsDone(in StepFact fact)
    {
        _steps.Add(new StepSlice(
            fact.Replica, fact.Stage, fact.Start, fact.End, fact.Steps, fact.Shape.PrefillTokens,
            fact.Shape.PrefillSequences, fact.Shape.DecodeTokens, fact.Shape.DecodeSequences,
            fact.Shape.PrefillKvTokens + fact.Shape.DecodeKvTokens, fact.Joules, fact.KvUsed,
            fact.Waiting, fact.Collectives, fact.HandOver));
        next?.StepsDone(fact);
    }

    /// <inheritdoc/>
    public void TransferDone(in TransferFact fact)
    {
        _transfers.Add(fact);
        next?.TransferDone(fact);
    }

    /// <summary>Keeps nothing: the run's result has all requests.</summary>
    public void RequestDone(in RequestRecord record) => next?.RequestDone(record);
}

/// <summary>What reports keep of a <see cref="StepFact"/>.</summary>
internal readonly record struct StepSlice(
    int Replica, int Stage, SimTime Start, SimTime End, int Steps, int PrefillTokens,
    int PrefillSequences, int DecodeTokens, int DecodeSequences, long KvTokens, double Joules,
    long KvUsed, int Waiting, Seconds Collectives, Seconds HandOver)
{
    public int Sequences => PrefillSequences + DecodeSequences;

    public StepKind Kind =>
        PrefillTokens == 0 ? StepKind.Decode
        : DecodeTokens == 0 ? StepKind.Prefill
        : StepKind.Mixed;
}
