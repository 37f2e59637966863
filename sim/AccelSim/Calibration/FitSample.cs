using AccelSim.Costs.Analytical;
using AccelSim.Workloads;

namespace AccelSim.Calibration;

/// <summary>Rows that a fit looks at, each with its weight.</summary>
/// <remarks>
/// Tables are dense where their authors were curious. Rows of one site within one power of ten of
/// measured time share a weight that grows with the square root of their number.
/// </remarks>
internal sealed class FitSample
{
    /// <summary>Errors below this one are as good as none: what repeated runs differ by.</summary>
    private const double Noise = 0.02;

    /// <summary>
    /// What a figure costs at the other end of its range from where fits begin: rows that do not
    /// tell two figures apart leave both near what is plausible (ridge: Hoerl and Kennard 1970).
    /// Of 0.0003 to 0.1, this one took figures best from the A100 to the H100 and back.
    /// </summary>
    private const double Pull = 0.003;

    private readonly KernelModel _model;
    private readonly FigureSpace _space;
    private readonly Observation[] _rows;
    private readonly double[] _weights;
    private readonly double[] _figures;
    private readonly double[] _start;

    private FitSample(KernelModel model, FigureSpace space, Observation[] rows)
    {
        (_model, _space, _rows) = (model, space, rows);
        _figures = new double[space.Count];
        _start = space.Start();
        var cells = rows.CountBy(Cell).ToDictionary();
        _weights = [.. rows.Select(row => 1 / Math.Sqrt(cells[Cell(row)]))];
        var sum = _weights.Sum();
        for (var i = 0; i < _weights.Length; i++) _weights[i] /= sum;
    }

    /// <summary>How many rows it has.</summary>
    public int Count => _rows.Length;

    /// <summary>Takes at most so many of the rows, the same ones for the same seed.</summary>
    public static FitSample Of(
        KernelModel model, FigureSpace space, IReadOnlyList<Observation> rows, int most, long seed)
    {
        if (rows.Count <= most) return new FitSample(model, space, [.. rows]);
        return new FitSample(model, space,
        [
            .. Enumerable.Range(0, rows.Count)
                .OrderBy(i => ContentKeys.Mix(seed, i))
                .Take(most)
                .Order()
                .Select(i => rows[i]),
        ]);
    }

    /// <summary>Fills in ln(predicted / measured) of each row at a point of the cube.</summary>
    /// <returns>
    /// The loss: the weighted mean of the absolute logarithms, smooth near zero, and the pull.
    /// </returns>
    public double Errors(ReadOnlySpan<double> point, Span<double> errors)
    {
        _space.At(point, _figures);
        double loss = 0;
        for (var i = 0; i < _start.Length; i++)
        {
            var off = point[i] - _start[i];
            loss += Pull * off * off;
        }
        for (var i = 0; i < _rows.Length; i++)
        {
            errors[i] = Math.Log(_rows[i].Predict(_model, _figures) / _rows[i].Seconds);
            loss += _weights[i] * Math.Sqrt(errors[i] * errors[i] + Noise * Noise);
        }
        return double.IsNaN(loss) ? double.PositiveInfinity : loss;
    }

    /// <summary>
    /// How much a row weighs in the next step of least squares, so that they lead to the loss.
    /// </summary>
    public double Weight(int row, double error) =>
        _weights[row] / Math.Sqrt(error * error + Noise * Noise);

    /// <summary>Slope and curvature of a figure's pull.</summary>
    public (double Slope, double Curvature) PullOf(int figure, double place) =>
        (2 * Pull * (place - _start[figure]), 2 * Pull);

    private static (int Site, int Decade) Cell(Observation row) =>
        (row.Site, (int)Math.Floor(Math.Log10(row.Seconds)));
}
