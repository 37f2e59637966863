namespace AccelSim.Costs.Analytical.Npu;

/// <summary>The figures that kernels on arrays have, in the order in which they come.</summary>
internal readonly ref struct NpuFigures(ReadOnlySpan<double> figures)
{
    /// <summary>What they are.</summary>
    public static IReadOnlyList<KernelParameter> All { get; } =
    [
        new("matrixShare", "", 0.3, 1, 0.9,
            "share of the arrays' peak that a long product without padding sustains"),
        new("exposedFill", "", 0, 1, 0.1,
            "share of an array's fill and drain that the next tile does not hide; 1 where tiles "
            + "follow one another (SCALE-Sim: Samajdar et al., ISPASS 2020)"),
        new("loadCycles", "cycles", 0, 8, 1,
            "cycles in which an array takes in one row of weights (Jouppi et al., ISCA 2017)"),
        new("memoryShare", "", 0.3, 1, 0.9, "share of main memory's bandwidth that copies reach"),
        new("storeShare", "", 0.05, 1, 0.5,
            "share of scratchpads and caches that one operand of a product may keep; the rest "
            + "holds the blocks that stream past it, two of each"),
        new("vectorShare", "", 0.05, 1, 0.5, "share of the vector units' peak that is reached"),
    ];

    public double MatrixShare { get; } = figures[0];

    public double ExposedFill { get; } = figures[1];

    public double LoadCycles { get; } = figures[2];

    public double MemoryShare { get; } = figures[3];

    public double StoreShare { get; } = figures[4];

    public double VectorShare { get; } = figures[5];
}
