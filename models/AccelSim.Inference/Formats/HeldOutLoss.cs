using System.Numerics.Tensors;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Formats;

/// <summary>How well a model foretells a text that it has not seen.</summary>
public static class HeldOutLoss
{
    private const int BlockSize = 16;

    /// <summary>Mean negative log-likelihood over windows that do not overlap.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pool">Threads.</param>
    /// <param name="tokens">The text, at least two tokens.</param>
    /// <param name="window">Tokens of a window, the most that one is foretold from.</param>
    public static HeldOut Of(
        EngineModel model, CpuPool pool, IReadOnlyList<int> tokens, int window)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens.Count, 2);
        int[] blocks = [.. Enumerable.Range(0, (window + BlockSize - 1) / BlockSize)];
        using var executor = new Executor(model, pool, blocks.Length, BlockSize);
        var sum = 0.0;
        long bytes = 0;
        for (var start = 0; start < tokens.Count - 1; start += window)
        {
            // The last token of the text is foretold, but foretells nothing.
            var count = Math.Min(window, tokens.Count - 1 - start);
            int[] own = [.. tokens.Skip(start).Take(count)];
            executor.Step(
                [new StepEntry(own, 0, blocks, true, null) { LogitRows = count }]);
            if (start == 0) bytes = executor.KvBytes;
            for (var i = 0; i < count; i++) sum += Of(executor.Logits(i), tokens[start + i + 1]);
        }
        return new HeldOut(
            sum / (tokens.Count - 1), (double)bytes / (blocks.Length * BlockSize));
    }

    private static double Of(ReadOnlySpan<float> logits, int token)
    {
        var largest = TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp(logit - largest);
        return Math.Log(sum) + largest - logits[token];
    }
}

/// <summary>What a text cost a model.</summary>
/// <param name="Loss">Nats per token; perplexity is e to that.</param>
/// <param name="KvBytesPerToken">
/// Memory that a cache of one window took, for each token of it: scales and exact tokens included.
/// </param>
public readonly record struct HeldOut(double Loss, double KvBytesPerToken);
