using AccelSim.Models;

namespace AccelSim.Traces;

/// <summary>One forward pass: its batch, and when each operator ran.</summary>
/// <remarks>Times are nanoseconds since the first arrival or step of the trace.</remarks>
public sealed record TraceStep
{
    /// <summary>From 0.</summary>
    public required int Index { get; init; }

    /// <summary>When the engine began to prepare it.</summary>
    public required long Start { get; init; }

    /// <summary>When its tokens were known.</summary>
    public required long End { get; init; }

    /// <summary>How long before it there was nothing to do.</summary>
    public long Idle { get; init; }

    /// <summary>Requests that came since the step before.</summary>
    public IReadOnlyList<TraceArrival> Arrivals { get; init; } = [];

    /// <summary>Prompt tokens in the batch.</summary>
    public IReadOnlyList<TraceChunk> Prefill { get; init; } = [];

    /// <summary>Generated tokens in the batch.</summary>
    public IReadOnlyList<TraceChunk> Decode { get; init; } = [];

    /// <summary>The operators in the order in which they began.</summary>
    public IReadOnlyList<TraceOperator> Operators { get; init; } = [];

    /// <summary>Tokens of the batch.</summary>
    public int Tokens => Prefill.Sum(chunk => chunk.Tokens) + Decode.Sum(chunk => chunk.Tokens);

    /// <summary>What costs depend on.</summary>
    /// <param name="window">Tokens that windowed layers see; 0 where the model has none.</param>
    public StepShape Shape(int window)
    {
        var shape = new StepShape();
        foreach (var chunk in Prefill)
            shape = shape.WithPrompt(chunk.Cached, chunk.Tokens, chunk.Samples, window);
        foreach (var chunk in Decode)
            shape = shape.WithDecode(chunk.Cached, chunk.Tokens, chunk.Tokens, window);
        return shape;
    }
}

/// <summary>A request came.</summary>
/// <param name="Request">Its number.</param>
/// <param name="Time">When, in nanoseconds.</param>
/// <param name="PromptTokens">Its prompt.</param>
public readonly record struct TraceArrival(int Request, long Time, int PromptTokens);

/// <summary>One sequence's part of a batch.</summary>
/// <param name="Request">Its number.</param>
/// <param name="Cached">Tokens whose keys and values were there before.</param>
/// <param name="Tokens">New ones.</param>
/// <param name="Samples">Whether a token follows from it.</param>
public readonly record struct TraceChunk(int Request, int Cached, int Tokens, bool Samples)
{
    /// <summary>Tokens that follow beside that one: accepted proposals.</summary>
    public int More { get; init; }

    /// <summary>Tokens that follow from it.</summary>
    public int Gained => Samples ? 1 + More : 0;
}

/// <summary>One operator that ran.</summary>
/// <param name="Name">Its place among the header's names.</param>
/// <param name="Layer">The model's layer from 0; −1 outside of layers.</param>
/// <param name="Start">When it began, in nanoseconds.</param>
/// <param name="End">When it was done, in nanoseconds.</param>
/// <param name="Queue">The device's queue; 0 where it has one.</param>
public readonly record struct TraceOperator(
    int Name, int Layer, long Start, long End, int Queue)
{
    /// <summary>How long it took, in nanoseconds.</summary>
    public long Duration => End - Start;
}
