namespace AccelSim.Costs.Analytical;

/// <summary>Sums of parts that partly overlap.</summary>
internal static class Smooth
{
    /// <summary>(aᵖ + bᵖ + cᵖ)^(1/p): the sum at p = 1, the maximum as p grows.</summary>
    public static double Max(double a, double b, double c, double p)
    {
        var most = Math.Max(a, Math.Max(b, c));
        if (most == 0) return 0;
        return most * Math.Pow(
            Math.Pow(a / most, p) + Math.Pow(b / most, p) + Math.Pow(c / most, p), 1 / p);
    }
}
