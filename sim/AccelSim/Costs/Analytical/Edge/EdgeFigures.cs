using AccelSim.Costs.Analytical.Npu;

namespace AccelSim.Costs.Analytical.Edge;

/// <summary>The figures of kernels on a system on a chip, in their order.</summary>
internal readonly ref struct EdgeFigures(ReadOnlySpan<double> figures)
{
    /// <summary>What they are: first those of arrays, should the engine be one.</summary>
    public static IReadOnlyList<KernelParameter> All { get; } =
    [
        .. NpuFigures.All,
        new("tileRows", "rows", 8, 256, 64, "rows and columns of a tile on a GPU engine"),
        new("othersShare", "", 0, 0.9, 0.1,
            "share of the shared memory's bandwidth that other engines and the display take"),
        new("residentShare", "", 0, 1, 0.125,
            "share of the caches for the weights of one operator in all layers"),
        new("handoff", "us", 0, 1000, 10,
            "time to write back caches and wake another engine than that of the products"),
    ];

    /// <summary>Those of arrays.</summary>
    public NpuFigures Arrays { get; } = new(figures);

    public double MatrixShare => Arrays.MatrixShare;

    public double VectorShare => Arrays.VectorShare;

    public double StoreShare => Arrays.StoreShare;

    public double TileRows { get; } = figures[NpuFigures.All.Count];

    public double ResidentShare { get; } = figures[NpuFigures.All.Count + 2];

    public double HandoffSeconds { get; } = figures[NpuFigures.All.Count + 3] * 1e-6;

    private readonly double _othersShare = figures[NpuFigures.All.Count + 1];

    /// <summary>Seconds for bytes from and to the memory that all engines share.</summary>
    public double MemorySeconds(double bytes, Machine machine) => Math.Max(0, bytes)
        / (machine.Bandwidth * Arrays.MemoryShare * (1 - _othersShare));

    /// <summary>Seconds for bytes from and to caches whose bandwidth is stated.</summary>
    public static double CacheSeconds(double bytes, Machine machine) =>
        machine.OnChipBandwidth > 0 ? bytes / machine.OnChipBandwidth : 0;
}
