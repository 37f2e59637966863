using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical.Npu;

/// <summary>The arrays of a device, as plain numbers.</summary>
internal sealed class NpuFacts
{
    private readonly double[] _perCell = new double[Enum.GetValues<NumberFormat>().Length];

    /// <summary>Takes them from a fabric.</summary>
    public NpuFacts(NpuFabric fabric)
    {
        IsCube = fabric.ArrayKind == ArrayKind.Cube;
        Clock = fabric.Clock.Value.Value;
        Arrays = fabric.Cores.Value.Value * fabric.ArraysPerCore.Value.Value;
        Rows = fabric.Rows.Value.Value;
        Columns = fabric.Columns.Value.Value;
        Depth = fabric.Depth.Value.Value;
        foreach (var (format, perCell) in fabric.Formats)
            _perCell[(int)format] = perCell.Value.Value;
    }

    /// <summary>Whether an array multiplies a whole cube in one cycle.</summary>
    public bool IsCube { get; }

    /// <summary>Clock of the arrays, in hertz.</summary>
    public double Clock { get; }

    /// <summary>Arrays of all cores.</summary>
    public double Arrays { get; }

    /// <summary>Rows of an array: the inner dimension, or rows of the result in a cube.</summary>
    public double Rows { get; }

    /// <summary>Columns of an array: columns of the result.</summary>
    public double Columns { get; }

    /// <summary>The inner dimension of a cube; 1 in a systolic array.</summary>
    public double Depth { get; }

    /// <summary>Multiply-adds of one cell in one cycle.</summary>
    public double PerCell(NumberFormat format) => _perCell[(int)format];

    /// <summary>
    /// Seconds until the first sums leave an array: a tile of weights shifted in, then the skew of
    /// rows and columns.
    /// </summary>
    public double FillSeconds(double loadCycles) =>
        (IsCube ? Depth : Rows * loadCycles) / Clock + (Rows + Columns) / Clock;

    /// <summary>Seconds that the arrays need for equal products.</summary>
    /// <param name="products">How many of them.</param>
    /// <param name="m">Rows that stream through, of each.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">The inner dimension.</param>
    /// <param name="format">The format of the product.</param>
    /// <param name="figure">The kernel's figures.</param>
    public double Seconds(
        double products, double m, double n, double k, NumberFormat format, in NpuFigures figure)
    {
        var rate = PerCell(format);
        var sustained = rate * figure.MatrixShare;
        var exposed = figure.ExposedFill * (Rows + Columns);
        if (IsCube)
        {
            var blocks = products * Tiles(m, Rows) * Tiles(n, Columns);
            var cycles = Tiles(k, Depth) / sustained + exposed;
            return Math.Ceiling(blocks / Arrays) * cycles / Clock;
        }
        var tiles = products * Tiles(k, Rows) * Tiles(n, Columns);
        // Cells that multiply narrow numbers twice in a cycle take in two of them as well.
        var load = Rows * figure.LoadCycles / Math.Max(1, rate);
        var best = double.PositiveInfinity;
        // Rows may be dealt to several arrays that hold the same weights.
        for (double parts = 1; ; parts *= 2)
        {
            // While rows stream through one tile of weights, the next one is shifted in.
            var stream = Math.Ceiling(m / parts) / sustained + exposed;
            var pass = Math.Max(stream, load);
            best = Math.Min(best, Math.Ceiling(tiles * parts / Arrays) * pass);
            if (stream <= load || parts >= Arrays) return best / Clock;
        }
    }

    private static double Tiles(double size, double tile) =>
        Math.Max(1, Math.Ceiling(size / tile));
}
