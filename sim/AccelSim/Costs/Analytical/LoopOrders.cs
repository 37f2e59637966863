namespace AccelSim.Costs.Analytical;

/// <summary>What a blocked product moves between a memory and a smaller one before it.</summary>
internal static class LoopOrders
{
    private const double AccumulatorBytes = 4;

    /// <summary>
    /// Bytes read and written: the least of three loop orders (Goto and van de Geijn 2008).
    /// </summary>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="left">Bytes of the left matrix.</param>
    /// <param name="right">Bytes of the right matrix.</param>
    /// <param name="result">Bytes of the result.</param>
    /// <param name="kept">Bytes of the smaller memory that one operand may keep.</param>
    /// <remarks>
    /// Blocks of the left matrix stay and the right one streams past each of them, or the other
    /// way round, or square blocks of sums in 32 bits stay and both stream. Where an operand fits
    /// as a whole, everything moves once. A device with nothing in between reads operands from
    /// where they are used.
    /// </remarks>
    public static double Bytes(
        double m, double n, double left, double right, double result, double kept)
    {
        if (kept <= 0) return left + right + result;
        var keepLeft = left + right * Math.Max(1, Math.Ceiling(left / kept));
        var keepRight = right + left * Math.Max(1, Math.Ceiling(right / kept));
        var side = Math.Sqrt(kept / AccumulatorBytes);
        var keepSums = left * Math.Max(1, Math.Ceiling(n / side))
            + right * Math.Max(1, Math.Ceiling(m / side));
        return result + Math.Min(keepSums, Math.Min(keepLeft, keepRight));
    }
}
