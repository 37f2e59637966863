using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AccelSim.Inference.Kernels;

/// <summary>A cache of two bits, where some tokens are exact.</summary>
/// <remarks>
/// An exact token has no scale: where its value's first one would be stands the number of its row
/// in 16 bits, with the sign that scales never have.
/// </remarks>
public sealed unsafe partial class KvPages
{
    private readonly ExactRows _exact;

    /// <summary>Tokens of heads that are kept in 16 bits at this moment.</summary>
    internal int ExactTokens => _exact.Taken;

    /// <summary>Writes one head of a token that does not wait for a group.</summary>
    /// <param name="slot">Block times block size plus place in the block.</param>
    /// <param name="position">Its place in the sequence, from 0.</param>
    /// <param name="head">The head.</param>
    /// <param name="key">As many numbers as the head has.</param>
    /// <param name="value">As many.</param>
    public void Write(
        long slot, int position, int head, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        if (position < Scheme.Sinks)
        {
            WriteExact(RowOf(slot, head, true), key, value);
            return;
        }
        Write(slot, head, false, key);
        Write(slot, head, true, value);
    }

    /// <summary>Expands consecutive tokens of one head and block to fp32.</summary>
    /// <param name="slot">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="head">The head.</param>
    /// <param name="channels">Scales of the keys' channels; null: tokens have their own.</param>
    /// <param name="keys">Receives keys, one after the other.</param>
    /// <param name="values">Receives values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void ReadTwoBits<V, L>(
        long slot, int count, int head, float* channels, float* keys, float* values)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var row = RowOf(slot, head, false);
            for (var i = 0; i < count; i++, row++, keys += Width, values += Width)
            {
                var value = row + Rows;
                if (MarkOf(value) is var exact and >= 0)
                {
                    ReadExact<V, L>(exact, keys, values);
                    continue;
                }
                var from = _data.Data + row * RowBytes;
                if (channels is null)
                    TwoBits.Expand<V, L>(from, ScalesOf(row), Width, keys);
                else
                    TwoBits.ExpandChannels<V, L>(from, channels, Width, keys);
                TwoBits.Expand<V, L>(
                    _data.Data + value * RowBytes, ScalesOf(value), Width, values);
            }
        }
    }

    /// <summary>The number of the exact row of a value and its key; −1: they have none.</summary>
    private int MarkOf(long row)
    {
        var mark = *(int*)ScalesOf(row);
        return mark < 0 ? mark & int.MaxValue : -1;
    }

    private void Mark(long row, int exact) =>
        *(int*)ScalesOf(row) = unchecked(exact | int.MinValue);

    /// <summary>Gives back the exact row of whoever was there before.</summary>
    private void Unmark(long row)
    {
        if (Kind != KvKind.Int2 || MarkOf(row) is not (var exact and >= 0)) return;
        _exact.Free(exact);
        *ScalesOf(row) = 0;
    }

    private void WriteExact(long row, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        if (MarkOf(row) is not (var exact and >= 0))
        {
            exact = _exact.Take();
            Mark(row, exact);
        }
        _exact.Write(exact, key, value);
    }

    /// <summary>After scales were copied: each has an exact row of its own.</summary>
    private void CopyExact(long source, long target)
    {
        if (Kind != KvKind.Int2 || MarkOf(source) is not (var exact and >= 0)) return;
        var own = _exact.Take();
        Mark(target, own);
        new ReadOnlySpan<ushort>(_exact.Of(exact), 2 * Width)
            .CopyTo(new Span<ushort>(_exact.Of(own), 2 * Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ReadExact<V, L>(int exact, float* keys, float* values)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = (byte*)_exact.Of(exact);
            Expand<V, L, LoadFp16>(from, 1, keys);
            Expand<V, L, LoadFp16>(from + Width * sizeof(ushort), 1, values);
        }
    }
}
