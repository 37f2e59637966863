using System.Numerics.Tensors;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>
/// The trained draft model on text it never saw, against the loss that its training script
/// computed with PyTorch (<c>models/tiny/draft/TRAINING.md</c>).
/// </summary>
public sealed class HeldOutTextTests
{
    private const int Context = 256;
    private const int BlockSize = 16;

    /// <summary>Nats per token that the page states.</summary>
    private const double Stated = 4.0745;

    private static readonly string Tiny =
        Path.Combine(AccelSim.Tests.RepositoryRoot.Path, "models", "tiny");

    /// <summary>The checkpoint, the same in GGUF, and what coarser formats lose.</summary>
    [Theory]
    [InlineData("draft", "auto", "fp32", 0, 1e-3)]
    [InlineData("draft/draft-f16.gguf", "auto", "fp16", 0, 2e-3)]
    [InlineData("draft/draft-q8_0.gguf", "auto", "fp16", 0, 5e-3)]
    [InlineData("draft/draft-q4_0.gguf", "auto", "fp16", 0.005, 0.3)]
    [InlineData("draft", "int8", "int8", 0, 2e-2)]
    [InlineData("draft", "int4-g32", "fp16", 0.005, 0.3)]
    public void Loss_IsTheTrainingScriptsOrAsMuchMoreAsTheFormatCosts(
        string path, string weights, string kv, double least, double most)
    {
        using var pool = new CpuPool(2);
        using var opened = OpenedModel.Open(
            Path.Combine(Tiny, path),
            source => weights == "auto"
                ? EngineFormats.OfFile(source, kv)
                : EngineFormats.Named(weights, kv),
            pool);
        var text = File.ReadAllText(Path.Combine(Tiny, "heldout.txt"));
        var tokens = opened.Tokenizer!.Encode(text, addSpecial: false);
        var loss = Loss(opened.Model, pool, tokens);
        Assert.InRange(loss - Stated, least - 1e-3, most);
    }

    /// <summary>Mean negative log-likelihood over windows that do not overlap.</summary>
    private static double Loss(EngineModel model, CpuPool pool, int[] tokens)
    {
        var starts = Enumerable.Range(0, (tokens.Length - 2) / Context + 1)
            .Select(i => i * Context).ToArray();
        const int each = Context / BlockSize;
        using var executor = new Executor(model, pool, each * starts.Length, BlockSize);
        var blocks = starts.Select((_, i) => Enumerable.Range(i * each, each).ToArray()).ToArray();
        var greedy = new Sampler(0, 0);
        var sum = 0.0;
        var count = 0;
        for (var place = 0; place < Context; place++)
        {
            var windows = Enumerable.Range(0, starts.Length)
                .Where(i => starts[i] + place + 1 < tokens.Length).ToArray();
            if (windows.Length == 0) break;
            executor.Step([.. windows.Select(i => new StepEntry(
                [tokens[starts[i] + place]], place, blocks[i], false, greedy))]);
            for (var i = 0; i < windows.Length; i++)
            {
                var logits = executor.Logits(i);
                var weights = new float[logits.Length];
                var largest = TensorPrimitives.Max(logits);
                TensorPrimitives.Subtract(logits, largest, weights);
                TensorPrimitives.Exp<float>(weights, weights);
                sum += Math.Log(TensorPrimitives.Sum<float>(weights)) + largest
                    - logits[tokens[starts[windows[i]] + place + 1]];
                count++;
            }
        }
        return sum / count;
    }
}
