namespace AccelSim.Validation;

/// <summary>How far predictions are from measurements, in shares: 0.1 is 10 %.</summary>
/// <remarks>
/// The error of a row is predicted / measured − 1. Percentiles are nearest-rank: the smallest value
/// that at least that share of the values do not exceed.
/// </remarks>
/// <param name="Count">Rows.</param>
/// <param name="Median">Of the absolute error.</param>
/// <param name="Mean">Of the absolute error.</param>
/// <param name="P90">Of the absolute error.</param>
/// <param name="Bias">Median of the signed error: below zero where predictions are short.</param>
/// <param name="Coverage">Share of rows measured within the band of their prediction.</param>
public sealed record ErrorSummary(
    int Count, double Median, double Mean, double P90, double Bias, double Coverage)
{
    /// <summary>Summarises signed errors; sorts what it is given.</summary>
    /// <param name="errors">One for each row.</param>
    /// <param name="covered">Rows measured within the band of their prediction.</param>
    public static ErrorSummary Of(double[] errors, int covered = 0)
    {
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentOutOfRangeException.ThrowIfZero(errors.Length, nameof(errors));
        Array.Sort(errors);
        var bias = Rank(errors, 0.5);
        double sum = 0;
        var absolute = new double[errors.Length];
        for (var i = 0; i < errors.Length; i++) sum += absolute[i] = Math.Abs(errors[i]);
        Array.Sort(absolute);
        return new ErrorSummary(
            errors.Length, Rank(absolute, 0.5), sum / errors.Length, Rank(absolute, 0.9), bias,
            (double)covered / errors.Length);
    }

    private static double Rank(double[] sorted, double share) =>
        sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
