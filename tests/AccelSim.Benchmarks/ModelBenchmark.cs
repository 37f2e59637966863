using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Benchmarks;

/// <summary>
/// Steps of a whole model of a billion parameters with random weights: decoding one sequence and
/// some together, and a prompt.
/// </summary>
public sealed class ModelBenchmark : IBenchmark
{
    private const string Model = "llama-3.2-1b";
    private const int BlockSize = 16;
    private const int Context = 512;
    private const int Sequences = 8;

    /// <inheritdoc/>
    public string Name => "model";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var pool = new CpuPool();
        using var against = new AgainstLimits(report, pool);
        report.Note($"{Model}, {pool.Workers} threads");
        foreach (var format in new[] { "bf16", "int8", "w8a8", "int4", "int4-g32" })
        {
            using var opened = OpenedModel.Random(
                Model, 1, _ => EngineFormats.Named(format, "fp16"), pool);
            Measure(against, opened.Model, pool, format);
        }
    }

    private static void Measure(
        AgainstLimits against, EngineModel model, CpuPool pool, string format)
    {
        const int each = Context / BlockSize + 1;
        using var executor = new Executor(model, pool, each * Sequences, BlockSize);
        var blocks = Enumerable.Range(0, Sequences)
            .Select(i => Enumerable.Range(i * each, each).ToArray())
            .ToArray();
        int[] prompt = [.. Enumerable.Range(0, Context)];
        foreach (var own in blocks) executor.Step([new StepEntry(prompt, 0, own, true, null)]);
        var greedy = new Sampler(0, 1);
        foreach (var count in new[] { 1, Sequences })
        {
            Step(
                $"{format}, decoding {count}",
                [
                    .. blocks.Take(count).Select(own =>
                        new StepEntry([1], Context, own, false, greedy)),
                ]);
        }
        Step($"{format}, prompt of {Context}",
            [new StepEntry(prompt, 0, blocks[0], true, greedy)]);

        void Step(string label, StepEntry[] entries)
        {
            var (bytes, flops) = (0.0, 0.0);
            foreach (var placed in model.Graph.Sequence(0))
            {
                var operation = placed.Operation.At(StepShapes.Of(entries, 0));
                bytes += (operation.WeightBytes + operation.KvReadBytes).Value;
                flops += operation.MatrixFlops.Value;
            }
            against.Measure(label, bytes, flops, () => executor.Step(entries));
        }
    }
}
