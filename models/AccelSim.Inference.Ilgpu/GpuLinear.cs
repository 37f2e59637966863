using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>y = x · Wᵀ + b on a device, by whichever kernel suits the number of rows.</summary>
/// <remarks>
/// One row, and weights of fp32 always, go with inputs of fp32. On devices with matrix units
/// several rows are rounded to 16 bits; many go to NVIDIA's library where it is. With W8A8 all
/// rows are rounded to 8 bits on any device.
/// </remarks>
internal sealed class GpuLinear(GpuDevice device) : IDisposable
{
    /// <summary>Rows up to which weights are read anew for each, without matrix units.</summary>
    private const int VectorRows = 4;

    /// <summary>Rows up to which each eight of them read the weights anew.</summary>
    private const int NarrowRows = 32;

    private readonly DeviceSlot<float> _wide = new(device);
    private readonly DeviceSlot<Quad> _rounded = new(device);
    private readonly DeviceSlot<uint> _whole = new(device);
    private readonly DeviceSlot<float> _scales = new(device);
    private readonly DeviceSlot<Quad> _expanded = new(device);

    /// <summary>Multiplies by one matrix.</summary>
    public void Run(
        DeviceMatrix matrix, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<float>? bias)
    {
        if (RoundsInputs(matrix, rows))
        {
            var rounded = Rounded(matrix, x, rows, y, bias);
            if (rows <= NarrowRows) RunNarrow(matrix, rounded);
            else if (!RunLibrary(matrix, rounded)) RunWide(matrix, rounded, WideTiles(rows));
            return;
        }
        var sides = SidesOf(matrix, x, rows, y, bias);
        if (rows <= VectorRows) RunVector(matrix, sides);
        else RunTiles(matrix, sides, Tiles(rows));
    }

    /// <summary>Multiplies each row by its expert's matrix.</summary>
    /// <param name="matrix">Those of all experts.</param>
    /// <param name="experts">How many.</param>
    /// <param name="x">Rows, those of an expert one after the other.</param>
    /// <param name="rows">How many.</param>
    /// <param name="y">Receives the outputs.</param>
    /// <param name="owners">The expert of each row.</param>
    /// <param name="starts">The first row of each expert, and the end.</param>
    public void RunExperts(
        DeviceMatrix matrix, int experts, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<int> owners, ArrayView<int> starts)
    {
        // Where experts have few rows each, tiles would be mostly empty.
        if (rows <= VectorRows * experts)
        {
            var single = SidesOf(matrix, x, rows, y, null);
            single.ExpertCount = experts;
            single.Experts = owners;
            RunVector(matrix, single);
            return;
        }
        var rounds = RoundsExperts(matrix, rows, experts);
        var sides = rounds
            ? Rounded(matrix, x, rows, y, null)
            : SidesOf(matrix, x, rows, y, null);
        sides.ExpertCount = experts;
        sides.Experts = starts;
        if (rounds) RunWide(matrix, sides, WideTiles(rows) + experts);
        else RunTiles(matrix, sides, Tiles(rows) + experts);
    }

    /// <summary>Whether inputs are rounded to 16 bits for so many rows.</summary>
    public bool RoundsInputs(DeviceMatrix matrix, int rows) =>
        rows > 1 && device.Units != MatrixUnits.None && matrix.Storage.Kind != StorageKind.F32
        && !matrix.Storage.RoundsInputs;

    /// <summary>Whether inputs of experts are rounded to 16 bits for so many rows.</summary>
    public bool RoundsExperts(DeviceMatrix matrix, int rows, int experts) =>
        rows > VectorRows * experts && RoundsInputs(matrix, rows);

    public void Dispose()
    {
        _wide.Dispose();
        _rounded.Dispose();
        _whole.Dispose();
        _scales.Dispose();
        _expanded.Dispose();
    }

    private int Tiles(int rows) => (rows + 4 * device.TileSide - 1) / (4 * device.TileSide);

    private static int WideTiles(int rows) =>
        (rows + MatrixKernels.WideRows - 1) / MatrixKernels.WideRows;

    private void RunVector(DeviceMatrix matrix, in Sides sides)
    {
        var each = matrix.Storage.Kind == StorageKind.F32 ? 1 : LinearKernels.VectorRows;
        var teams = (matrix.Rows + each - 1) / each;
        var perGroup = device.HasWarps ? device.GroupSize / WarpTeam.Size : 1;
        device.Run(
            KernelChoice.Vector(matrix.Storage, device.HasWarps, device.Units),
            device.Groups((teams + perGroup - 1) / perGroup, sides.Count), matrix.View, sides);
    }

