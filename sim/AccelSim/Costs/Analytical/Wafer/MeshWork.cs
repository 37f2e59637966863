namespace AccelSim.Costs.Analytical.Wafer;

/// <summary>Equal matrices of work, each laid out over a rectangle of cores.</summary>
/// <remarks>
/// Sums run along the tall side, as in a matrix-vector product whose inner dimension lies on the
/// rows of the mesh (MeshGEMV: He et al., OSDI 2025). Many cores share the work, few are close to
/// each other: the rectangle with the least time is taken, from a fixed ladder of shares of one
/// core, so that a larger mesh can do all that a smaller one can.
/// </remarks>
internal readonly ref struct MeshWork
{
    /// <summary>
    /// Numbers of work per core that are tried: close together where all cores are at work, apart
    /// where few are.
    /// </summary>
    private static readonly double[] Ladder =
    [
        1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128,
        192, 256, 384, 512, 768, 1024, 2048, 4096, 16384, 65536, 262144, 1048576,
    ];

    /// <summary>Matrices of the same size.</summary>
    public double Matrices { get; init; }

    /// <summary>Size along which sums run.</summary>
    public double Tall { get; init; }

    /// <summary>Size of the result.</summary>
    public double Wide { get; init; }

    /// <summary>Seconds of one core for one element.</summary>
    public double ElementSeconds { get; init; }

    /// <summary>Seconds of one core's memory for one element.</summary>
    public double ElementMemory { get; init; }

    /// <summary>Seconds on a link for the inputs of one element of the tall side.</summary>
    public double TallLink { get; init; }

    /// <summary>Seconds on a link for the sums of one element of the wide side.</summary>
    public double WideLink { get; init; }

    /// <summary>How often data cross the rectangle, one after the other.</summary>
    public double Crossings { get; init; }

    /// <summary>Cycles in which a core takes a sum from a link and hands it on.</summary>
    public double RampCycles { get; init; }

    /// <summary>Whether it is no product; cores have but one engine, reports have two.</summary>
    public bool IsVector { get; init; }

    /// <summary>Least cores that hold the operands of one matrix.</summary>
    public double LeastCores { get; init; }

    /// <summary>The time on the best rectangle.</summary>
    /// <param name="wafer">The mesh.</param>
    /// <param name="before">Seconds before it starts.</param>
    /// <param name="outside">Seconds of what comes from beyond the wafer meanwhile.</param>
    public KernelTime Best(WaferFacts wafer, double before, double outside)
    {
        var best = Best(wafer, before, outside, LeastCores);
        // No rectangle holds the operands: cores beside it lend their memories.
        return double.IsFinite(best.Seconds) ? best : Best(wafer, before, outside, 0);
    }

    private KernelTime Best(WaferFacts wafer, double before, double outside, double least)
    {
        KernelTime best = default;
        best.Seconds = double.PositiveInfinity;
        Span<double> columns = stackalloc double[Ladder.Length];
        for (var i = 0; i < Ladder.Length; i++)
        {
            columns[i] = Math.Ceiling(Wide / Ladder[i]);
            // Squares come first: a good time to begin with spares most of the others.
            var rows = Math.Ceiling(Tall / Ladder[i]);
            if (rows > wafer.Rows || columns[i] > wafer.Columns || rows * columns[i] < least)
                continue;
            var sums = SumSeconds(rows, wafer);
            Try(wafer, Ladder[i], Ladder[i], rows, columns[i], before, sums, outside, ref best);
        }
        foreach (var tall in Ladder)
        {
            var rows = Math.Ceiling(Tall / tall);
            if (rows > wafer.Rows) continue;
            var sums = SumSeconds(rows, wafer);
            var crossing = before + Crossings * (rows * wafer.HopSeconds + sums);
            for (var i = 0; i < Ladder.Length; i++)
            {
                var busy = tall * Ladder[i] * ElementSeconds;
                if (crossing + busy >= best.Seconds) break;
                if (columns[i] > wafer.Columns) continue;
                if (rows * columns[i] < least) break;
                var hops = Crossings * columns[i] * wafer.HopSeconds;
                if (crossing + hops + busy < best.Seconds)
                {
                    Try(
                        wafer, tall, Ladder[i], rows, columns[i], before, sums, outside,
                        ref best);
                }
                if (columns[i] == 1) break;
            }
            if (rows == 1) break;
        }
        return best;
    }

    /// <summary>Two stages of about √rows sums each (Luczynski et al., HPDC 2024).</summary>
    private double SumSeconds(double rows, WaferFacts wafer) =>
        rows > 1 ? 2 * Math.Sqrt(rows) * RampCycles / wafer.Clock : 0;

    private void Try(
        WaferFacts wafer, double tall, double wide, double rows, double columns, double before,
        double sums, double outside, ref KernelTime best)
    {
        var waves = Math.Ceiling(Matrices * rows * columns / (wafer.Rows * wafer.Columns));
        var busy = waves * tall * wide * ElementSeconds;
        var time = Overlap.Of(
            before + Crossings * ((rows + columns) * wafer.HopSeconds + sums),
            IsVector ? 0 : busy, IsVector ? busy : 0,
            waves * tall * wide * ElementMemory + outside,
            waves * Math.Max(tall * TallLink, wide * WideLink));
        if (time.Seconds < best.Seconds) best = time;
    }
}
