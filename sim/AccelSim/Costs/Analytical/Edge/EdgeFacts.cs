using AccelSim.Costs.Analytical.Cpu;
using AccelSim.Costs.Analytical.Npu;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical.Edge;

/// <summary>The engines behind one memory, as plain numbers.</summary>
internal sealed class EdgeFacts(SocFabric fabric, Accelerator spec)
{
    /// <summary>The engine of products and attention.</summary>
    public EdgeEngine Matrix { get; } = new(fabric.Engines[fabric.MatrixEngine], spec);

    /// <summary>The engine of everything else.</summary>
    public EdgeEngine Vector { get; } = new(fabric.Engines[fabric.VectorEngine], spec);

    /// <summary>The cores, which need no submission; null where the chip states none.</summary>
    public EdgeEngine? Cores { get; } =
        fabric.Engines.Values.OfType<CpuFabric>().FirstOrDefault() is { } cpu
            ? new EdgeEngine(cpu, spec)
            : null;

    /// <summary>Whether norms and activations run elsewhere than products.</summary>
    public bool ChangesEngine { get; } = fabric.MatrixEngine != fabric.VectorEngine;
}

/// <summary>One engine.</summary>
internal sealed class EdgeEngine
{
    private static readonly NumberFormat[] LaneFormats =
        [NumberFormat.Fp32, NumberFormat.Fp16, NumberFormat.Bf16];

    private readonly NpuFacts? _arrays;
    private readonly CpuFacts? _cores;
    private readonly double _units;
    private readonly double[] _rates = new double[Enum.GetValues<NumberFormat>().Length];

    /// <summary>Takes its numbers from its fabric.</summary>
    public EdgeEngine(Fabric fabric, Accelerator spec)
    {
        _units = fabric.Units;
        _arrays = fabric is NpuFabric npu ? new NpuFacts(npu) : null;
        _cores = fabric is CpuFabric cpu ? new CpuFacts(cpu, spec) : null;
        foreach (var format in Enum.GetValues<NumberFormat>())
            _rates[(int)format] = fabric.MatrixRate(format)?.Value.Value ?? 0;
        LaneRate = LaneFormats.Max(format => fabric.VectorRate(format)?.Value.Value ?? 0);
    }

    /// <summary>Operations of its lanes, per second, in 16 bits where those are faster.</summary>
    public double LaneRate { get; }

    /// <summary>Operations of its matrix units, per second; 0 in formats without.</summary>
    public double MatrixRate(NumberFormat format) => _rates[(int)format];

    /// <summary>Seconds until its pipelines are full.</summary>
    public double FillSeconds(in EdgeFigures figure) =>
        _arrays?.FillSeconds(figure.Arrays.LoadCycles) ?? 0;

    /// <summary>Seconds for equal products, memory aside.</summary>
    public double Seconds(
        double products, double m, double n, double k, NumberFormat format,
        in EdgeFigures figure)
    {
        // Few rows would leave tiles and arrays mostly empty: lanes take them one by one.
        var onLanes = 2 * products * m * n * k / (LaneRate * figure.VectorShare);
        if (_cores is not null)
            return _cores.Seconds(products, m, n, k, format, 1) / figure.MatrixShare;
        if (_arrays is not null)
            return Math.Min(onLanes, _arrays.Seconds(products, m, n, k, format, figure.Arrays));
        var tile = figure.TileRows;
        var blocks = products * Math.Ceiling(m / tile) * Math.Ceiling(n / tile);
        var onTiles = Math.Ceiling(blocks / _units) * 2 * tile * tile * k
            / (MatrixRate(format) / _units * figure.MatrixShare);
        return Math.Min(onLanes, onTiles);
    }
}
