using AccelSim.Models;

namespace AccelSim.Costs.Analytical;

/// <summary>An attention as equal small products: one for each sequence and KV head.</summary>
internal readonly struct AttentionShape
{
    private readonly double _queryBytes;
    private readonly double _keyBytes;
    private readonly double _outputBytes;
    private readonly double _seen;

    /// <summary>Of an operator; sequences count by their mean.</summary>
    public AttentionShape(in Operator @operator)
    {
        double sequences = Math.Max(1, @operator.Sequences);
        double kvHeads = Math.Max(1, @operator.KvHeads);
        double pairs = Math.Max(1, @operator.Pairs);
        double heads = Math.Max(1, @operator.Heads);
        Streams = sequences * kvHeads;
        Queries = @operator.Queries / sequences * heads / kvHeads;
        Keys = Math.Max(1, @operator.KvTokens / sequences);
        KeyDim = Math.Max(1, @operator.HeadDim);
        ValueDim = Math.Max(1, @operator.MatrixFlops.Value / (2 * pairs * heads) - KeyDim);
        _seen = pairs / Math.Max(1, @operator.Queries) / Keys;
        _outputBytes = @operator.OutputBytes.Value;
        _queryBytes = Math.Min(
            @operator.InputBytes.Value, _outputBytes * KeyDim / ValueDim);
        _keyBytes = @operator.InputBytes.Value - _queryBytes
            + @operator.KvReadBytes.Value + @operator.KvWriteBytes.Value
            + @operator.WeightBytes.Value;
    }

    /// <summary>Sequences times KV heads.</summary>
    public double Streams { get; }

    /// <summary>Rows of each product: queries of all heads that share keys and values.</summary>
    public double Queries { get; }

    /// <summary>Keys of a sequence.</summary>
    public double Keys { get; }

    /// <summary>Numbers of a key.</summary>
    public double KeyDim { get; }

    /// <summary>Numbers of a value.</summary>
    public double ValueDim { get; }

    /// <summary>Bytes of keys and values.</summary>
    public double KeyBytes => _keyBytes;

    /// <summary>
    /// Share of the keys that a query is multiplied with, where blocks of so many are whole.
    /// </summary>
    /// <remarks>A causal mask cuts one block of each query in two.</remarks>
    public double Seen(double block) =>
        _seen >= 1 ? 1 : Math.Min(1, _seen + block / 2 / Keys);

    /// <summary>Bytes from and to main memory where one operand may keep so many.</summary>
    public double Bytes(double kept)
    {
        if (kept <= 0) return _queryBytes + _keyBytes + _outputBytes;
        var (left, right) = (_queryBytes / Streams, _keyBytes / Streams);
        // Blocks of queries stay and keys stream past them, or the other way round.
        var keepQueries = left + right * Math.Max(1, Math.Ceiling(left / kept));
        var keepKeys = right + left * Math.Max(1, Math.Ceiling(right / kept));
        return _outputBytes + Streams * Math.Min(keepQueries, keepKeys);
    }
}
