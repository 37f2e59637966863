using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AccelSim.Inference.Kernels;

/// <summary>New tokens of one sequence that ask its cache.</summary>
/// <param name="Row">Its first row of queries.</param>
/// <param name="Count">Rows.</param>
/// <param name="Position">Place of the first of them in the sequence, from 0.</param>
/// <param name="Blocks">The sequence's blocks, in order.</param>
/// <param name="Parents">
/// For rows that are a tree and no sequence: the row each goes on from, counted in the span, −1
/// before the first. It sees what is cached, its ancestors and itself.
/// </param>
public readonly record struct AttentionSpan(
    int Row, int Count, int Position, IReadOnlyList<int> Blocks,
    IReadOnlyList<int>? Parents = null);

/// <summary>Causal attention over a paged cache in one pass (Dao et al. 2022).</summary>
/// <remarks>
/// One piece of work is a few tokens of one sequence and one key/value head with all its query
/// heads. Keys and values are expanded to fp32, some tokens at a time, into the cache of a core;
/// the softmax goes along, so scores never reach memory. Decoding is the same with one token.
/// </remarks>
public static unsafe partial class Attention
{
    private const int MostRows = 64;

    /// <summary>
    /// Where few tokens ask, a sequence's keys are parted among threads; how depends on nothing but
    /// their number, so that answers do not depend on threads or on who else is in the batch.
    /// </summary>
    private const int KeysOfPart = 2048;

    /// <summary>Attends. Keys and values of the asking tokens are in the cache already.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="pages">The layer's cache.</param>
    /// <param name="spans">Who asks.</param>
    /// <param name="shape">Query heads, scale and window.</param>
    /// <param name="queries">Rows of queries, head after head.</param>
    /// <param name="queryStride">Numbers from one row to the next.</param>
    /// <param name="output">Receives a row each.</param>
    /// <param name="outputStride">Numbers from one row to the next.</param>
    public static void Run(
        CpuPool pool, KvPages pages, IReadOnlyList<AttentionSpan> spans, AttentionHeads shape,
        float* queries, int queryStride, float* output, int outputStride) =>
        Run(
            pool, pages, spans, shape, queries, queryStride, output, outputStride, default);

    /// <summary>The same where keys are grouped: those of the asking tokens are not there yet.
    /// </summary>
    internal static void Run(
        CpuPool pool, KvPages pages, IReadOnlyList<AttentionSpan> spans, AttentionHeads shape,
        float* queries, int queryStride, float* output, int outputStride, FreshRows fresh)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(pages);
        ArgumentNullException.ThrowIfNull(spans);
        if (pages.Scheme.KeyGroup > 0 && fresh.Keys == 0)
            throw new ArgumentException("Grouped keys need those of the step.", nameof(pages));
        var call = new Call(
            pages, spans, shape, (nint)queries, queryStride, (nint)output, outputStride)
        {
            Fresh = fresh,
        };
        var pieces = call.Cut();
        if (pieces.Count == 0) return;
        var scratch = stackalloc float*[pool.Workers];
        pool.AllScratch(pieces.Max(piece => piece.Floats(call)), scratch);
        var partial = pool.Shared(
            pieces.Sum(piece => piece.PartialFloats(call)) * sizeof(float));
        var handle = GCHandle.Alloc(new Job(call with { Partial = (nint)partial }, pieces));
        try
        {
            pool.For(pieces.Count, new Work(GCHandle.ToIntPtr(handle), scratch));
            if (pieces.Exists(piece => piece.Parts > 1))
                pool.For(pieces.Count, new Merging(GCHandle.ToIntPtr(handle)));
        }
        finally
        {
            handle.Free();
        }
    }

    private sealed record Job(Call Call, List<Piece> Pieces);

    private readonly struct Work(nint job, float** scratch) : IChunkWork
    {
        private readonly nint _scratch = (nint)scratch;

        public void Run(int chunk, int worker)
        {
            var own = (Job)GCHandle.FromIntPtr(job).Target!;
            var memory = ((float**)_scratch)[worker];
            if (Lanes512.IsSupported)
                own.Pieces[chunk].Run<Vector512<float>, Lanes512>(own.Call, memory);
            else
                own.Pieces[chunk].Run<Vector256<float>, Lanes256>(own.Call, memory);
        }
    }

    /// <summary>The first piece of a sequence's keys brings all of them together.</summary>
    private readonly struct Merging(nint job) : IChunkWork
    {
        public void Run(int chunk, int worker)
        {
            var own = (Job)GCHandle.FromIntPtr(job).Target!;
            var piece = own.Pieces[chunk];
            if (piece is { Parts: > 1, Part: 0 }) piece.Merge(own.Call);
        }
    }

    private sealed record Call(
        KvPages Pages, IReadOnlyList<AttentionSpan> Spans, AttentionHeads Shape, nint Queries,
        int QueryStride, nint Output, int OutputStride)
    {
        /// <summary>What parts of a sequence's keys come to, before they are merged.</summary>
        public nint Partial { get; init; }

        /// <summary>Keys and values of the asking tokens, where keys are grouped.</summary>
        public FreshRows Fresh { get; init; }

        /// <summary>Query heads of one key/value head.</summary>
        public int Group => Shape.Heads / Pages.Heads;

        public List<Piece> Cut()
        {
            var tokens = Math.Max(1, MostRows / Group);
            List<Piece> pieces = [];
            long floats = 0;
            for (var s = 0; s < Spans.Count; s++)
            {
                // The last tokens see most keys: they start first, so that threads end together.
                for (int end = Spans[s].Count, first; end > 0; end = first)
                {
                    first = Math.Max(GroupOf(Spans[s], end - 1), end - tokens);
                    Add(pieces, new Piece(s, first, end - first, 0), ref floats);
                }
            }
            return pieces;
        }

        /// <summary>
        /// The first row of a span that asks from the same group of keys: it alone sees them
        /// exactly.
        /// </summary>
        private int GroupOf(in AttentionSpan span, int row)
        {
            if (Pages.Scheme.KeyGroup is not (> 0 and var size)) return 0;
            return Math.Max(0, (span.Position + row) / size * size - span.Position);
        }

        /// <summary>Parts of all heads: those that lie side by side in the cache come together.
        /// </summary>
        private void Add(List<Piece> pieces, Piece piece, ref long floats)
        {
            var (from, end) = piece.Keys(this);
            var parts = piece.Count == Spans[piece.Span].Count
                ? Math.Max(1, (end - from + KeysOfPart / 2) / KeysOfPart)
                : 1;
            var each = (piece with { Parts = parts }).PartialFloats(this);
            for (var part = 0; part < parts; part++)
            {
                for (var head = 0; head < Pages.Heads; head++)
                {
                    pieces.Add(piece with
                    {
                        Head = head,
                        Part = part,
                        Parts = parts,
                        At = floats + (head * parts + part) * each,
                    });
                }
            }
            floats += parts * Pages.Heads * each;
        }
    }
}

/// <summary>The query side of an attention.</summary>
/// <param name="Heads">Query heads; a multiple of the key/value heads.</param>
/// <param name="Scale">What scores are multiplied with.</param>
/// <param name="Window">Tokens that a token sees, itself included; 0: all.</param>
public readonly record struct AttentionHeads(int Heads, float Scale, int Window = 0);
