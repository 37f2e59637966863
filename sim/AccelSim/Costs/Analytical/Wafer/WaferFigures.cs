namespace AccelSim.Costs.Analytical.Wafer;

/// <summary>The figures of kernels on a mesh, in the order in which they come.</summary>
internal readonly ref struct WaferFigures(ReadOnlySpan<double> figures)
{
    /// <summary>What they are.</summary>
    public static IReadOnlyList<KernelParameter> All { get; } =
    [
        new("matrixShare", "", 0.2, 1, 0.8, "share of a core's peak that a long product sustains"),
        new("vectorShare", "", 0.05, 1, 0.4, "share that element-wise code reaches"),
        new("memoryShare", "", 0.3, 1, 0.9, "share of its memory's bandwidth that a core reaches"),
        new("rowsPerRead", "rows", 1, 64, 4, "rows that share one reading of a weight"),
        new("rampCycles", "cycles", 1, 100, 7,
            "cycles in which a core takes a sum from a link, adds its own and hands it on"),
        new("storeShare", "", 0.1, 1, 0.8, "share of a core's memory for weights or keys"),
    ];

    public double MatrixShare { get; } = figures[0];

    public double VectorShare { get; } = figures[1];

    public double MemoryShare { get; } = figures[2];

    public double RowsPerRead { get; } = figures[3];

    public double RampCycles { get; } = figures[4];

    public double StoreShare { get; } = figures[5];
}
