namespace AccelSim.Costs.Analytical.Fpga;

/// <summary>The figures of kernels on an FPGA, in the order in which they come.</summary>
internal readonly ref struct FpgaFigures(ReadOnlySpan<double> figures)
{
    /// <summary>What they are.</summary>
    public static IReadOnlyList<KernelParameter> All { get; } =
    [
        new("matrixShare", "", 0.3, 1, 0.9, "share of the cycles in which pipelines have input"),
        new("vectorShare", "", 0.01, 1, 0.1,
            "share of the multipliers that are built as units for norms, activations, softmax"),
        new("treeInputs", "", 8, 1024, 64, "products that one tree of adders takes in"),
        new("pipelineDepth", "cycles", 10, 2000, 150,
            "cycles from a pipeline's first input to its first output"),
        new("channelShare", "", 0.3, 1, 0.9, "share of a memory channel's bandwidth reached"),
        new("burst", "B", 64, 65536, 4096,
            "bytes that go to one channel before the next one has its turn"),
        new("storeShare", "", 0.05, 1, 0.5,
            "share of the block RAM that one operand, or what one stage hands to the next, keeps"),
        new("residentShare", "", 0, 1, 0.125,
            "share of the block RAM for the weights of one operator in all layers"),
    ];

    public double MatrixShare { get; } = figures[0];

    public double VectorShare { get; } = figures[1];

    public double TreeInputs { get; } = figures[2];

    public double StoreShare { get; } = figures[6];

    public double ResidentShare { get; } = figures[7];

    private readonly double _pipelineDepth = figures[3];
    private readonly double _channelShare = figures[4];
    private readonly double _burst = figures[5];

    /// <summary>What comes before the first result, in seconds.</summary>
    public double FixedSeconds(Machine machine) =>
        machine.LaunchSeconds + machine.MemoryLatency + _pipelineDepth / machine.Fpga!.Clock;

    /// <summary>Seconds of the channel that has the most bursts.</summary>
    public double MemorySeconds(double bytes, Machine machine)
    {
        var channels = machine.Fpga!.Channels;
        var most = Math.Ceiling(Math.Ceiling(bytes / _burst) / channels);
        return most * _burst / (_channelShare * machine.Bandwidth / channels);
    }
}
