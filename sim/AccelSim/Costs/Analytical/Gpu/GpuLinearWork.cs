using AccelSim.Hardware;
using AccelSim.Models;
using F = AccelSim.Costs.Analytical.Gpu.GpuLinearFigures;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>One product: its sizes, and the limits that do not depend on the tile.</summary>
internal readonly ref struct GpuLinearWork
{
    /// <summary>
    /// Rows and columns of the tiles that libraries offer (cuBLAS and CUTLASS, from 16 × 64 for
    /// few rows to 256 × 128).
    /// </summary>
    private static readonly (double Rows, double Columns)[] Tiles =
    [
        (16, 64), (32, 64), (64, 64), (64, 128), (128, 64), (128, 128), (64, 256), (128, 256),
        (256, 128),
    ];

    /// <summary>
    /// Rows of the next lower tile of as many columns: up to so many, the taller one cannot win.
    /// </summary>
    private static readonly double[] Lower = [0, 16, 32, 0, 64, 64, 0, 64, 128];

    /// <summary>Parts that the inner dimension is split into.</summary>
    private static readonly double[] Splits = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    /// <summary>Places in <see cref="Tiles"/> that a choice by rows alone takes.</summary>
    private const int Small = 2, Middle = 3, Large = 5;

    /// <summary>Partial sums are fp32, written once and read once.</summary>
    private const double PartialBytes = 8;

    /// <summary>The inner dimension comes in stages of this size.</summary>
    private const double Stage = 32;

    private readonly double _inner, _bytesPerInput, _bytesPerWeight, _cold, _rate;
    private readonly double _memoryPower, _cachePower, _floor;
    private readonly double _tail, _epilogue, _step, _feed, _stream;

    /// <summary>Prepares one product.</summary>
    public GpuLinearWork(
        in Operator op, Machine machine, ReadOnlySpan<double> figures, bool quantises)
    {
        Machine = machine;
        Conditions = op.Conditions;
        (M, _inner) = (op.M, op.K);
        Columns = op.N;
        _bytesPerInput = quantises ? FormatNames.Bits(op.ComputeFormat) / 8.0
            : op.InputBytes.Value / (M * _inner);
        _bytesPerWeight = op.WeightBytes.Value / (Columns * _inner);
        _rate = machine.MatrixPerCycle(op.ComputeFormat) * figures[F.MatrixShare]
            / (1 - op.Skips);
        Exponent = figures[F.Smoothness];
        (_tail, _epilogue, _step) =
            (figures[F.TailOverlap], figures[F.Epilogue], figures[F.Step]);
        _feed = figures[F.TileFeed] * machine.Clock;
        _stream = figures[F.UnitStream] * machine.Clock;
        Reach = machine.SharedCacheBytes * figures[F.CacheShare];
        MemoryRate = machine.Bandwidth * figures[F.MemoryShare];
        CacheRate = machine.Units * machine.Clock * figures[F.CacheRate];
        var input = M * _inner * _bytesPerInput;
        double output = op.OutputBytes.Value;
        var bytes = input + op.WeightBytes.Value + output;
        _cold = bytes * (op.Conditions is { WeightCopies: > 0 } run
            ? Missed(run.WeightCopies * op.WeightBytes.Value + run.InputCopies * input + output)
            : 1);
        MemorySeconds = _cold / MemoryRate;
        CacheSeconds = bytes / CacheRate;
        _memoryPower = Math.Pow(MemorySeconds, Exponent);
        _cachePower = Math.Pow(CacheSeconds, Exponent);
        _floor = Math.Max(MemorySeconds, CacheSeconds);
        PowerSeconds = op.MatrixFlops.Value * figures[F.MatrixEnergy] * 1e-12
            * (op.Conditions?.OperandActivity ?? 1) / machine.Tdp;
    }

    /// <summary>The device.</summary>
    public Machine Machine { get; }

    /// <summary>How it was run; null in serving.</summary>
    public KernelConditions? Conditions { get; }

    /// <summary>Rows.</summary>
    public double M { get; }

    /// <summary>Columns of the result.</summary>
    public double Columns { get; }

    /// <summary>The inner dimension.</summary>
    public double Inner => _inner;

    /// <summary>Exponent of the smooth maximum.</summary>
    public double Exponent { get; }

    /// <summary>Bytes that a working set may have to stay in the cache.</summary>
    public double Reach { get; }

    /// <summary>Bytes per second that main memory delivers.</summary>
    public double MemoryRate { get; }

    /// <summary>Bytes per second that the cache delivers to all units.</summary>
    public double CacheRate { get; }

    /// <summary>What main memory needs.</summary>
    public double MemorySeconds { get; }

    /// <summary>What the cache needs.</summary>
    public double CacheSeconds { get; }

    /// <summary>What the energy of the products needs at the power limit.</summary>
    public double PowerSeconds { get; }

    /// <summary>Share of a repeated working set that the cache has lost meanwhile.</summary>
    /// <remarks>Replacement is not quite cyclic: an S-curve around the cache's reach.</remarks>
    public double Missed(double workingSet)
    {
        if (workingSet <= 0) return 0;
        var square = Reach / workingSet * (Reach / workingSet);
        return 1 / (1 + square * square * square);
    }

    /// <summary>The smooth maximum of the limits of one tile with those of all.</summary>
    public double Smooth(double compute, double feed, double stream) => Math.Pow(
        Math.Pow(compute, Exponent) + Math.Pow(feed, Exponent) + Math.Pow(stream, Exponent)
            + _memoryPower + _cachePower,
        1 / Exponent);

    /// <summary>The tile and split that take the least time.</summary>
    public GpuTileChoice Choose(F places, ReadOnlySpan<double> figures)
    {
        var best = new GpuTileChoice { Seconds = double.PositiveInfinity };
        var expand = places.ExpandRate >= 0 ? 1 / figures[places.ExpandRate] : 0;
        var splitLaunch = places.SplitLaunch >= 0 ? figures[places.SplitLaunch] : 0;
        var splitRate = places.SplitLaunch >= 0 ? figures[places.SplitLaunch + 1] : 0;
        var only = places.TileRows < 0 ? -1 : ByRows(figures[places.TileRows]);
        for (var i = 0; i < Tiles.Length; i++)
        {
            if (only >= 0 ? i != only : M <= Lower[i]) continue;
            TrySplits(Tiles[i], expand, splitLaunch, splitRate, ref best);
        }
        return best;
    }

    private int ByRows(double rows) => M <= rows ? Small : M <= 2 * rows ? Middle : Large;

    private void TrySplits(
        (double Rows, double Columns) tile, double expand, double splitLaunch, double splitRate,
        ref GpuTileChoice best)
    {
        var (clock, units) = (Machine.Clock, Machine.Units);
        var tiles = Math.Ceiling(M / tile.Rows) * Math.Ceiling(Columns / tile.Columns);
        var (rows, columns) = (Math.Min(M, tile.Rows), Math.Min(Columns, tile.Columns));
        var perInner = 2 * tile.Rows * tile.Columns / _rate + _step / Stage
            + tile.Columns * expand;
        var epilogue = rows * columns * _epilogue;
        var feedPerInner = rows * _bytesPerInput + columns * _bytesPerWeight;
        var most = splitLaunch > 0 ? Splits.Length : 1;
        for (var i = 0; i < most; i++)
        {
            var split = Splits[i];
            var blocks = tiles * split;
            var active = Math.Min(blocks, units);
            var extra = i == 0 ? 0 : (splitLaunch
                + split * M * Columns * PartialBytes / (splitRate * active)) / clock;
            // What is added up only grows with the split.
            if (extra + _floor >= best.Seconds) return;
            var inner = Math.Ceiling(_inner / split / Stage) * Stage;
            var waves = Math.Ceiling(blocks / units) * (1 - _tail)
                + _tail * Math.Max(blocks / units, 1);
            var compute = waves * (inner * perInner + epilogue) / clock;
            var feed = waves * inner * feedPerInner / _feed;
            var stream = _cold / (active * _stream);
            // A smooth maximum is never below the greatest: most candidates end here.
            if (Math.Max(compute, Math.Max(feed, stream)) + extra >= best.Seconds) continue;
            var seconds = Smooth(compute, feed, stream) + extra;
            if (seconds >= best.Seconds) continue;
            best = new GpuTileChoice
            {
                Seconds = seconds,
                Extra = extra,
                Compute = compute,
                Feed = Math.Max(feed, stream),
            };
        }
    }
}

/// <summary>What the best tile and split take, in seconds.</summary>
internal struct GpuTileChoice
{
    /// <summary>Everything but the launch.</summary>
    public double Seconds;

    /// <summary>Adding up what a split left in parts: inside <see cref="Seconds"/>.</summary>
    public double Extra;

    /// <summary>What the matrix units would need alone.</summary>
    public double Compute;

    /// <summary>What the way from cache and memory to the units would need alone.</summary>
    public double Feed;
}
