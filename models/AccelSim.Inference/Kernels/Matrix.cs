using System.Numerics.Tensors;

namespace AccelSim.Inference.Kernels;

/// <summary>How the engine keeps numbers in memory.</summary>
public enum StorageKind
{
    /// <summary>IEEE 32 bit.</summary>
    F32,
    /// <summary>The upper half of an IEEE 32-bit number.</summary>
    Bf16,
    /// <summary>IEEE 16 bit; finite numbers only.</summary>
    Fp16,
    /// <summary>8-bit integers, an fp32 scale per row or group.</summary>
    Int8,
    /// <summary>8-bit floating point, four bits of exponent, an fp32 scale per row.</summary>
    Fp8,
    /// <summary>
    /// 4-bit integers less 8, an fp32 scale per group; of 32 numbers the first sixteen are the low
    /// halves of sixteen bytes.
    /// </summary>
    Int4,
    /// <summary>
    /// Sixteen levels that normally distributed numbers fill evenly, an fp32 scale per group (NF4;
    /// Dettmers et al. 2023); halves of bytes as <see cref="Int4"/> has them.
    /// </summary>
    Nf4,
    /// <summary>
    /// Eight levels, an fp32 scale and an fp32 offset per group; of 32 numbers first the low two
    /// bits of each, then the third ones.
    /// </summary>
    Int3,
    /// <summary>Four levels, an fp32 scale and an fp32 offset per group.</summary>
    Int2,
    /// <summary>
    /// Two of every four numbers, in bf16: a bit for each of 32 tells whether it is there, sixteen
    /// numbers follow.
    /// </summary>
    Sparse24,
    /// <summary>
    /// Half of each row, in bf16: for every 32 numbers a word of such bits and the byte of the row
    /// at which theirs begin, then all numbers.
    /// </summary>
    SparseHalf,
}

/// <summary>A format: how numbers are kept and how many share a scale.</summary>
/// <param name="Kind">How numbers are kept.</param>
/// <param name="Group">
/// Numbers along a row that share a scale, a multiple of 32; 0: a whole row.
/// </param>
/// <param name="HasOffset">Whether each group adds a number, too (an asymmetric format).</param>
public readonly record struct Storage(StorageKind Kind, int Group = 0, bool HasOffset = false)
{
    /// <summary>
    /// Whether inputs become int8, too, each row with a scale of its own, and products are those
    /// of integers (W8A8); weights are int8 with a scale per row then.
    /// </summary>
    public bool RoundsInputs { get; init; }

    /// <summary>Whether rows have scales.</summary>
    public bool IsScaled => Kind is StorageKind.Int8 or StorageKind.Fp8 or StorageKind.Int4
        or StorageKind.Nf4 or StorageKind.Int3 or StorageKind.Int2;

    internal bool NeedsOffset => Kind is StorageKind.Int3 or StorageKind.Int2;

    internal bool MayHaveOffset => NeedsOffset || Kind == StorageKind.Int4;

    /// <summary>Bits of a number without its share of scales.</summary>
    public int Bits => Kind switch
    {
        StorageKind.F32 => 32,
        StorageKind.Bf16 or StorageKind.Fp16 => 16,
        StorageKind.Int8 or StorageKind.Fp8 => 8,
        StorageKind.Int3 => 3,
        StorageKind.Int2 => 2,
        StorageKind.Sparse24 => 9,
        StorageKind.SparseHalf => 10,
        _ => 4,
    };

    /// <summary>Bits of a number with its share of scales, in rows of that length.</summary>
    public double BitsWithScales(long columns) => !IsScaled
        ? Bits
        : Bits + (HasOffset ? 64.0 : 32.0) / (Group == 0 ? columns : Group);
}

/// <summary>Weights as kernels read them: rows of numbers that go with one output each.</summary>
/// <remarks>
/// Rows are filled up with zeros to whole runs of 32 numbers, so that kernels know no remainders.
/// </remarks>
public sealed unsafe class Matrix : IDisposable
{
    /// <summary>Numbers that kernels take at a time.</summary>
    public const int Run = 32;

