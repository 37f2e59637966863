using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace AccelSim.Inference.Kernels;

/// <summary>Keys and values that a step has computed, one row for each of its tokens.</summary>
/// <param name="Keys">The first row's key of the first head; values follow all heads' keys.</param>
/// <param name="Stride">Numbers from one row to the next.</param>
/// <param name="Heads">Key/value heads.</param>
/// <param name="HeadDim">Numbers of a head.</param>
internal readonly record struct FreshRows(nint Keys, int Stride, int Heads, int HeadDim)
{
    /// <summary>A row's key of a head.</summary>
    public Span<float> Key(int row, int head) => At(row, head);

    /// <summary>A row's value of a head.</summary>
    public Span<float> Value(int row, int head) => At(row, Heads + head);

    private unsafe Span<float> At(int row, int part) => unchecked(
        new Span<float>((float*)Keys + (long)row * Stride + part * HeadDim, HeadDim));
}

/// <summary>Keys that are packed channel by channel once a group of tokens is whole.</summary>
/// <remarks>
/// A group is open until a token after it comes: its tokens have exact rows. Then it is packed,
/// but rows go only when that step's attention is through, since tokens of the step that are in
/// the group themselves ask for them. A group that begins and ends in one step never has rows: its
/// tokens are taken from where the step computed them. Scales of channels fill the places of the
/// scales that the group's keys do not have, one token's after the other, so that groups need
/// nothing of the size of blocks.
/// </remarks>
public sealed unsafe partial class KvPages
{
    /// <summary>By the slot of a group's first token: exact rows, head after head.</summary>
    private readonly Dictionary<long, int[]> _open = [];

    /// <summary>Writes a step's tokens: packs groups that are whole, keeps the last one open.
    /// </summary>
    /// <param name="pool">Threads.</param>
    /// <param name="spans">Whose tokens.</param>
    /// <param name="fresh">Keys and values; they are rounded to 16 bits.</param>
    internal void WriteGroups(
        CpuPool pool, IReadOnlyList<AttentionSpan> spans, FreshRows fresh)
    {
        List<(AttentionSpan Span, int Group)> whole = [];
        foreach (var span in spans)
        {
            Round(pool, span, fresh);
            Prepare(span);
            foreach (var group in Ended(span)) whole.Add((span, group));
        }
        var numbers = 8L * Scheme.KeyGroup * Width;
        pool.Rows(whole.Count * Heads, numbers, i =>
        {
            var (span, group) = whole[i / Heads];
            Pack(span, group, i % Heads, fresh);
        });
        foreach (var span in spans) Keep(span, fresh);
    }

    /// <summary>After a step's attention: packed groups need their rows no more.</summary>
    internal void Settle(in AttentionSpan span)
    {
        foreach (var group in Ended(span)) Close(SlotOf(span, group * Scheme.KeyGroup));
    }

