using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>What a library makes of one attention: tiles of queries that step over keys.</summary>
/// <remarks>
/// From the sums over a batch: sequences of mean length stand for all. The bytes are exact.
/// </remarks>
internal readonly struct AttentionTiles
{
    /// <summary>Lays out an operator.</summary>
    public AttentionTiles(in Operator work, in AttentionLibrary library)
    {
        double sequences = Math.Max(1, work.Sequences);
        var queries = Math.Max(1, work.Queries / sequences);
        var keys = Math.Max(1, work.KvTokens / sequences);
        var seen = work.Pairs / (sequences * queries);
        Sequences = sequences;
        IsDecode = work.Kind == OperatorKind.DecodeAttention || queries <= 1;
        var valueDim = work.ValueDim;
        Width = (work.HeadDim + valueDim) / 256.0;
        IsGrouped = work.Heads > work.KvHeads;
        var perGroup = (double)work.Heads / work.KvHeads;
        // Copies of the queries make grouped heads the rows of a tile; a window forbids that.
        var isApart = library.Gathers && work.Window > 0;
        var packs = !isApart && (IsDecode || library.PacksPrompts);
        CanSplit = library.Splits == KeySplits.Always
            || library.Splits == KeySplits.GroupedDecode && IsDecode && IsGrouped && !isApart;
        Gathers = library.Gathers && IsDecode && IsGrouped && sequences > 1 && work.KvHeads > 1;
        var rows = packs ? queries * perGroup : queries;
        Count = sequences * (packs ? work.KvHeads : work.Heads) * Tiles(rows);
        var spread = Math.Min(queries, packs
            ? Math.Max(AttentionLibrary.TileRows / perGroup, 1) : AttentionLibrary.TileRows);
        var numbers = work.IsLatent && IsDecode ? work.HeadDim : work.HeadDim + valueDim;
        StepKeys = StepOf(numbers, library);
        (Steps, LongestSteps) = Visits(work, library, queries, keys, seen, spread);
        var activation = (double)work.OutputBytes.Value / (work.Queries * work.Heads * valueDim);
        var read = work.KvReadBytes.Value > 0
            ? (double)work.KvReadBytes.Value : work.KvTokens * work.KvHeads * numbers * activation;
        KvBytes = read;
        KeyBytes = read / Math.Max(1, work.KvTokens * work.KvHeads);
        QueryBytes = work.Queries * work.Heads * (double)(work.HeadDim + valueDim) * activation;
        FreshBytes = IsDecode
            ? 0 : work.Queries * work.KvHeads * (double)(work.HeadDim + valueDim) * activation;
        var visited = IsDecode ? Math.Min(keys, Steps * StepKeys) : Steps * StepKeys;
        VisitedBytes = Count * visited * KeyBytes;
        Queries = work.Queries;
        PartialBytes = work.Queries * work.Heads * (double)valueDim * 8;
    }

    public double Sequences { get; }

    /// <summary>New tokens of all sequences.</summary>
    public double Queries { get; }

    public bool IsDecode { get; }

    /// <summary>Several query heads share keys.</summary>
    public bool IsGrouped { get; }

    public bool CanSplit { get; }

    /// <summary>Copies turn heads into rows.</summary>
    public bool Gathers { get; }

    /// <summary>Key and value numbers against those of a head of 128.</summary>
    public double Width { get; }

    /// <summary>Tiles, before keys are split.</summary>
    public double Count { get; }

    public double StepKeys { get; }

    /// <summary>Steps over keys of the mean tile.</summary>
    public double Steps { get; }

    /// <summary>Steps of the tile that sees most: under a causal mask, the last one.</summary>
    public double LongestSteps { get; }

    /// <summary>Keys and values, each once.</summary>
    public double KvBytes { get; }

    /// <summary>One key and value of one head.</summary>
    public double KeyBytes { get; }

    /// <summary>What all tiles ask for, from wherever it comes.</summary>
    public double VisitedBytes { get; }

    /// <summary>Queries and results.</summary>
    public double QueryBytes { get; }

    /// <summary>New keys and values of a prompt.</summary>
    public double FreshBytes { get; }

    /// <summary>Partial results of one split, written and read in 32 bits.</summary>
    public double PartialBytes { get; }

    private static double Tiles(double rows) => Math.Ceiling(rows / AttentionLibrary.TileRows);

    /// <summary>Keys of one step: a power of two that fits the tile.</summary>
    private static double StepOf(int numbers, in AttentionLibrary library)
    {
        var fitting = Math.Max(1, (uint)(library.TileBytes / (2 * numbers)));
        return Math.Min(1u << System.Numerics.BitOperations.Log2(fitting), library.TileKeys);
    }

    private (double Mean, double Longest) Visits(
        in Operator work, in AttentionLibrary library, double queries, double keys, double seen,
        double spread)
    {
        var all = Math.Ceiling(keys / StepKeys);
        var isWindow = work.Window > 0 && library.SkipsWindows;
        if (IsDecode)
        {
            // A full window begins and ends inside a step.
            var steps = all + (isWindow && keys >= work.Window ? 1 : 0);
            return (steps, steps);
        }
        if (work.Window > 0 && !library.SkipsWindows)
            seen = Math.Max(seen, keys - queries + (queries + 1) / 2);
        if (isWindow)
        {
            var span = Math.Min(keys, seen + spread - 1);
            var some = Math.Min(all, span / StepKeys + 1 - 1 / StepKeys);
            return (some, some);
        }
        var visited = Math.Min(keys, seen + (spread - 1) / 2);
        var mean = Math.Min(all, visited / StepKeys + 0.5);
        return (mean, Math.Max(all, mean));
    }
}
