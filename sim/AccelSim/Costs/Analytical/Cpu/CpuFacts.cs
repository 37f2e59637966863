using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical.Cpu;

/// <summary>The cores of a device, as plain numbers.</summary>
internal sealed class CpuFacts
{
    private readonly double[] _tiles = new double[Enum.GetValues<NumberFormat>().Length];
    private readonly double[] _lanes = new double[Enum.GetValues<NumberFormat>().Length];

    /// <summary>Takes them from a fabric and the memory levels around it.</summary>
    public CpuFacts(CpuFabric fabric, Accelerator spec)
    {
        Sockets = fabric.Sockets.Value.Value;
        Cores = fabric.Units;
        Clock = fabric.Clock.Value.Value;
        foreach (var format in Enum.GetValues<NumberFormat>())
        {
            _lanes[(int)format] = (fabric.VectorRate(format)?.Value.Value ?? 0) / Cores;
            if (fabric.MultipliesOnVectors(format)) continue;
            _tiles[(int)format] = fabric.MatrixRate(format)!.Value.Value / Cores;
        }
        foreach (var level in spec.Memory.Values)
        {
            if (level.Role != MemoryRole.Cache) continue;
            if (level.Sharing == MemorySharing.Unit)
                PrivateBytes += Cores * level.Capacity.Value.Value;
            else
                SharedBytes += level.Capacity.Value.Value;
        }
    }

    /// <summary>Sockets, each with memory of its own.</summary>
    public double Sockets { get; }

    /// <summary>Cores of all sockets.</summary>
    public double Cores { get; }

    /// <summary>Their clock outside of matrix tiles, in hertz.</summary>
    public double Clock { get; }

    /// <summary>Caches of single cores together, in bytes.</summary>
    public double PrivateBytes { get; }

    /// <summary>The cache that cores share, in bytes; 0 where there is none.</summary>
    public double SharedBytes { get; }

    /// <summary>The last cache before main memory, in bytes.</summary>
    public double LastBytes => SharedBytes > 0 ? SharedBytes : PrivateBytes;

    /// <summary>Operations of one core's matrix tiles, per second; 0 where it has none.</summary>
    public double TileRate(NumberFormat format) => _tiles[(int)format];

    /// <summary>Operations of one core's SIMD lanes, per second; 0 in formats without.</summary>
    public double LaneRate(NumberFormat format) => _lanes[(int)format];

    /// <summary>Seconds of the core with the most pieces of a product.</summary>
    /// <param name="products">Equal products.</param>
    /// <param name="m">Rows of each.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">The inner dimension.</param>
    /// <param name="format">The format of the product.</param>
    /// <param name="laneRows">Rows that SIMD code computes at once.</param>
    public double Seconds(
        double products, double m, double n, double k, NumberFormat format, double laneRows)
    {
        var best = double.PositiveInfinity;
        if (TileRate(format) is > 0 and var tiles)
            best = Seconds(products, m, n, k, TileRows, tiles);
        if (LaneRate(format) is > 0 and var lanes)
            best = Math.Min(best, Seconds(products, m, n, k, laneRows, lanes));
        return best;
    }

    /// <summary>
    /// Cores that can have a piece of a matrix, where the inner dimension is cut as well.
    /// </summary>
    public double Active(double products, double n) =>
        Math.Min(Cores, products * Math.Max(1, n / TileColumns) * MostCuts);

    /// <summary>Rows of a matrix tile (Intel AMX: 16 rows of 64 bytes).</summary>
    private const double TileRows = 16;

    /// <summary>Columns of sums in 32 bits: a row of a tile, a register of 512 bits.</summary>
    private const double TileColumns = 16;

    /// <summary>Cuts of the inner dimension that libraries try (oneDNN, OpenBLAS).</summary>
    private const double MostCuts = 8;

    private double Seconds(
        double products, double m, double n, double k, double rows, double rate)
    {
        var pieces = products * Math.Ceiling(m / rows) * Math.Ceiling(n / TileColumns);
        var most = double.PositiveInfinity;
        for (double cuts = 1; cuts <= MostCuts; cuts *= 2)
            most = Math.Min(most, Math.Ceiling(pieces * cuts / Cores) / cuts);
        return most * 2 * rows * TileColumns * k / rate;
    }
}
