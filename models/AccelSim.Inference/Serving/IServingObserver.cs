using AccelSim.Inference.Execution;

namespace AccelSim.Inference.Serving;

/// <summary>Told what an engine does, in nanoseconds on the engine's clock.</summary>
public interface IServingObserver
{
    /// <summary>A request came.</summary>
    /// <param name="request">Its number.</param>
    /// <param name="time">When.</param>
    /// <param name="promptTokens">Its prompt.</param>
    void Arrived(int request, long time, int promptTokens);

    /// <summary>There was nothing to do.</summary>
    /// <param name="nanoseconds">For how long.</param>
    void Waited(long nanoseconds);

    /// <summary>A step is done.</summary>
    /// <param name="start">When the engine began to prepare it.</param>
    /// <param name="end">When its tokens were handed out.</param>
    /// <param name="requests">Whose they are, for each entry.</param>
    /// <param name="entries">What went in.</param>
    /// <param name="gained">Tokens that each gained by it.</param>
    void Stepped(
        long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
        IReadOnlyList<int> gained);

    /// <summary>A step is done whose tokens are only proposed.</summary>
    /// <param name="start">When it began.</param>
    /// <param name="end">When it was done.</param>
    /// <param name="requests">Whose they are, for each entry.</param>
    /// <param name="entries">What went in.</param>
    /// <param name="isOther">Whether another model ran it than the one that is served.</param>
    /// <param name="model">The model that ran it.</param>
    /// <param name="skipped">Its layers that were left out.</param>
    void Proposed(
        long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
        bool isOther, EngineModel model, IReadOnlySet<int> skipped)
    {
        // Not all want to know.
    }
}
