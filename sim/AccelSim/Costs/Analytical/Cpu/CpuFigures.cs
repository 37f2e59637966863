namespace AccelSim.Costs.Analytical.Cpu;

/// <summary>The figures of kernels on cores, in the order in which they come.</summary>
internal readonly ref struct CpuFigures(ReadOnlySpan<double> figures)
{
    /// <summary>What they are.</summary>
    public static IReadOnlyList<KernelParameter> All { get; } =
    [
        new("matrixShare", "", 0.02, 1, 0.75,
            "share of the cores' peak that a long product sustains"),
        new("vectorShare", "", 0.002, 1, 0.4,
            "share of the lanes' peak that element-wise code and exponentials reach"),
        new("memoryShare", "", 0.05, 1, 0.85, "share of main memory's bandwidth that is reached"),
        new("outstandingLines", "", 1, 256, 48,
            "cache lines that one core can have under way; with the latency they bound what it "
            + "reads (Little 1961)"),
        new("cacheRate", "B/cycle", 0.1, 128, 16, "what one core reads from the last cache"),
        new("keptShare", "", 0.05, 1, 0.5,
            "share of a cache that one operand, or what one operator hands to the next, may keep"),
        new("residentShare", "", 0, 1, 0.125,
            "share of the last cache for the weights of one operator in all layers"),
        new("remoteShare", "", 0, 1, 0.2,
            "share of the accesses that go to any socket alike; the others stay in their own"),
        new("remotePenalty", "", 1, 10, 2, "time of an access to another socket over one's own"),
    ];

    /// <summary>Rows of a product that SIMD code computes at once.</summary>
    public static KernelParameter TileRows { get; } = new(
        "tileRows", "", 1, 16, 1,
        "rows that SIMD code computes at once: fewer take as long");

    public double MatrixShare { get; } = figures[0];

    public double VectorShare { get; } = figures[1];

    public double KeptShare { get; } = figures[5];

    public double ResidentShare { get; } = figures[6];

    private readonly double _memoryShare = figures[2];
    private readonly double _outstandingLines = figures[3];
    private readonly double _cacheRate = figures[4];
    private readonly double _remoteShare = figures[7];
    private readonly double _remotePenalty = figures[8];

    /// <summary>Bytes of a cache line on the CPUs of today.</summary>
    private const double LineBytes = 64;

    /// <summary>Seconds in which some of the cores read bytes from main memory.</summary>
    public double MemorySeconds(double bytes, double active, Machine machine)
    {
        var cpu = machine.Cpu!;
        var rate = _memoryShare * machine.Bandwidth;
        if (machine.MemoryLatency > 0)
        {
            rate = Math.Min(
                rate, active * _outstandingLines * LineBytes / machine.MemoryLatency);
        }
        var remote = _remoteShare * (1 - 1 / cpu.Sockets);
        return bytes / rate * (1 + remote * (_remotePenalty - 1));
    }

    /// <summary>Seconds in which all cores read bytes from the last cache.</summary>
    public double CacheSeconds(double bytes, Machine machine) =>
        bytes / (machine.Cpu!.Cores * machine.Cpu.Clock * _cacheRate);
}
