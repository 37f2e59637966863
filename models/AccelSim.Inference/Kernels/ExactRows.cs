namespace AccelSim.Inference.Kernels;

/// <summary>Keys and values in 16 bits, those of one token and head in a row.</summary>
/// <remarks>
/// Rows are taken and given back by any thread. Memory grows with the most rows that were taken at
/// a time, and stays where it is.
/// </remarks>
/// <param name="width">Numbers of a key, and of a value.</param>
internal sealed unsafe class ExactRows(int width) : IDisposable
{
    private const int RowsOfPart = 16;
    private readonly Lock _only = new();
    private readonly Stack<int> _free = [];
    private volatile NativeBuffer[] _parts = [];

    /// <summary>Memory taken.</summary>
    public long Bytes => _parts.Sum(part => part.Bytes);

    /// <summary>Rows that somebody has.</summary>
    public int Taken
    {
        get
        {
            lock (_only) return _parts.Length * RowsOfPart - _free.Count;
        }
    }

    private int RowBytes => 2 * width * sizeof(ushort);

    /// <summary>A row that nobody else has.</summary>
    public int Take()
    {
        lock (_only)
        {
            if (_free.TryPop(out var row)) return row;
            row = _parts.Length * RowsOfPart;
            // A list of its own for each size: others read while this one grows.
            _parts = [.. _parts, new NativeBuffer((long)RowsOfPart * RowBytes)];
            for (var i = RowsOfPart - 1; i > 0; i--) _free.Push(row + i);
            return row;
        }
    }

    /// <summary>Gives a row back.</summary>
    public void Free(int row)
    {
        lock (_only) _free.Push(row);
    }

    /// <summary>The key of a row; its value follows.</summary>
    public ushort* Of(int row) => unchecked(
        (ushort*)(_parts[row / RowsOfPart].Data + (long)(row % RowsOfPart) * RowBytes));

    /// <summary>Writes a row.</summary>
    public void Write(int row, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        var to = Of(row);
        Packer.Plain(StorageKind.Fp16, key, (byte*)to);
        Packer.Plain(StorageKind.Fp16, value, (byte*)(to + width));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }
}
