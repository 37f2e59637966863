using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
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
public static unsafe class Attention
{
    private const int KeysAtOnce = 64;
    private const int MostRows = 64;

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
        float* queries, int queryStride, float* output, int outputStride)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(pages);
        ArgumentNullException.ThrowIfNull(spans);
        var call = new Call(
            pages, spans, shape, (nint)queries, queryStride, (nint)output, outputStride);
        var pieces = call.Cut();
        if (pieces.Count == 0) return;
        var rows = Math.Min(MostRows, pieces.Max(piece => piece.Count) * call.Group);
        var scratch = stackalloc float*[pool.Workers];
        pool.AllScratch(Piece.Floats(Math.Max(rows, call.Group), pages.Width), scratch);
        var handle = GCHandle.Alloc(new Job(call, pieces));
        try
        {
            pool.For(pieces.Count, new Work(GCHandle.ToIntPtr(handle), scratch));
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

    private sealed record Call(
        KvPages Pages, IReadOnlyList<AttentionSpan> Spans, AttentionHeads Shape, nint Queries,
        int QueryStride, nint Output, int OutputStride)
    {
        /// <summary>Query heads of one key/value head.</summary>
        public int Group => Shape.Heads / Pages.Heads;

        public List<Piece> Cut()
        {
            var tokens = Math.Max(1, MostRows / Group);
            List<Piece> pieces = [];
            for (var s = 0; s < Spans.Count; s++)
            {
                // The last tokens see most keys: they start first, so that threads end together.
                for (var end = Spans[s].Count; end > 0; end -= tokens)
                {
                    var first = Math.Max(0, end - tokens);
                    for (var head = 0; head < Pages.Heads; head++)
                        pieces.Add(new Piece(s, first, end - first, head));
                }
            }
            return pieces;
        }
    }

    /// <summary>Some tokens of a span and one key/value head.</summary>
    private readonly record struct Piece(int Span, int First, int Count, int Head)
    {
        public static long Floats(int rows, int width) =>
            (long)rows * (2 * width + KeysAtOnce + 2) + 2L * KeysAtOnce * width;

        public void Run<V, L>(Call call, float* memory)
            where V : struct where L : struct, ILanes<V>
        {
            unchecked
            {
                var span = call.Spans[Span];
                var pages = call.Pages;
                int width = pages.Width, rows = Count * call.Group;
                var state = new State(memory, rows, width);
                LoadQueries(call, state.Queries);
                new Span<float>(state.Output, rows * width).Clear();
                new Span<float>(state.Largest, rows).Fill(float.NegativeInfinity);
                new Span<float>(state.Sum, rows).Clear();
                var first = span.Position + First;
                var window = call.Shape.Window;
                var from = window == 0 ? 0 : Math.Max(0, first - window + 1);
                var end = first + Count;
                for (var key = from; key < end; key += KeysAtOnce)
                {
                    var keys = Math.Min(KeysAtOnce, end - key);
                    Expand<V, L>(pages, span.Blocks, key, keys, state);
                    Scores<V, L>(state, keys);
                    for (var row = 0; row < rows; row++)
                    {
                        var position = first + row / call.Group;
                        var least = window == 0 ? 0 : position - window + 1;
                        if (span.Parents is { } parents)
                            Hide(state, parents, row, First + row / call.Group, key, keys, span);
                        state.Soften(row, least - key, Math.Min(keys, position + 1 - key), keys);
                    }
                    Values<V, L>(state, keys);
                }
                Finish(call, state);
            }
        }

        /// <summary>Hides what is in the tree but no ancestor.</summary>
        private static void Hide(
            in State state, IReadOnlyList<int> parents, int row, int node, int key, int keys,
            in AttentionSpan span)
        {
            var scores = new Span<float>(state.Scores + row * KeysAtOnce, keys);
            for (var i = keys - 1; i >= 0 && key + i >= span.Position; i--)
            {
                var other = key + i - span.Position;
                while (node > other) node = parents[node];
                if (node != other) scores[i] = float.NegativeInfinity;
            }
        }

        private void LoadQueries(Call call, float* to)
        {
            unchecked
            {
                int dim = call.Pages.HeadDim, width = call.Pages.Width, group = call.Group;
                for (var row = 0; row < Count * group; row++, to += width)
                {
                    var token = call.Spans[Span].Row + First + row / group;
                    var from = (float*)call.Queries + (long)token * call.QueryStride
                        + (Head * group + row % group) * dim;
                    var own = new Span<float>(to, width);
                    own.Clear();
                    TensorPrimitives.Multiply(
                        new ReadOnlySpan<float>(from, dim), call.Shape.Scale, own);
                }
            }
        }

        private void Expand<V, L>(
            KvPages pages, IReadOnlyList<int> blocks, int key, int keys, in State state)
            where V : struct where L : struct, ILanes<V>
        {
            unchecked
            {
                var size = pages.BlockSize;
                for (int done = 0, take; done < keys; done += take)
                {
                    var place = (key + done) % size;
                    take = Math.Min(keys - done, size - place);
                    var slot = (long)blocks[(key + done) / size] * size + place;
                    var at = (long)done * state.Width;
                    pages.Read<V, L>(slot, take, Head, false, state.Keys + at, state.Width);
                    pages.Read<V, L>(slot, take, Head, true, state.Values + at, state.Width);
                }
            }
        }

        private static void Scores<V, L>(in State state, int keys)
            where V : struct where L : struct, ILanes<V>
        {
            var view = MatrixView.Of(state.Keys, keys, state.Width, state.Width);
            var queries = new Rows(state.Queries, state.Width, state.Count);
            var scores = new Rows(state.Scores, KeysAtOnce, state.Count);
            for (var row = 0; row < state.Count; row += 4)
            {
                for (var key = 0; key < keys; key += 4)
                    DotTiles<V, L, LoadF32>.Rows4x4(view, key, queries, row, scores, add: false);
            }
        }

        /// <summary>Adds the values, each times its weight: four rows at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Values<V, L>(in State state, int keys)
            where V : struct where L : struct, ILanes<V>
        {
            unchecked
            {
                int last = state.Count - 1, width = state.Width;
                for (var row = 0; row <= last; row += 4)
                {
                    int r1 = Math.Min(row + 1, last), r2 = Math.Min(row + 2, last);
                    var r3 = Math.Min(row + 3, last);
                    float* p0 = state.Scores + row * KeysAtOnce;
                    float* p1 = state.Scores + r1 * KeysAtOnce;
                    float* p2 = state.Scores + r2 * KeysAtOnce;
                    float* p3 = state.Scores + r3 * KeysAtOnce;
                    for (var d = 0; d < width; d += L.Count)
                    {
                        float* o0 = state.Output + row * width + d;
                        float* o1 = state.Output + r1 * width + d;
                        float* o2 = state.Output + r2 * width + d;
                        float* o3 = state.Output + r3 * width + d;
                        V a0 = L.Load(o0), a1 = L.Load(o1), a2 = L.Load(o2), a3 = L.Load(o3);
                        var value = state.Values + d;
                        for (var key = 0; key < keys; key++, value += width)
                        {
                            var v = L.Load(value);
                            a0 = L.Fma(L.Set(p0[key]), v, a0);
                            a1 = L.Fma(L.Set(p1[key]), v, a1);
                            a2 = L.Fma(L.Set(p2[key]), v, a2);
                            a3 = L.Fma(L.Set(p3[key]), v, a3);
                        }
                        L.Store(a0, o0);
                        L.Store(a1, o1);
                        L.Store(a2, o2);
                        L.Store(a3, o3);
                    }
                }
            }
        }

        private void Finish(Call call, in State state)
        {
            unchecked
            {
                int dim = call.Pages.HeadDim, group = call.Group;
                for (var row = 0; row < state.Count; row++)
                {
                    var token = call.Spans[Span].Row + First + row / group;
                    var to = (float*)call.Output + (long)token * call.OutputStride
                        + (Head * group + row % group) * dim;
                    TensorPrimitives.Divide(
                        new ReadOnlySpan<float>(state.Output + row * state.Width, dim),
                        state.Sum[row], new Span<float>(to, dim));
                }
            }
        }
    }

    /// <summary>What a piece of work holds in a thread's own memory.</summary>
    private readonly struct State
    {
        public readonly float* Queries;
        public readonly float* Output;
        public readonly float* Scores;
        public readonly float* Largest;
        public readonly float* Sum;
        public readonly float* Keys;
        public readonly float* Values;
        public readonly int Count;
        public readonly int Width;

        public State(float* memory, int rows, int width)
        {
            Count = rows;
            Width = width;
            Keys = memory;
            Values = Keys + KeysAtOnce * width;
            Queries = Values + KeysAtOnce * width;
            Output = Queries + rows * width;
            Scores = Output + rows * width;
            Largest = Scores + rows * KeysAtOnce;
            Sum = Largest + rows;
        }

        /// <summary>Makes weights of a row's scores, and 0 of those it does not see.</summary>
        public void Soften(int row, int from, int end, int keys)
        {
            var scores = new Span<float>(Scores + row * KeysAtOnce, keys);
            from = Math.Max(from, 0);
            if (end <= from)
            {
                scores.Clear();
                return;
            }
            scores[..from].Clear();
            scores[end..].Clear();
            var seen = scores[from..end];
            var largest = Math.Max(Largest[row], TensorPrimitives.Max<float>(seen));
            var shrink = MathF.Exp(Largest[row] - largest);
            TensorPrimitives.Subtract(seen, largest, seen);
            TensorPrimitives.Exp(seen, seen);
            Sum[row] = Sum[row] * shrink + TensorPrimitives.Sum<float>(seen);
            Largest[row] = largest;
            if (shrink == 1) return;
            var output = new Span<float>(Output + row * Width, Width);
            TensorPrimitives.Multiply(output, shrink, output);
        }
    }
}

/// <summary>The query side of an attention.</summary>
/// <param name="Heads">Query heads; a multiple of the key/value heads.</param>
/// <param name="Scale">What scores are multiplied with.</param>
/// <param name="Window">Tokens that a token sees, itself included; 0: all.</param>
public readonly record struct AttentionHeads(int Heads, float Scale, int Window = 0);
