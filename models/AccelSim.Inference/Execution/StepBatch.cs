using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>New tokens of one sequence in a step.</summary>
/// <param name="Tokens">What goes in.</param>
/// <param name="Position">Tokens of the sequence whose keys and values are cached already.</param>
/// <param name="Blocks">The sequence's KV blocks, room for the new tokens included.</param>
/// <param name="IsPrompt">Whether it counts as prefill.</param>
/// <param name="Sampler">Chooses the next token; null where none is wanted.</param>
public sealed record StepEntry(
    IReadOnlyList<int> Tokens, int Position, IReadOnlyList<int> Blocks, bool IsPrompt,
    Sampler? Sampler)
{
    /// <summary>
    /// Of how many of its last tokens logits are wanted; a sampler wants one in any case.
    /// </summary>
    public int LogitRows { get; init; }

    /// <summary>
    /// For tokens that are a tree and no sequence: the token each follows, counted in the entry,
    /// −1 for the first, which comes before all others. Null: each follows the one before.
    /// </summary>
    public IReadOnlyList<int>? Parents { get; init; }

    /// <summary>Rows of logits that its step computes.</summary>
    internal int Scored => Math.Max(LogitRows, Sampler is null ? 0 : 1);
}

/// <summary>What the step of a batch amounts to for cost models.</summary>
public static class StepShapes
{
    /// <summary>The shape of a step.</summary>
    /// <param name="entries">What goes in.</param>
    /// <param name="window">Tokens that windowed layers see; 0 where the model has none.</param>
    public static StepShape Of(IReadOnlyList<StepEntry> entries, int window)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var shape = default(StepShape);
        foreach (var entry in entries)
        {
            var count = entry.Tokens.Count;
            if (entry.IsPrompt)
            {
                shape = shape.WithPrompt(entry.Position, count, false, window);
                shape = shape with { SampledTokens = shape.SampledTokens + entry.Scored };
                continue;
            }
            shape = shape.WithDecode(entry.Position, count, entry.Scored, window);
        }
        return shape;
    }
}

/// <summary>Told of every operator that ran.</summary>
public interface IOperatorObserver
{
    /// <summary>An operator ran.</summary>
    /// <param name="operation">Of the graph; its shape comes of <c>At(step)</c>.</param>
    /// <param name="layer">Its layer, −1 where it is in none.</param>
    /// <param name="step">The step it ran in.</param>
    /// <param name="start">Nanoseconds on the engine's clock.</param>
    /// <param name="end">Nanoseconds on the engine's clock.</param>
    void OperatorRan(
        OperatorTemplate operation, int layer, in StepShape step, long start, long end);
}
