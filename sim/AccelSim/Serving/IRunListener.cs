using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>Told what happens in a run: traces, progress bars and checks only listen.</summary>
public interface IRunListener
{
    /// <summary>A step, or a stretch of equal steps leapt over at once, is over.</summary>
    void StepsDone(in StepFact fact);

    /// <summary>Data moved over a link that others share.</summary>
    void TransferDone(in TransferFact fact);

    /// <summary>A request is over: served or refused.</summary>
    void RequestDone(in RequestRecord record);
}

/// <summary>One or more steps of one pipeline stage.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Stage">The pipeline stage, or the data-parallel rank.</param>
/// <param name="Start">When the first step started.</param>
/// <param name="End">When the last step ended.</param>
/// <param name="Steps">How many steps.</param>
/// <param name="Shape">The first step.</param>
/// <param name="Joules">Energy of all accelerators of the stage, idling included.</param>
/// <param name="KvUsed">KV blocks in use.</param>
/// <param name="KvTotal">KV blocks there are.</param>
/// <param name="Waiting">Requests in the queue.</param>
/// <param name="Collectives">
/// The part of the time that ranks spent talking; zero where a <see cref="TransferFact"/> tells it.
/// </param>
/// <param name="HandOver">From the end until the next stage has the result.</param>
public readonly record struct StepFact(
    int Replica, int Stage, SimTime Start, SimTime End, int Steps, StepShape Shape,
    double Joules, long KvUsed, long KvTotal, int Waiting, Seconds Collectives = default,
    Seconds HandOver = default);

/// <summary>One transfer over a shared link.</summary>
/// <param name="Link">The link's name.</param>
/// <param name="Replica">Whose data.</param>
/// <param name="Purpose">Such as <c>KV swap out</c>.</param>
/// <param name="Start">When it started.</param>
/// <param name="End">When it ended.</param>
/// <param name="Bytes">How much.</param>
public readonly record struct TransferFact(
    string Link, int Replica, string Purpose, SimTime Start, SimTime End, Bytes Bytes);
