namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>The figures of a linear layer on a GPU, and where each stands.</summary>
internal sealed class GpuLinearFigures
{
    /// <summary>Places of the figures that every format has.</summary>
    public const int Launch = 0, MatrixShare = 1, Epilogue = 2, Step = 3, TailOverlap = 4,
        TileFeed = 5, MemoryShare = 6, UnitStream = 7, Smoothness = 8, CacheShare = 9,
        MatrixEnergy = 10, CacheRate = 11;

    private static readonly KernelParameter[] Common =
    [
        new("launch", "cycles", 500, 40_000, 4800, "Start of the kernel, first loads and last "
            + "stores, with nothing in between."),
        new("matrixShare", "", 0.4, 1.1, 0.95, "Rate of the matrix units inside a tile over their "
            + "peak; above 1 where the clock exceeds the one that the peak is stated at."),
        new("epilogue", "cycles", 0.001, 3, 0.15, "Per element of an output tile: leaving the "
            + "registers and being stored."),
        new("step", "cycles", 0.5, 1000, 60, "Per 32 of the inner dimension of a tile: the barrier "
            + "and issue of a pipeline stage that the products do not hide."),
        new("tailOverlap", "", 0.01, 0.99, 0.3, "How much of a last, partial wave the library "
            + "evens out: persistent tiles, stream-K (Osama et al., PPoPP 2023)."),
        new("tileFeed", "B/cycle", 5, 128, 40, "Operands that one unit takes from the cache while "
            + "it computes a tile."),
        new("memoryShare", "", 0.4, 1, 0.85, "Bandwidth of main memory that a long stream reaches, "
            + "over its peak."),
        new("unitStream", "B/cycle", 2, 100, 30, "What one unit can draw from main memory: bytes "
            + "in flight over latency (Little 1961)."),
        new("smoothness", "", 1.5, 6, 3, "Exponent of the smooth maximum: how well the limits "
            + "overlap."),
        new("cacheShare", "", 0.1, 1.5, 0.9, "Share of a part of the cache that a working set may "
            + "fill before it is read from memory again."),
        new("matrixEnergy", "pJ/FLOP", 0.1, 5, 2, "TDP over the rate of sustained products: the "
            + "whole device's energy, from which its clock under load follows."),
        new("cacheRate", "B/cycle", 2, 100, 15, "What one unit can take from the cache as a "
            + "stream."),
    ];

    private static readonly KernelParameter[] OfSplit =
    [
        new("splitLaunch", "cycles", 50, 60_000, 3500, "The kernel or barrier that adds up what a "
            + "split inner dimension left in parts."),
        new("splitRate", "B/cycle", 1, 400, 50, "Partial sums that one unit writes and reads."),
    ];

    private static readonly KernelParameter[] OfExpand =
    [
        new("expandRate", "OP/cycle", 2, 4000, 128, "Weights that one unit expands."),
    ];

    private static readonly KernelParameter[] OfQuantise =
    [
        new("quantiseLaunch", "cycles", 50, 40_000, 3000, "The kernel that quantises activations: "
            + "its start."),
        new("quantiseRow", "cycles", 1, 10_000, 300, "Per row of activations on one unit: largest "
            + "magnitude, scale."),
        new("quantiseElement", "cycles", 0.005, 8, 0.1, "Per element of a row on one unit."),
        new("quantisePasses", "", 0.2, 6, 1.5, "How often the activations are read."),
    ];

    private static readonly KernelParameter[] OfRows =
    [
        new("tileRows", "rows", 32, 256, 64, "Up to so many rows, tiles of 64 by 64; up to twice "
            + "as many, 64 by 128; above, 128 by 128."),
    ];

    private static readonly KernelParameter[] OfFewRows =
    [
        new("vectorRows", "rows", 0.5, 16, 4, "Up to so many rows run on the vector units."),
    ];

    /// <summary>Lays out the figures of a format.</summary>
    public GpuLinearFigures(GpuLinearTraits traits)
    {
        var all = new List<KernelParameter>(Common);
        SplitLaunch = Add(GpuLinearTraits.Split, OfSplit);
        ExpandRate = Add(GpuLinearTraits.Expand, OfExpand);
        QuantiseLaunch = Add(GpuLinearTraits.Quantise, OfQuantise);
        TileRows = Add(GpuLinearTraits.TileByRows, OfRows);
        VectorRows = Add(GpuLinearTraits.FewRows, OfFewRows);
        All = [.. all];

        int Add(GpuLinearTraits trait, KernelParameter[] parameters)
        {
            if (!traits.HasFlag(trait)) return -1;
            all.AddRange(parameters);
            return all.Count - parameters.Length;
        }
    }

    /// <summary>All of them, in their order.</summary>
    public IReadOnlyList<KernelParameter> All { get; }

    /// <summary>Place of the first of the two figures of a split; −1 without.</summary>
    public int SplitLaunch { get; }

    /// <summary>Place of the rate of expansion; −1 without.</summary>
    public int ExpandRate { get; }

    /// <summary>Place of the first of the four figures of quantisation; −1 without.</summary>
    public int QuantiseLaunch { get; }

    /// <summary>Place of the rows that choose the tile; −1 where it is chosen freely.</summary>
    public int TileRows { get; }

    /// <summary>Place of the rows that run on vector units; −1 without.</summary>
    public int VectorRows { get; }
}