    /// <summary>Sparse numbers are read sixteen at a time, however few there are.</summary>
    private const int Slack = 32;

    private readonly NativeBuffer _data;
    private readonly NativeBuffer _scales;
    private readonly int _slack;

    /// <summary>Takes memory for a matrix of zeros.</summary>
    public Matrix(int rows, int columns, Storage storage)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (storage.Group % Run != 0)
            throw new ArgumentException($"Groups are multiples of {Run}.", nameof(storage));
        if (storage.RoundsInputs && storage is not { Kind: StorageKind.Int8, Group: 0 })
            throw new ArgumentException("W8A8 has a scale per row.", nameof(storage));
        if (storage.HasOffset && !storage.MayHaveOffset)
        {
            throw new ArgumentException(
                "Only whole numbers of four bits and fewer have offsets.", nameof(storage));
        }
        if (!storage.HasOffset && storage.NeedsOffset)
            throw new ArgumentException("Two and three bits have offsets.", nameof(storage));
        Rows = rows;
        Columns = columns;
        Storage = storage;
        var padded = Padded(columns);
        var group = storage.Group == 0 ? padded : Math.Min(storage.Group, padded);
        var groups = storage.IsScaled ? (padded + group - 1) / group : 1;
        var rowBytes = (long)padded * storage.Bits / 8;
        _slack = storage.Kind is StorageKind.Sparse24 or StorageKind.SparseHalf ? Slack : 0;
        _data = new NativeBuffer(rows * rowBytes + _slack);
        var scales = storage.IsScaled ? (long)rows * groups : 0;
        _scales = new NativeBuffer(scales * sizeof(float) * (storage.HasOffset ? 2 : 1));
        View = new MatrixView
        {
            Data = _data.Data,
            RowBytes = rowBytes,
            Scales = _scales.Floats,
            Offsets = _scales.Floats + scales,
            Rows = rows,
            Columns = padded,
            Group = storage.IsScaled ? group : padded,
            Groups = groups,
            IsWalked = true,
        };
    }

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>The format.</summary>
    public Storage Storage { get; }

    /// <summary>Memory of numbers and scales.</summary>
    public long Bytes => _data.Bytes - _slack + _scales.Bytes;

    /// <summary>What kernels see.</summary>
    internal MatrixView View { get; }

    /// <summary>Whether scales and offsets of a row are numbers.</summary>
    internal bool HasFiniteScales(int row)
    {
        var count = Storage.IsScaled ? View.Groups : 0;
        return TensorPrimitives.IsFiniteAll(new ReadOnlySpan<float>(View.ScalesOf(row), count))
            && (!Storage.HasOffset || TensorPrimitives.IsFiniteAll(
                new ReadOnlySpan<float>(View.OffsetsOf(row), count)));
    }

    /// <summary>A length filled up to whole runs.</summary>
    public static int Padded(int columns) => (columns + Run - 1) / Run * Run;

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _scales.Dispose();
    }
}

/// <summary>A matrix in memory, without its owner.</summary>
internal unsafe struct MatrixView
{
    public byte* Data;
    public long RowBytes;
    public float* Scales;
    public float* Offsets;
    public int Rows;

    /// <summary>Filled up to whole runs.</summary>
    public int Columns;

    /// <summary>Columns that share a scale.</summary>
    public int Group;
    public int Groups;

    /// <summary>Whether it lies in memory and is walked from end to end.</summary>
    public bool IsWalked;

    public readonly byte* Row(int row) => unchecked(Data + row * RowBytes);

    public readonly float* ScalesOf(int row) => unchecked(Scales + (long)row * Groups);

    public readonly float* OffsetsOf(int row) => unchecked(Offsets + (long)row * Groups);

    /// <summary>Plain numbers somewhere else.</summary>
    public static MatrixView Of(float* data, int rows, int columns, int stride) => new()
    {
        Data = (byte*)data,
        RowBytes = stride * sizeof(float),
        Rows = rows,
        Columns = columns,
        Group = columns,
        Groups = 1,
    };
}
