using System.Numerics;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>Fused attention on GPUs: prompts and decode, plain and latent.</summary>
/// <remarks>
/// <para>Tiles of 64 rows (queries times the heads that share keys) step over keys (FlashAttention,
/// Dao et al. 2022). A step costs products and exponentials, which overlap in part, or its bytes at
/// the rate that a multiprocessor streams. All tiles together need at least their keys once from
/// memory and every visit from the cache. Few tiles split their keys among more (Flash-Decoding,
/// Dao et al. 2023) and pay for a reduction; the cheapest number of splits is taken.</para>
/// <para>Tiles fill the multiprocessors evenly but for a part of the last wave. None is done sooner
/// than one tile alone: the longest one of a causal prompt is its critical path.</para>
/// </remarks>
public sealed class GpuAttention : KernelModel
{
    /// <summary>Room that a tile's queries and results take beside its keys, in bytes.</summary>
    private const double QueryRoom = 16384;

    private static readonly double[] SplitChoices =
        [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => AttentionFigures.Parameters;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "the host's floor ⊕ (fixed + waves·tile + (waves·steps·step ⊕ bytes) ⊕ one tile alone), "
        + "where a ⊕ b = ⁴√(a⁴ + b⁴), for the cheapest number of splits")
    {
        Fixed = "launch + gathering + reduction of splits + scheduling of sequences and tokens",
        Matrix = "tiles·steps·2·64·keys·(key + value dim) / (share·matrix rate)",
        Vector = "tiles·steps·64·keys exponentials / (share·special rate)",
        Memory = "keys and values once, queries, results, copies / (share·bandwidth)",
        Cache = "visits beyond the first / cache rate",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var f = new AttentionFigures(figures);
        var library = f.Library;
        var tiles = new AttentionTiles(@operator, library);
        var load = new Load(@operator, machine, f, tiles, library);
        var seconds = Fastest(tiles, load, f, out var reduction);
        var grouped = tiles.IsDecode && tiles.IsGrouped ? f.Grouped : 0;
        var fixedTime = (f.Launch + grouped + (tiles.Gathers ? f.Gather : 0)) / load.Clock
            + reduction;
        var scheduling = ((tiles.Sequences > library.Scheduled
                ? 0 : tiles.Sequences * (f.Sequence + f.Scan * tiles.Count))
            + (tiles.IsDecode ? 0 : tiles.Queries * f.Token)) / (load.Units * load.Clock);
        var queries = tiles.QueryBytes * (f.QueryTraffic + (tiles.Gathers ? 2 : 0))
            / (f.BandwidthShare * machine.Bandwidth);
        var copies = Copies(tiles, load, f, machine);
        time = new KernelTime
        {
            Matrix = load.MatrixCycles * tiles.Count * tiles.Steps / (load.Units * load.Clock),
            Vector = load.SpecialCycles * tiles.Count * tiles.Steps / (load.Units * load.Clock),
            Memory = load.MemorySeconds + queries + copies,
            Cache = load.CacheSeconds,
        };
        var busy = fixedTime + seconds + scheduling + queries + copies;
        time.Seconds = Norm4(busy, f.Floor * 1e-6);
        time.Fixed = fixedTime + scheduling + time.Seconds - busy;
    }

    /// <summary>The best number of splits.</summary>
    private static double Fastest(
        in AttentionTiles tiles, in Load load, in AttentionFigures f, out double reduction)
    {
        var best = Run(tiles, load, f, 1);
        reduction = 0;
        if (!tiles.CanSplit) return best;
        foreach (var splits in SplitChoices.AsSpan(1))
        {
            if (splits > tiles.Steps) break;
            var cost = (f.Reduction + f.ReductionSplit * splits) / load.Clock
                + tiles.PartialBytes * splits / (f.ReductionRate * load.Units * load.Clock);
            var all = Run(tiles, load, f, splits);
            if (all + cost >= best + reduction) continue;
            (best, reduction) = (all, cost);
        }
        return best;
    }

    /// <summary>Seconds of all tiles where each one's keys are divided so often.</summary>
    private static double Run(
        in AttentionTiles tiles, in Load load, in AttentionFigures f, double splits)
    {
        var count = tiles.Count * splits;
        var steps = splits > 1 ? Math.Ceiling(tiles.Steps / splits) : tiles.Steps;
        var longest = Math.Max(tiles.LongestSteps / splits, steps);
        var alone = (f.TileStart * load.Growth
            + (tiles.IsDecode ? steps : longest) * load.AloneCycles) / load.Clock;
        var even = count / load.Units;
        var places = (1 - f.Tail) * even + f.Tail * Math.Ceiling(even);
        var tile = f.Tile * load.Growth / load.Clock;
        var together = Norm4(
            places * steps * load.StepCycles / load.Clock,
            load.MemorySeconds + load.CacheSeconds);
        // Prompts' tiles differ in length, so that the scheduler fills gaps; the longest lasts.
        if (!tiles.IsDecode) return Norm4(together + even * tile, alone);
        var isLate = count > load.Units * load.PerUnit;
        return Norm4(together, alone) + places * tile + (isLate ? f.End * alone : 0);
    }

