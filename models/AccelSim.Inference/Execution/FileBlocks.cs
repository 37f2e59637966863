using AccelSim.Inference.Kernels;
using AccelSim.Inference.Weights;

namespace AccelSim.Inference.Execution;

/// <summary>Takes over quantised rows of a file as they are: no number is rounded again.</summary>
internal static unsafe class FileBlocks
{
    private const int SuperBlock = 256;
    private const int SuperBytes = 144;
    private const int SuperHeader = 16;
    private const int MinimumAt = 2;

    /// <summary>The format that holds what a file's type holds; null where none does.</summary>
    public static Storage? StorageOf(WeightType type) => type switch
    {
        WeightType.F32 => new Storage(StorageKind.F32),
        WeightType.F16 => new Storage(StorageKind.Fp16),
        WeightType.BF16 => new Storage(StorageKind.Bf16),
        WeightType.Q8_0 => new Storage(StorageKind.Int8, Matrix.Run),
        WeightType.Q4_0 => new Storage(StorageKind.Int4, Matrix.Run),
        WeightType.Q4_K => new Storage(StorageKind.Int4, Matrix.Run, HasOffset: true),
        _ => null,
    };

    /// <summary>Whether rows of that type go into that format block by block.</summary>
    public static bool Fit(WeightType type, Storage storage) =>
        type is WeightType.Q8_0 or WeightType.Q4_0 or WeightType.Q4_K
        && StorageOf(type) == storage;

    /// <summary>Copies a row.</summary>
    public static void Copy(in WeightTensor tensor, int row, Matrix matrix, int to)
    {
        var view = matrix.View;
        var bytes = WeightLayout.RowBytes(tensor.Type, matrix.Columns);
        var from = (byte*)tensor.Data + row * bytes;
        var data = view.Row(to);
        for (var column = 0; column < matrix.Columns; column += Matrix.Run)
        {
            var group = column / Matrix.Run;
            switch (tensor.Type)
            {
                case WeightType.Q8_0:
                    view.ScalesOf(to)[group] = (float)*(Half*)from;
                    new ReadOnlySpan<byte>(from + 2, 32).CopyTo(new Span<byte>(data + column, 32));
                    from += 34;
                    break;
                case WeightType.Q4_0:
                    // The engine's order of halves is GGUF's.
                    view.ScalesOf(to)[group] = (float)*(Half*)from;
                    new ReadOnlySpan<byte>(from + 2, 16)
                        .CopyTo(new Span<byte>(data + column / 2, 16));
                    from += 18;
                    break;
                default:
                    if (column % SuperBlock != 0) break;
                    CopySuper(new ReadOnlySpan<byte>(from, SuperBytes), view, to, column);
                    from += SuperBytes;
                    break;
            }
        }
    }

    private static void CopySuper(ReadOnlySpan<byte> block, MatrixView view, int row, int column)
    {
        // Scales are what a block of ones without minima holds, minima what one of zeros holds.
        Span<float> ones = stackalloc float[SuperBlock], zeros = stackalloc float[SuperBlock];
        Span<byte> changed = stackalloc byte[SuperBytes];
        block.CopyTo(changed);
        changed[SuperHeader..].Clear();
        Dequantiser.Read(WeightType.Q4_K, changed, zeros);
        changed[SuperHeader..].Fill(0x11);
        changed[MinimumAt] = changed[MinimumAt + 1] = 0;
        Dequantiser.Read(WeightType.Q4_K, changed, ones);
        var data = view.Row(row) + column / 2;
        for (var group = 0; group < SuperBlock / Matrix.Run; group++)
        {
            var scale = ones[group * Matrix.Run];
            var at = column / Matrix.Run + group;
            view.ScalesOf(row)[at] = scale;
            // Kernels take 8 away from every number.
            view.OffsetsOf(row)[at] = 8 * scale + zeros[group * Matrix.Run];
            var numbers = block.Slice(SuperHeader + group / 2 * 32, 32);
            var shift = group % 2 * 4;
            for (var i = 0; i < 16; i++)
            {
                var (low, high) = ((numbers[i] >> shift) & 15, (numbers[i + 16] >> shift) & 15);
                data[group * 16 + i] = (byte)(low | (high << 4));
            }
        }
    }
}
