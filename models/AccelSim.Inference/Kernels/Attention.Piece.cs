using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AccelSim.Inference.Kernels;

public static unsafe partial class Attention
{
    /// <summary>Keys whose scores are held, where all are expanded first.</summary>
    private const int KeysExpanded = 128;

    /// <summary>The same where keys and values are taken as they lie in the cache.</summary>
    private const int KeysDirect = 256;

    /// <summary>Up to so many rows, expanding keys and values first is not worth it.</summary>
    private const int MostDirectRows = 8;

    private const int BlocksAhead = 4;

    /// <summary>Some tokens of a span and one key/value head.</summary>
    private readonly record struct Piece(int Span, int First, int Count, int Head)
    {
        /// <summary>Which part of the keys it sees, of how many.</summary>
        public int Part { get; init; }

        public int Parts { get; init; }

        /// <summary>Where its partial result goes, in numbers.</summary>
        public long At { get; init; }

        public bool IsDirect(Call call) =>
            Count * call.Group <= MostDirectRows && call.Pages.Kind != KvKind.Int2;

        public long PartialFloats(Call call) =>
            Parts > 1 ? (long)Count * call.Group * (call.Pages.Width + 2) : 0;

        public long Floats(Call call)
        {
            long rows = Count * call.Group, width = call.Pages.Width;
            return IsDirect(call)
                ? rows * (2 * width + KeysDirect + 2)
                : rows * (2 * width + KeysExpanded + 2) + 2 * (KeysExpanded + 1) * width;
        }

        /// <summary>All keys that its tokens see.</summary>
        public (int From, int End) Keys(Call call)
        {
            var first = call.Spans[Span].Position + First;
            var window = call.Shape.Window;
            return (window == 0 ? 0 : Math.Max(0, first - window + 1), first + Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, L>(Call call, float* memory)
            where V : struct where L : struct, ILanes<V>
        {
            unchecked
            {
                var span = call.Spans[Span];
                int width = call.Pages.Width, rows = Count * call.Group;
                var isDirect = IsDirect(call);
                var state = new State(memory, rows, width, isDirect);
                LoadQueries(call, state.Queries);
                new Span<float>(state.Output, rows * width).Clear();
                new Span<float>(state.Largest, rows).Fill(float.NegativeInfinity);
                new Span<float>(state.Sum, rows).Clear();
                var (from, end) = Keys(call);
                var each = (end - from + Parts - 1) / Parts;
                from += Part * each;
                end = Math.Min(end, from + each);
                for (var key = from; key < end; key += state.Keys)
                {
                    var keys = Math.Min(state.Keys, end - key);
                    if (isDirect)
                    {
                        EachBlock<V, L>(call.Pages, span.Blocks, key, keys, end, state, false);
                    }
                    else
                    {
                        Expand<V, L>(call, span, key, keys, state);
                        Scores<V, L>(state, keys);
                    }
                    Soften(call, state, key, keys);
                    if (isDirect)
                        EachBlock<V, L>(call.Pages, span.Blocks, key, keys, end, state, true);
                    else
                        Values<V, L>(state, keys);
                }
                Finish(call, state);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Soften(Call call, in State state, int key, int keys)
        {
            var span = call.Spans[Span];
            var window = call.Shape.Window;
            for (var row = 0; row < state.Count; row++)
            {
                var node = First + row / call.Group;
                var position = span.Position + node;
                var least = window == 0 ? 0 : position - window + 1;
                if (span.Parents is { } parents) Hide(state, parents, row, node, key, keys, span);
                state.Soften(row, least - key, Math.Min(keys, position + 1 - key), keys);
            }
        }

        /// <summary>Scores of the keys, or their values' sum, block by block.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void EachBlock<V, L>(
            KvPages pages, IReadOnlyList<int> blocks, int key, int keys, int end,
            in State state, bool value)
            where V : struct where L : struct, ILanes<V>
        {
            unchecked
            {
                var size = pages.BlockSize;
                var queries = new Rows(state.Queries, state.Width, state.Count);
                var output = new Rows(state.Output, state.Width, state.Count);
                for (int done = 0, take; done < keys; done += take)
                {
                    var place = (key + done) % size;
                    take = Math.Min(keys - done, size - place);
                    var block = (key + done) / size;
                    var view = pages.View(
                        (long)blocks[block] * size + place, take, Head, value);
                    var scores = new Rows(state.Scores + done, state.Keys, state.Count);
                    if (value)
                    {
                        Tiles<V, L>(value, pages.Kind, view, scores, output);
                        continue;
                    }
                    // Blocks lie anywhere: nobody guesses the next.
                    if ((block + BlocksAhead) * size < end)
                        pages.Ask((long)blocks[block + BlocksAhead] * size, size, Head);
                    Tiles<V, L>(value, pages.Kind, view, queries, scores);
                }
            }
        }

        /// <summary>Queries times keys, or weights times values, in the cache's format.</summary>
        private static void Tiles<V, L>(
            bool value, KvKind kind, in MatrixView view, in Rows from, in Rows to)
            where V : struct where L : struct, ILanes<V>
        {
            switch (kind)
            {
                case KvKind.F32: Tiles<V, L, LoadF32>(value, view, from, to); break;
                case KvKind.Bf16: Tiles<V, L, LoadBf16>(value, view, from, to); break;
                case KvKind.Fp16: Tiles<V, L, LoadFp16>(value, view, from, to); break;
                case KvKind.Int8: Tiles<V, L, LoadInt8>(value, view, from, to); break;
                default: Tiles<V, L, LoadInt4>(value, view, from, to); break;
            }
        }

        private static void Tiles<V, L, W>(
            bool value, in MatrixView view, in Rows from, in Rows to)
            where V : struct where L : struct, ILanes<V> where W : struct, IWeightLoad
        {
            if (value) KvTiles<V, L, W>.Values(view, from, to);
            else KvTiles<V, L, W>.Scores(view, from, to);
        }

        /// <summary>Hides what is in the tree but no ancestor.</summary>
        private static void Hide(
            in State state, IReadOnlyList<int> parents, int row, int node, int key, int keys,
            in AttentionSpan span)
        {
            var scores = new Span<float>(state.Scores + row * state.Keys, keys);
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
            Call call, in AttentionSpan span, int key, int keys, in State state)
            where V : struct where L : struct, ILanes<V>
        {
            unchecked
            {
                var pages = call.Pages;
                var size = pages.Scheme.KeyGroup > 0 ? pages.Scheme.KeyGroup : pages.BlockSize;
                for (int done = 0, take; done < keys; done += take)
                {
                    var place = (key + done) % size;
                    take = Math.Min(keys - done, size - place);
                    var at = (long)done * state.Width;
                    float* toKeys = state.KeyRows + at, toValues = state.ValueRows + at;
                    if (pages.Scheme.KeyGroup > 0)
                    {
                        pages.ReadGroup<V, L>(
                            span, span.Position + First, Head, key + done, take, call.Fresh,
                            state.Channels, toKeys, toValues);
                        continue;
                    }
                    var slot = (long)span.Blocks[(key + done) / size] * size + place;
                    pages.Read<V, L>(slot, take, Head, toKeys, toValues);
                }
            }
        }

        private static void Scores<V, L>(in State state, int keys)
            where V : struct where L : struct, ILanes<V>
        {
            var view = MatrixView.Of(state.KeyRows, keys, state.Width, state.Width);
            var queries = new Rows(state.Queries, state.Width, state.Count);
            var scores = new Rows(state.Scores, state.Keys, state.Count);
            if (state.Count == 1)
            {
                KvTiles<V, L, LoadF32>.Scores(view, queries, scores);
                return;
            }
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
                    float* p0 = state.Scores + row * state.Keys;
                    float* p1 = state.Scores + r1 * state.Keys;
                    float* p2 = state.Scores + r2 * state.Keys;
                    float* p3 = state.Scores + r3 * state.Keys;
                    // Two vectors of each row: as many sums as keep both multipliers busy.
                    for (var d = 0; d < width; d += 2 * L.Count)
                    {
                        float* o0 = state.Output + row * width + d;
                        float* o1 = state.Output + r1 * width + d;
                        float* o2 = state.Output + r2 * width + d;
                        float* o3 = state.Output + r3 * width + d;
                        V a0 = L.Load(o0), a1 = L.Load(o1), a2 = L.Load(o2), a3 = L.Load(o3);
                        V b0 = L.Load(o0 + L.Count), b1 = L.Load(o1 + L.Count);
                        V b2 = L.Load(o2 + L.Count), b3 = L.Load(o3 + L.Count);
                        var value = state.ValueRows + d;
                        for (var key = 0; key < keys; key++, value += width)
                        {
                            V v = L.Load(value), w = L.Load(value + L.Count), p = L.Set(p0[key]);
                            a0 = L.Fma(p, v, a0);
                            b0 = L.Fma(p, w, b0);
                            p = L.Set(p1[key]);
                            a1 = L.Fma(p, v, a1);
                            b1 = L.Fma(p, w, b1);
                            p = L.Set(p2[key]);
                            a2 = L.Fma(p, v, a2);
                            b2 = L.Fma(p, w, b2);
                            p = L.Set(p3[key]);
                            a3 = L.Fma(p, v, a3);
                            b3 = L.Fma(p, w, b3);
                        }
                        L.Store(a0, o0);
                        L.Store(a1, o1);
                        L.Store(a2, o2);
                        L.Store(a3, o3);
                        L.Store(b0, o0 + L.Count);
                        L.Store(b1, o1 + L.Count);
                        L.Store(b2, o2 + L.Count);
                        L.Store(b3, o3 + L.Count);
                    }
                }
            }
        }

        private void Finish(Call call, in State state)
        {
            unchecked
            {
                if (Parts > 1)
                {
                    var to = (float*)call.Partial + At;
                    var numbers = state.Count * state.Width;
                    new Span<float>(state.Output, numbers).CopyTo(new Span<float>(to, numbers));
                    new Span<float>(state.Largest, 2 * state.Count)
                        .CopyTo(new Span<float>(to + numbers, 2 * state.Count));
                    return;
                }
                for (var row = 0; row < state.Count; row++)
                {
                    TensorPrimitives.Divide(
                        new ReadOnlySpan<float>(
                            state.Output + row * state.Width, call.Pages.HeadDim),
                        state.Sum[row], OutputOf(call, row));
                }
            }
        }

        private Span<float> OutputOf(Call call, int row)
        {
            unchecked
            {
                int dim = call.Pages.HeadDim, group = call.Group;
                var token = call.Spans[Span].Row + First + row / group;
                return new Span<float>(
                    (float*)call.Output + (long)token * call.OutputStride
                        + (Head * group + row % group) * dim,
                    dim);
            }
        }

        /// <summary>Brings this and the following parts together.</summary>
        public void Merge(Call call)
        {
            unchecked
            {
                int rows = Count * call.Group, width = call.Pages.Width;
                var first = (float*)call.Partial + At;
                var stride = PartialFloats(call);
                for (var row = 0; row < rows; row++)
                {
                    var output = OutputOf(call, row);
                    output.Clear();
                    var largest = float.NegativeInfinity;
                    for (var part = 0; part < Parts; part++)
                        largest = Math.Max(largest, first[part * stride + rows * width + row]);
                    var sum = 0f;
                    for (var part = 0; part < Parts; part++)
                    {
                        var own = first + part * stride;
                        var factor = MathF.Exp(own[rows * width + row] - largest);
                        sum += factor * own[rows * width + rows + row];
                        TensorPrimitives.MultiplyAdd(
                            new ReadOnlySpan<float>(own + row * width, output.Length), factor,
                            output, output);
                    }
                    TensorPrimitives.Divide(output, sum, output);
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
        public readonly float* KeyRows;
        public readonly float* ValueRows;

        /// <summary>Scales of a group's channels.</summary>
        public readonly float* Channels;
        public readonly int Count;
        public readonly int Width;

        /// <summary>Keys whose scores are held.</summary>
        public readonly int Keys;

        public State(float* memory, int rows, int width, bool isDirect)
        {
            Count = rows;
            Width = width;
            Keys = isDirect ? KeysDirect : KeysExpanded;
            KeyRows = memory;
            ValueRows = KeyRows + (isDirect ? 0 : Keys * width);
            Queries = ValueRows + (isDirect ? 0 : Keys * width);
            Output = Queries + rows * width;
            Scores = Output + rows * width;
            Largest = Scores + rows * Keys;
            Sum = Largest + rows;
            Channels = Sum + rows;
        }

        /// <summary>Makes weights of a row's scores, and 0 of those it does not see.</summary>
        public void Soften(int row, int from, int end, int keys)
        {
            var scores = new Span<float>(Scores + row * Keys, keys);
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
            if (float.IsNegativeInfinity(largest))
            {
                // A part of a tree of which this row sees nothing.
                scores.Clear();
                return;
            }
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