    /// <summary>New keys and values on their way into the cache, beside the kernel.</summary>
    private static double Copies(
        in AttentionTiles tiles, in Load load, in AttentionFigures f, Machine machine)
    {
        if (tiles.FreshBytes == 0) return 0;
        var kept = Load.Kept(
            2 * tiles.FreshBytes + tiles.QueryBytes, f.CacheShare * machine.CacheBytes);
        var cache = Math.Max(f.CacheRate * load.Units * load.Clock, machine.Bandwidth);
        return f.Copies * tiles.FreshBytes * ((1 - kept) / machine.Bandwidth + kept / cache);
    }

    private static double Norm4(double a, double b)
    {
        var (aa, bb) = (a * a, b * b);
        return Math.Sqrt(Math.Sqrt(aa * aa + bb * bb));
    }

    /// <summary>What one step and all bytes take on a device.</summary>
    private readonly struct Load
    {
        public Load(
            in Operator work, Machine machine, in AttentionFigures f, in AttentionTiles tiles,
            in AttentionLibrary library)
        {
            (Units, Clock) = (machine.Units, machine.Clock);
            PerUnit = Math.Clamp(Math.Floor(
                machine.ScratchBytes / Units / (library.TileBytes + QueryRoom)), 1, 2);
            Growth = Math.Max(0.1, 1 + f.TileWidth * (tiles.Width - 1));
            var pairs = AttentionLibrary.TileRows * tiles.StepKeys;
            MatrixCycles = 2 * pairs * 256 * tiles.Width
                / (f.MatrixShare * MatrixPerCycle(work, machine))
                * Math.Pow(tiles.Width, f.MatrixWidth)
                * (BitOperations.IsPow2(work.HeadDim) ? 1 : f.OddWidth);
            SpecialCycles = pairs / (f.SpecialShare * SpecialPerCycle(machine));
            var compute = Math.Pow(Math.Pow(MatrixCycles, f.Overlap)
                + Math.Pow(SpecialCycles, f.Overlap), 1 / f.Overlap);
            var kept = Kept(tiles.KvBytes, f.CacheShare * machine.CacheBytes);
            var cold = Math.Min(tiles.KvBytes, tiles.VisitedBytes) * (1 - kept);
            var memory = f.BandwidthShare * machine.Bandwidth;
            MemorySeconds = cold / memory;
            // What comes from memory passes the cache, which is never the slower one.
            CacheSeconds = (tiles.VisitedBytes - cold)
                / Math.Max(f.CacheRate * Units * Clock, memory);
            var missed = cold / tiles.VisitedBytes;
            var bytes = tiles.StepKeys * tiles.KeyBytes;
            var hit = f.HitRate * Math.Pow(Math.Max(tiles.Width, 1), -f.HitRateWidth);
            StepCycles = Math.Max(compute, bytes / hit);
            AloneCycles = Math.Max(f.Step + compute,
                bytes * ((1 - missed) / hit + missed / Math.Min(f.MissRate, hit)));
        }

        public double Units { get; }

        public double Clock { get; }

        /// <summary>Tiles that a multiprocessor has room for.</summary>
        public double PerUnit { get; }

        /// <summary>How a tile's fixed time grows with the head's width.</summary>
        public double Growth { get; }

        public double MatrixCycles { get; }

        public double SpecialCycles { get; }

        /// <summary>A step of a busy multiprocessor.</summary>
        public double StepCycles { get; }

        /// <summary>A step of a tile that runs alone.</summary>
        public double AloneCycles { get; }

        public double MemorySeconds { get; }

        public double CacheSeconds { get; }

        /// <summary>The share of a working set that stays: all or nothing, softly.</summary>
        public static double Kept(double bytes, double room)
        {
            if (room <= 0) return 0;
            var ratio = bytes / room;
            var square = ratio * ratio;
            var fourth = square * square;
            return 1 / (1 + fourth * fourth);
        }

        private static double MatrixPerCycle(in Operator work, Machine machine) =>
            machine.MatrixPerCycle(machine.MatrixRate(work.ComputeFormat) > 0
                ? work.ComputeFormat : NumberFormat.Bf16);

        /// <summary>A sixteenth of the vector rate where the special one is not stated.</summary>
        private static double SpecialPerCycle(Machine machine) =>
            (machine.SpecialRate == machine.VectorRate
                ? machine.VectorRate / 16 : machine.SpecialRate)
            / (machine.Units * machine.Clock);
    }
}
