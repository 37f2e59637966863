using System.Numerics.Tensors;

namespace AccelSim.Inference.Formats;

/// <summary>Whole numbers from 0 with a scale and an offset per group.</summary>
/// <param name="Width">Bits, at most 8.</param>
/// <param name="Group">Numbers that share scale and offset (fp32 each); 0: the row.</param>
public sealed record AffineRounding(int Width, int Group) : IRounding
{
    /// <inheritdoc/>
    public double Bits(long columns) => Width + 64.0 / (Group == 0 ? columns : Group);

    /// <inheritdoc/>
    public void Round(Span<float> row)
    {
        foreach (var part in new Groups(row, Group))
        {
            var least = TensorPrimitives.Min<float>(part);
            var step = (TensorPrimitives.Max<float>(part) - least) / ((1 << Width) - 1);
            if (step <= 0) continue;
            foreach (ref var value in part)
                value = MathF.Round((value - least) / step) * step + least;
        }
    }
}

/// <summary>Parts of a row that share a scale.</summary>
internal ref struct Groups(Span<float> row, int size)
{
    private readonly Span<float> _row = row;
    private readonly int _size = size == 0 ? row.Length : size;
    private int _next;

    public Span<float> Current { get; private set; }

    public readonly Groups GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next >= _row.Length) return false;
        var length = Math.Min(_size, _row.Length - _next);
        Current = _row.Slice(_next, length);
        _next += length;
        return true;
    }
}