    private void RunTiles(DeviceMatrix matrix, in Sides sides, int tiles)
    {
        var side = device.TileSide;
        var grid = new KernelConfig(
            new Index3D((matrix.Rows + 4 * side - 1) / (4 * side), tiles, 1),
            new Index3D(side * side, 1, 1));
        device.Run(
            KernelChoice.Tile(matrix.Storage, device.Units), grid, matrix.View, sides, side);
    }

    private void RunNarrow(DeviceMatrix matrix, in Sides sides) => device.Run(
        KernelChoice.Narrow(matrix.Storage, device.Units),
        OfUnits(
            (matrix.Rows + MatrixKernels.NarrowOutputs - 1) / MatrixKernels.NarrowOutputs,
            (sides.Count + MatrixKernels.NarrowRows - 1) / MatrixKernels.NarrowRows),
        matrix.View, sides);

    private void RunWide(DeviceMatrix matrix, in Sides sides, int tiles) => device.Run(
        KernelChoice.Wide(matrix.Storage, device.Units),
        OfUnits(
            (matrix.Rows + MatrixKernels.WideOutputs - 1) / MatrixKernels.WideOutputs, tiles),
        matrix.View, sides);

    private static KernelConfig OfUnits(int x, int y) =>
        new(new Index3D(x, y, 1), new Index3D(MatrixKernels.GroupSize, 1, 1));

    /// <summary>By NVIDIA's library; coarser weights are expanded to bf16 first.</summary>
    private bool RunLibrary(DeviceMatrix matrix, in Sides sides)
    {
        if (device.Library is not { } library) return false;
        var weights = matrix.View.Data;
        if (matrix.Storage.IsScaled)
        {
            weights = _expanded.Take(matrix.Rows, matrix.Padded / 8);
            device.Run(
                KernelChoice.Expand(matrix.Storage), device.Groups(matrix.Rows), matrix.View,
                weights);
        }
        return library.Multiply(
            matrix.Storage.Kind == StorageKind.Fp16, weights.LoadEffectiveAddressAsPtr(),
            sides.Inputs.LoadEffectiveAddressAsPtr(), sides.Outputs.LoadEffectiveAddressAsPtr(),
            sides.HasBias != 0 ? sides.Bias.LoadEffectiveAddressAsPtr() : 0,
            new CublasLt.Sizes(matrix.Rows, matrix.Padded, sides.Count, sides.OutputStride));
    }

    /// <summary>Inputs of 16 bits, filled up with zeros.</summary>
    private Sides Rounded(
        DeviceMatrix matrix, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<float>? bias)
    {
        var parts = matrix.Padded / 8;
        device.Run(
            KernelChoice.Round(matrix.Storage, device.Units), device.Groups(rows), x.View,
            x.Width, _rounded.Take(rows, parts), parts);
        return SidesOf(rows, y, bias) with { Inputs = _rounded.View, InputQuads = parts };
    }

    private Sides SidesOf(
        DeviceMatrix matrix, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<float>? bias)
    {
        if (matrix.Storage.RoundsInputs) return Whole(matrix, x, rows, y, bias);
        var input = x;
        if (matrix.Padded != matrix.Columns)
        {
            // Kernels know no remainders, and what lies beyond may be no number.
            device.Run(
                LinearKernels.Widen, device.Groups(rows), x.View, x.Width,
                _wide.Take(rows, matrix.Padded), matrix.Padded);
            input = _wide;
        }
        return SidesOf(rows, y, bias) with
        {
            Inputs = input.Quads, InputQuads = matrix.Padded / 4,
        };
    }

    /// <summary>Inputs of 8 bits with their scales, filled up with zeros.</summary>
    private Sides Whole(
        DeviceMatrix matrix, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<float>? bias)
    {
        var words = matrix.Padded / 4;
        device.Run(
            KernelChoice.Whole(device.HasWarps), device.Groups(rows), x.View, x.Width,
            _whole.Take(rows, words), words, _scales.Take(rows));
        return SidesOf(rows, y, bias) with
        {
            Inputs = _whole.Quads, InputQuads = words / 4, InputScales = _scales.View,
        };
    }

    private Sides SidesOf(int rows, DeviceSlot<float> y, ArrayView<float>? bias) => new()
    {
        Count = rows,
        Outputs = y.View,
        OutputStride = y.Width,
        Bias = bias ?? device.Nothing.View.BaseView,
        HasBias = bias is null ? 0 : 1,
        Experts = device.NoIntegers.View.BaseView,
        InputScales = device.Nothing.View.BaseView,
    };
}
