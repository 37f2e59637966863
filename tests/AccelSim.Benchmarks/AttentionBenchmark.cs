using AccelSim.Inference.Kernels;

namespace AccelSim.Benchmarks;

/// <summary>Attention of one layer with 32 query and 8 key/value heads of 64.</summary>
public sealed class AttentionBenchmark : IBenchmark
{
    private const int Heads = 32;
    private const int KvHeads = 8;
    private const int Dim = 64;
    private const int BlockSize = 16;

    /// <inheritdoc/>
    public string Name => "attention";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var pool = new CpuPool();
        using var against = new AgainstLimits(report, pool);
        report.Note($"{pool.Workers} threads");
        foreach (var kind in new[] { KvKind.Fp16, KvKind.Int8, KvKind.Int4, KvKind.Int2 })
        {
            foreach (var (sequences, context, kvHeads) in new[]
                {
                    (1, 32_768, KvHeads), (1, 131_072, 1), (8, 4096, KvHeads),
                })
            {
                Measure(
                    against, pool,
                    $"{kind}, {sequences} × {context} keys, {kvHeads} heads", kind, sequences,
                    context, 1, kvHeads);
            }
        }
        foreach (var count in new[] { 512, 2048 })
            Measure(against, pool, $"Fp16, prompt of {count}", KvKind.Fp16, 1, 0, count, KvHeads);
    }

    private static unsafe void Measure(
        AgainstLimits against, CpuPool pool, string label, KvKind kind, int sequences,
        int history, int count, int kvHeads)
    {
        var length = history + count;
        var each = (length + BlockSize - 1) / BlockSize;
        using var pages = new KvPages(each * sequences, BlockSize, kvHeads, Dim, kind);
        var numbers = new float[Dim];
        for (var i = 0; i < Dim; i++) numbers[i] = i % 7 - 3;
        for (long slot = 0; slot < (long)each * sequences * BlockSize; slot++)
        {
            for (var head = 0; head < kvHeads; head++)
            {
                pages.Write(slot, head, false, numbers);
                pages.Write(slot, head, true, numbers);
            }
        }
        List<AttentionSpan> spans =
        [
            .. Enumerable.Range(0, sequences).Select(i => new AttentionSpan(
                i * count, count, history, [.. Enumerable.Range(i * each, each)])),
        ];
        var width = Heads * Dim;
        using var x = new NativeBuffer((long)sequences * count * width * 4);
        using var y = new NativeBuffer((long)sequences * count * width * 4);
        new Span<float>(x.Floats, sequences * count * width).Fill(0.1f);
        var keys = sequences * (count * (double)history + count * (count + 1.0) / 2);
        against.Measure(
            label, count > 1 ? 0 : pages.Bytes, 4 * keys * width,
            () => Attention.Run(
                pool, pages, spans, new AttentionHeads(Heads, 0.125f), x.Floats, width,
                y.Floats, width));
    }
}
