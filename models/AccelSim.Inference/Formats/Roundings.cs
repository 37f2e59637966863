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

/// <summary>
/// Sixteen levels that normally distributed numbers fill evenly, a scale per group (NF4; Dettmers
/// et al. 2023, appendix E).
/// </summary>
/// <param name="Group">Numbers that share a scale (fp32); 0: the row.</param>
public sealed record NormalFloatRounding(int Group) : IRounding
{
    /// <summary>The levels, as shares of the group's largest number.</summary>
    internal static readonly float[] Levels =
    [
        -1f, -0.6961928f, -0.52507305f, -0.39491749f, -0.28444138f, -0.18477343f, -0.09105004f,
        0f, 0.0795803f, 0.1609302f, 0.24611230f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f,
        1f,
    ];

    /// <inheritdoc/>
    public double Bits(long columns) => 4 + 32.0 / (Group == 0 ? columns : Group);

    /// <inheritdoc/>
    public void Round(Span<float> row)
    {
        foreach (var part in new Groups(row, Group))
        {
            var largest = Groups.Largest(part);
            if (largest <= 0) continue;
            foreach (ref var value in part) value = Nearest(value / largest) * largest;
        }
    }

    private static float Nearest(float share)
    {
        var at = Array.BinarySearch(Levels, share);
        if (at >= 0) return Levels[at];
        var above = Math.Clamp(~at, 1, Levels.Length - 1);
        return share - Levels[above - 1] <= Levels[above] - share
            ? Levels[above - 1]
            : Levels[above];
    }
}

/// <summary>
/// Keeps the largest of each few consecutive numbers (2 of 4: what sparse matrix units take;
/// Mishra et al. 2021), the rest is 0.
/// </summary>
/// <param name="Share">How many are kept, from 0 to 1.</param>
/// <param name="Run">Of how many; 0: of a row.</param>
public sealed record SparseRounding(double Share, int Run) : IRounding
{
    private const double ValueBits = 16;

    /// <inheritdoc/>
    /// <remarks>
    /// Kept numbers have 16 bits. In runs each kept one's place is noted, in rows a bit for each
    /// number tells whether it is there.
    /// </remarks>
    public double Bits(long columns) => Run > 0
        ? (ValueBits + Math.Ceiling(Math.Log2(Run))) * Share
        : ValueBits * Share + 1;

    /// <inheritdoc/>
    public void Round(Span<float> row)
    {
        foreach (var part in new Groups(row, Run))
        {
            var dropped = part.Length - (int)Math.Ceiling(Share * part.Length);
            var sizes = new float[part.Length];
            var places = new int[part.Length];
            for (var i = 0; i < part.Length; i++) (sizes[i], places[i]) = (Math.Abs(part[i]), i);
            Array.Sort(sizes, places);
            foreach (var place in places.AsSpan(0, dropped)) part[place] = 0;
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

    public static float Largest(ReadOnlySpan<float> values) =>
        MathF.Abs(TensorPrimitives.MaxMagnitude(values));
}
