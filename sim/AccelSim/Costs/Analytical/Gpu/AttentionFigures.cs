namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>The figures of <see cref="GpuAttention"/> by name.</summary>
internal readonly ref struct AttentionFigures(ReadOnlySpan<double> values)
{
    private readonly ReadOnlySpan<double> _values = values;

    /// <summary>In the order of the properties below.</summary>
    public static IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("library", "", 0, AttentionLibrary.Count - 1, 0, AttentionLibrary.Meaning)
        {
            IsChoice = true,
        },
        new("launch", "cycles", 500, 300_000, 12_000, "from the call to the first tile"),
        new("grouped", "cycles", 10, 20_000, 1000, "more in decode where heads share keys"),
        new("gather", "cycles", 10, 30_000, 3000,
            "more where grouped heads are copied into rows, several sequences at once"),
        new("tileStart", "cycles", 50, 60_000, 1000, "what a tile takes besides its keys, alone"),
        new("tile", "cycles", 50, 60_000, 3000, "what a tile takes of a busy multiprocessor"),
        new("tileWidth", "", 0.01, 4, 0.3, "share of both that grows with the head's width"),
        new("step", "cycles", 1, 20_000, 500, "latency of one step over keys"),
        new("matrixShare", "", 0.02, 1.5, 0.75, "share of the matrix peak"),
        new("specialShare", "", 0.1, 8, 1,
            "exponentials: share of the special rate, above 1 where others compute them too"),
        new("overlap", "", 1, 8, 3, "exponent of products and exponentials: 1 none, 8 all"),
        new("missRate", "B/cycle", 1, 400, 30, "what one multiprocessor streams from memory"),
        new("hitRate", "B/cycle", 2, 400, 60, "what one multiprocessor streams from the cache"),
        new("hitRateWidth", "", 0.001, 2.5, 0.1, "by which power of the width it falls"),
        new("reduction", "cycles", 100, 60_000, 3000, "a second kernel where keys are split"),
        new("reductionSplit", "cycles", 1, 5000, 300, "its time for each split"),
        new("reductionRate", "B/cycle", 0.3, 1000, 20, "partial results per multiprocessor"),
        new("bandwidthShare", "", 0.6, 1, 0.85, "share of the memory's bandwidth"),
        new("cacheRate", "B/cycle", 2, 400, 30, "what the cache gives each multiprocessor"),
        new("cacheShare", "", 0.4, 1.05, 0.85, "share of the cache that keys may stay in"),
        new("sequence", "cycles", 1, 1_000_000, 300, "a sequence's part of the scheduling"),
        new("scan", "cycles", 1e-4, 2000, 1e-3, "the same for each tile in the batch"),
        new("tail", "", 0.01, 1, 0.5, "share of the last wave's idle places that is lost"),
        new("copies", "", 0.01, 20, 4,
            "how often new keys and values cross memory beside the kernel: copied, cached"),
        new("token", "cycles", 1, 20_000, 100, "a new token's part of those copies"),
        new("matrixWidth", "", 0.001, 2, 0.05,
            "by which power of the width products grow beyond their number"),
        new("oddWidth", "", 0.3, 4, 1, "products where the width is no power of two"),
        new("queryTraffic", "", 0.01, 2, 0.5,
            "share of queries and results whose way from and to memory nothing hides"),
        new("end", "", 0.01, 1, 0.3,
            "decode in several waves: share of one tile alone that its last one adds"),
        new("floor", "us", 0.1, 200, 1, "the host's time for a call that no graph holds"),
    ];

    public AttentionLibrary Library => AttentionLibrary.Of(_values[0]);

    public double Launch => _values[1];

    public double Grouped => _values[2];

    public double Gather => _values[3];

    public double TileStart => _values[4];

    public double Tile => _values[5];

    public double TileWidth => _values[6];

    public double Step => _values[7];

    public double MatrixShare => _values[8];

    public double SpecialShare => _values[9];

    public double Overlap => _values[10];

    public double MissRate => _values[11];

    public double HitRate => _values[12];

    public double HitRateWidth => _values[13];

    public double Reduction => _values[14];

    public double ReductionSplit => _values[15];

    public double ReductionRate => _values[16];

    public double BandwidthShare => _values[17];

    public double CacheRate => _values[18];

    public double CacheShare => _values[19];

    public double Sequence => _values[20];

    public double Scan => _values[21];

    public double Tail => _values[22];

    public double Copies => _values[23];

    public double Token => _values[24];

    public double MatrixWidth => _values[25];

    public double OddWidth => _values[26];

    public double QueryTraffic => _values[27];

    public double End => _values[28];

    public double Floor => _values[29];
}
