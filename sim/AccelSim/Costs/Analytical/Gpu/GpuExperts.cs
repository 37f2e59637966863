using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>
/// Grouped products of experts on GPUs: one kernel over the tiles of all experts hit.
/// </summary>
/// <remarks>
/// <code>
/// t = launch + row·(rows + strays) + min over T of pnorm(compute, cache, memory) + strays' bytes
/// compute = waves·(2·T·128·K / (matrixShare·peak of one unit·edge) + tileCost)
/// cache   = tiles·(T·K + 128·K) elements / (cacheBandwidth·units at work)
/// memory  = weights of the experts hit, rows in and out / what the tiles in flight can ask for
/// </code>
/// Tiles are counted by <see cref="ExpertTiles"/> from the rows of the mean and of the busiest
/// expert. A wave is one tile on each unit. A tile keeps only so many bytes in flight, so that few
/// tiles do not fill the memory (Little's law). Experts whose weights exceed the
/// cache are read again for some of their further row tiles. Fused-expert kernels of
/// open-source servers (Triton, Marlin, CUTLASS) have these parts; tiles of 16 to 128 rows by 128
/// columns are what they choose from.
/// </remarks>
public sealed class GpuExperts : KernelModel
{
    private const int Columns = 128, Smallest = 16, Largest = 128;

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("launch", "cycles", 1e3, 4e5, 2e4, "launch, sorting of tokens and quantisation"),
        new("row", "cycles", 0.005, 100, 1, "sorting, for each routed row"),
        new("matrixShare", "", 0.05, 1, 0.6, "share of the matrix peak that large tiles reach"),
        new("tileEdge", "rows", 0.1, 200, 2, "edge at which a tile is half as efficient"),
        new("tileCost", "cycles", 1, 4e4, 1500, "start and end of a tile"),
        new("bandwidthShare", "", 0.5, 1, 0.85, "share of the memory's bandwidth reached"),
        new("tileBandwidth", "B/cycle", 0.1, 100, 10, "what one tile keeps in flight"),
        new("cacheBandwidth", "B/cycle", 2, 400, 80, "from the cache to one unit"),
        new("residency", "", 0.05, 2, 0.4, "share of the cache that keeps repeated operands"),
        new("reread", "", 0.001, 2, 0.2, "weights read again per row tile beyond the cache"),
        new("strays", "", 0.05, 2, 1.3, "passes over rows of other ranks' experts"),
        new("ragged", "", 1, 1000, 60, "slow-down of loads that are not aligned"),
        new("inFlight", "", 1, 16, 4, "tiles that a unit works on at once"),
        new("sharpness", "", 1.2, 6, 2, "exponent of the smooth maximum: how well parts overlap"),
    ];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "fixed + the least over tiles of 16 to 128 rows of (Σ partsᵖ)^(1/p), p = sharpness, "
        + "and rows of other ranks' experts passed over")
    {
        Fixed = "(launch + row × rows) / clock",
        Matrix = "waves × (2·T·128·K / (matrixShare × peak, less at tileEdge) + tileCost) / clock",
        Memory =
            "experts hit, rows in and out / (bandwidthShare × bandwidth, or what inFlight tiles "
            + "ask for at tileBandwidth)",
        Cache = "tiles × operands of a tile / (cacheBandwidth × units at work × clock)",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var (launch, row) = (figures[0], figures[1]);
        var clock = machine.Clock;
        var fixedTime = (launch + row * (@operator.M + @operator.Strays)) / clock;
        var output = @operator.N * FormatNames.Bits(NumberFormat.Bf16) / 8.0;
        // Rows of experts elsewhere are written as zeros and read by what follows.
        var strays = 2 * figures[10] * @operator.Strays * output
            / (figures[5] * machine.Bandwidth);
        time = new KernelTime
        {
            Seconds = fixedTime + strays,
            Fixed = fixedTime,
            Memory = strays,
        };
        if (@operator.Groups == 0) return;
        var best = double.PositiveInfinity;
        var counted = new ExpertTiles(@operator);
        for (var tile = Smallest; tile <= Largest; tile *= 2)
        {
            Tile(@operator, machine, figures, tile, counted.Count(tile), out var one);
            if (one.Seconds >= best) continue;
            best = one.Seconds;
            time.Matrix = one.Matrix;
            time.Cache = one.Cache;
            time.Memory = one.Memory + strays;
        }
        time.Seconds += best;
    }

    private static void Tile(
        in Operator @operator, Machine machine, ReadOnlySpan<double> f, double rows,
        double rowTiles, out KernelTime time)
    {
        double n = @operator.N, k = @operator.K, clock = machine.Clock, units = machine.Units;
        var element = FormatNames.Bits(@operator.ComputeFormat) / 8.0;
        var weight = @operator.WeightFormat.BitsPerElement / 8.0;
        var tiles = rowTiles * Math.Ceiling(n / Columns);
        var waves = Math.Max(1, Math.Min(Math.Ceiling(tiles / units), tiles / units + 0.5));
        var rate = machine.MatrixPerCycle(@operator.ComputeFormat) * f[2]
            / (1 + f[3] * (1 / rows + 1.0 / Columns));
        var matrix = waves * (2 * rows * Columns * k / rate + f[4]) / clock;
        var misaligned = (@operator.K & 15) != 0 || (@operator.N & 15) != 0;
        var near = f[7] * Math.Min(tiles, units) * clock / (misaligned ? f[11] : 1);
        var cache = tiles * (rows * element + Columns * weight) * k / near;
        var bandwidth = f[5] * machine.Bandwidth;
        var reach = Math.Min(bandwidth, f[6] * clock * Math.Min(tiles, f[12] * units));
        double weights = @operator.WeightBytes.Value;
        var bytes = weights + @operator.InputBytes.Value + @operator.OutputBytes.Value;
        var cold = @operator.Repeated ? Beyond(bytes, f[8] * machine.SharedCacheBytes) : 1;
        var each = n * k * weight;
        var fits = machine.SharedCacheBytes / each;
        var again = f[9] * Math.Max(0, rowTiles - @operator.Groups) * each / (1 + fits * fits);
        var memory = bytes * cold / reach + again / bandwidth;
        time = new KernelTime
        {
            Matrix = matrix,
            Cache = cache,
            Memory = memory,
            Seconds = Smooth.Max(matrix, cache, memory, f[13]),
        };
    }

    /// <summary>The share of a working set that a cache does not keep.</summary>
    private static double Beyond(double bytes, double cache)
    {
        var ratio = cache / bytes;
        var square = ratio * ratio;
        return 1 / (1 + square * square);
    }
}