    /// <summary>Expands tokens of a sequence, all of one group.</summary>
    /// <param name="span">Who asks.</param>
    /// <param name="asking">The place of the first token that asks; all ask from one group.</param>
    /// <param name="head">The head.</param>
    /// <param name="from">The first token's place.</param>
    /// <param name="count">How many.</param>
    /// <param name="fresh">What the step has computed; default: everything is in the cache.</param>
    /// <param name="channels">Memory for two numbers of each channel.</param>
    /// <param name="keys">Receives keys.</param>
    /// <param name="values">Receives values.</param>
    internal void ReadGroup<V, L>(
        in AttentionSpan span, int asking, int head, int from, int count, FreshRows fresh,
        float* channels, float* keys, float* values)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var group = from / Scheme.KeyGroup;
            if (group == asking / Scheme.KeyGroup)
            {
                var rows = from < span.Position
                    ? _open[SlotOf(span, group * Scheme.KeyGroup)].AsSpan(head * Scheme.KeyGroup)
                    : [];
                for (var i = from; i < from + count; i++, keys += Width, values += Width)
                {
                    if (i < span.Position)
                        ReadExact<V, L>(rows[i % Scheme.KeyGroup], keys, values);
                    else
                        ReadFresh(fresh, span.Row + i - span.Position, head, keys, values);
                }
                return;
            }
            ChannelsOf(span, group, head, false, new Span<float>(channels, 2 * Width));
            for (int done = 0, take; done < count; done += take)
            {
                take = Math.Min(count - done, BlockSize - (from + done) % BlockSize);
                var at = (long)done * Width;
                ReadTwoBits<V, L>(
                    SlotOf(span, from + done), take, head, channels, keys + at, values + at);
            }
        }
    }

    private void ReadFresh(FreshRows fresh, int row, int head, float* key, float* value)
    {
        Fill(fresh.Key(row, head), new Span<float>(key, Width));
        Fill(fresh.Value(row, head), new Span<float>(value, Width));
    }

    private static void Fill(ReadOnlySpan<float> numbers, Span<float> to)
    {
        numbers.CopyTo(to);
        to[numbers.Length..].Clear();
    }

    /// <summary>
    /// Groups that a token of the span comes after, and that were not packed before it.
    /// </summary>
    private IEnumerable<int> Ended(AttentionSpan span)
    {
        var size = Scheme.KeyGroup;
        var last = (span.Position + span.Count - 1) / size;
        for (var group = Math.Max(0, span.Position - 1) / size; group < last; group++)
        {
            var first = group * size;
            if (first + size > span.Position || _open.ContainsKey(SlotOf(span, first)))
                yield return group;
        }
    }

    private long SlotOf(in AttentionSpan span, int position)
    {
        var (block, place) = Math.DivRem(position, BlockSize);
        return (long)span.Blocks[block] * BlockSize + place;
    }

    private void Round(CpuPool pool, AttentionSpan span, FreshRows fresh) =>
        pool.Rows(span.Count, 4L * Heads * HeadDim, row =>
        {
            Span<Half> halves = stackalloc Half[HeadDim];
            for (var part = 0; part < 2 * Heads; part++)
            {
                // Values follow keys.
                var numbers = fresh.Key(span.Row + row, part);
                TensorPrimitives.ConvertToHalf(numbers, halves);
                TensorPrimitives.ConvertToSingle(halves, numbers);
            }
        });

    /// <summary>Ends what others had open in the slots, and opens the span's last group.</summary>
    private void Prepare(in AttentionSpan span)
    {
        var (size, end) = (Scheme.KeyGroup, span.Position + span.Count);
        for (var position = span.Position; position < end; position++)
            Close(SlotOf(span, position));
        if (span.Position % size != 0) Reopen(span);
        var first = SlotOf(span, (end - 1) / size * size);
        if (!_open.ContainsKey(first)) Open(first);
    }

    private int[] Open(long slot)
    {
        var rows = new int[Heads * Scheme.KeyGroup];
        for (var i = 0; i < rows.Length; i++) rows[i] = _exact.Take();
        return _open[slot] = rows;
    }

    private void Close(long slot)
    {
        if (!_open.Remove(slot, out var rows)) return;
        foreach (var row in rows) _exact.Free(row);
    }

    /// <summary>
    /// A sequence that goes back into a packed group, or whose begin nobody wrote, goes on from
    /// what is there.
    /// </summary>
    private void Reopen(in AttentionSpan span)
    {
        var size = Scheme.KeyGroup;
        var first = span.Position / size * size;
        if (_open.ContainsKey(SlotOf(span, first))) return;
        var rows = Open(SlotOf(span, first));
        // Whoever asks from the group after this one sees it packed.
        using var buffer = new NativeBuffer(4L * Width * sizeof(float));
        float* channels = buffer.Floats, key = channels + 2 * Width, value = key + Width;
        // Where there is no room for the whole group, nobody packed it: all is zero.
        var isPacked = span.Blocks.Count * (long)BlockSize >= first + size;
        for (var head = 0; head < Heads; head++)
        {
            for (var position = first; position < span.Position; position++)
            {
                if (!isPacked)
                {
                    new Span<float>(key, 2 * Width).Clear();
                }
                else if (Lanes512.IsSupported)
                {
                    ReadGroup<Vector512<float>, Lanes512>(
                        span, first + size, head, position, 1, default, channels, key, value);
                }
                else
                {
                    ReadGroup<Vector256<float>, Lanes256>(
                        span, first + size, head, position, 1, default, channels, key, value);
                }
                _exact.Write(
                    rows[head * size + position - first], new Span<float>(key, HeadDim),
                    new Span<float>(value, HeadDim));
            }
        }
    }

    /// <summary>Packs a group of a head from what is open and what the step has computed.</summary>
    private void Pack(in AttentionSpan span, int group, int head, FreshRows fresh)
    {
        var size = Scheme.KeyGroup;
        var first = group * size;
        // Keys, then values, filled up with zeros.
        var rows = new float[2 * size * Width];
        var values = rows.AsSpan(size * Width);
        for (var i = 0; i < size; i++)
        {
            Take(
                span, first + i, head, fresh, rows.AsSpan(i * Width, Width),
                values.Slice(i * Width, Width));
        }
        var exact = ExactOf(first, rows.AsSpan(0, size * Width));
        var packed = new float[size * Width];
        var count = 0;
        for (var i = 0; i < size; i++)
        {
            var value = values.Slice(i * Width, HeadDim);
            var row = RowOf(SlotOf(span, first + i), head, true);
            if (exact[i])
            {
                WriteExact(row, rows.AsSpan(i * Width, HeadDim), value);
                continue;
            }
            Unmark(row);
            TwoBits.Pack(value, _data.Data + row * RowBytes, ScalesOf(row));
            rows.AsSpan(i * Width, Width).CopyTo(packed.AsSpan(count++ * Width));
        }
        if (count == 0) return;
        Span<float> scales = new float[2 * Width];
        TwoBits.Range(packed.AsSpan(0, count * Width), Width, scales);
        ChannelsOf(span, group, head, true, scales);
        for (var i = 0; i < size; i++)
        {
            if (exact[i]) continue;
            var row = RowOf(SlotOf(span, first + i), head, false);
            TwoBits.Pack(rows.AsSpan(i * Width, Width), scales, _data.Data + row * RowBytes);
        }
    }

    /// <summary>Which tokens of a group stay in 16 bits.</summary>
    private bool[] ExactOf(int first, ReadOnlySpan<float> keys)
    {
        var exact = new bool[Scheme.KeyGroup];
        for (var i = 0; i < exact.Length; i++) exact[i] = first + i < Scheme.Sinks;
        for (var found = 0; found < Scheme.Outliers; found++)
        {
            var (most, place) = (-1f, -1);
            for (var i = 0; i < exact.Length; i++)
            {
                if (exact[i]) continue;
                var size = TensorPrimitives.SumOfMagnitudes(keys.Slice(i * Width, Width));
                if (size > most) (most, place) = (size, i);
            }
            if (place >= 0) exact[place] = true;
        }
        return exact;
    }

    /// <summary>A token's key and value in 16 bits, wherever they are.</summary>
    private void Take(
        in AttentionSpan span, int position, int head, FreshRows fresh, Span<float> key,
        Span<float> value)
    {
        if (position >= span.Position)
        {
            var row = span.Row + position - span.Position;
            fresh.Key(row, head).CopyTo(key);
            fresh.Value(row, head).CopyTo(value);
            return;
        }
        var place = position % Scheme.KeyGroup;
        var rows = _open[SlotOf(span, position - place)];
        var from = (Half*)_exact.Of(rows[head * Scheme.KeyGroup + place]);
        TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(from, HeadDim), key);
        TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(from + Width, HeadDim), value);
    }

    /// <summary>Keeps those of a span's tokens exact that are in its last group.</summary>
    private void Keep(in AttentionSpan span, FreshRows fresh)
    {
        var (size, end) = (Scheme.KeyGroup, span.Position + span.Count);
        var first = (end - 1) / size * size;
        var rows = _open[SlotOf(span, first)];
        for (var position = Math.Max(first, span.Position); position < end; position++)
        {
            var row = span.Row + position - span.Position;
            for (var head = 0; head < Heads; head++)
            {
                _exact.Write(
                    rows[head * size + position - first], fresh.Key(row, head),
                    fresh.Value(row, head));
            }
        }
    }

    /// <summary>Reads or writes scales and offsets of a group's channels.</summary>
    private void ChannelsOf(
        in AttentionSpan span, int group, int head, bool write, Span<float> scales)
    {
        var first = group * Scheme.KeyGroup;
        for (int i = 0, take; i < Scheme.KeyGroup; i += take)
        {
            take = Math.Min(Scheme.KeyGroup - i, BlockSize - (first + i) % BlockSize);
            var there = new Span<float>(
                ScalesOf(RowOf(SlotOf(span, first + i), head, false)), take * RowScales);
            var own = scales.Slice(i * RowScales, take * RowScales);
            if (write) own.CopyTo(there);
            else there.CopyTo(own);
        }
    }
}
