using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>y = x · Wᵀ + b on a device, by whichever kernel suits the number of rows.</summary>
internal sealed class GpuLinear(GpuDevice device) : IDisposable
{
    /// <summary>Rows up to which weights are read anew for each.</summary>
    private const int VectorRows = 4;

    private readonly DeviceSlot<float> _wide = new(device);

    /// <summary>Multiplies by one matrix.</summary>
    public void Run(
        DeviceMatrix matrix, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<float>? bias)
    {
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
        var sides = SidesOf(matrix, x, rows, y, null);
        sides.ExpertCount = experts;
        // Where experts have few rows each, tiles would be mostly empty.
        if (rows <= VectorRows * experts)
        {
            sides.Experts = owners;
            RunVector(matrix, sides);
            return;
        }
        sides.Experts = starts;
        RunTiles(matrix, sides, Tiles(rows) + experts);
    }

    /// <summary>Whether inputs are rounded to 16 bits for so many rows.</summary>
    public bool RoundsInputs(DeviceMatrix matrix, int rows) =>
        device.IsCuda && matrix.Rows < 0 && rows < 0;

    public void Dispose() => _wide.Dispose();

    private int Tiles(int rows) => (rows + 4 * device.TileSide - 1) / (4 * device.TileSide);

    private void RunVector(DeviceMatrix matrix, in Sides sides)
    {
        var each = matrix.Storage.Kind == StorageKind.F32 ? 1 : LinearKernels.VectorRows;
        var teams = (matrix.Rows + each - 1) / each;
        var perGroup = device.IsCuda ? device.GroupSize / WarpTeam.Size : 1;
        device.Run(
            KernelChoice.Vector(matrix.Storage, device.IsCuda),
            device.Groups((teams + perGroup - 1) / perGroup, sides.Count), matrix.View, sides);
    }

    private void RunTiles(DeviceMatrix matrix, in Sides sides, int tiles)
    {
        var side = device.TileSide;
        var grid = new KernelConfig(
            new Index3D((matrix.Rows + 4 * side - 1) / (4 * side), tiles, 1),
            new Index3D(side * side, 1, 1));
        device.Run(KernelChoice.Tile(matrix.Storage), grid, matrix.View, sides, side);
    }

    private Sides SidesOf(
        DeviceMatrix matrix, DeviceSlot<float> x, int rows, DeviceSlot<float> y,
        ArrayView<float>? bias)
    {
        var input = x;
        if (matrix.Padded != matrix.Columns)
        {
            // Kernels know no remainders, and what lies beyond may be no number.
            device.Run(
                LinearKernels.Widen, device.Groups(rows), x.View, x.Width,
                _wide.Take(rows, matrix.Padded), matrix.Padded);
            input = _wide;
        }
        return new Sides
        {
            Inputs = input.Quads,
            InputQuads = matrix.Padded / 4,
            Count = rows,
            Outputs = y.View,
            OutputStride = y.Width,
            Bias = bias ?? device.Nothing.View.BaseView,
            HasBias = bias is null ? 0 : 1,
            Experts = device.NoIntegers.View.BaseView,
        };
    }
}
