using AccelSim.Costs.Analytical;
using AccelSim.Workloads;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace AccelSim.Calibration;

/// <summary>Finds the figures of a kernel model that fit measured rows best.</summary>
/// <remarks>
/// Damped least squares (Levenberg 1944, Marquardt 1963) with weights renewed at each step lead to
/// the least absolute error, from several starts; a simplex (Nelder and Mead 1965) then walks over
/// the edges where a kernel library would choose another tile. The number of prices is bounded
/// whatever the device, and the same rows and seed give the same figures.
/// </remarks>
internal sealed class Fitter(KernelModel model, IReadOnlyList<Observation> rows, long seed)
{
    /// <summary>Points tried before any is followed.</summary>
    private const int Tries = 32;

    /// <summary>Points that are followed, the model's own start among them.</summary>
    private const int Starts = 4;

    private const int FewRows = 600, ManyRows = 3000;
    private const int CoarseSteps = 15, FineSteps = 20;

    /// <summary>How often figures are walked one by one, and how far, widest first.</summary>
    private const int Rounds = 4;

    private static readonly double[] Strides = [0.2, 0.07, 0.02];

    /// <summary>A change of place that outweighs the jumps from tile to tile.</summary>
    private const double Step = 0.004;

    /// <summary>Corners of the simplex lie so far from its first point.</summary>
    private const double Edge = 0.03;

    private readonly FigureSpace _space = new(model.Parameters, Chosen(model, rows));

    /// <summary>The figures, in the order of the model's parameters.</summary>
    public double[] Fit()
    {
        var few = FitSample.Of(model, _space, rows, FewRows, seed);
        var best = FirstPoints(few)
            .Select(point => Descend(few, point, CoarseSteps))
            .MinBy(end => end.Loss).Point;
        var many = FitSample.Of(model, _space, rows, ManyRows, seed);
        best = Descend(many, best, FineSteps).Point;
        for (var round = 0; round < Rounds; round++)
            best = Descend(many, Walk(many, best), FineSteps).Point;
        best = Polish(many, best);
        var figures = new double[_space.Count];
        _space.At(best, figures);
        return figures;
    }

    /// <summary>What the device's file, or its class, chooses.</summary>
    private static double[] Chosen(
        KernelModel model, IReadOnlyList<Observation> rows)
    {
        if (rows.Count > 0 && model.Parameters.Any(figure => figure.IsChoice)
            && BoundKernel.For(
                rows[0].Machine.Device.Spec, Families.Of(rows[0].Own[0])) is { } known)
        {
            return known.Figures;
        }
        return [.. model.Parameters.Select(figure => figure.Start)];
    }

    /// <summary>The model's own start, and the best of random ones.</summary>
    private List<double[]> FirstPoints(FitSample sample)
    {
        var random = new SimRandom(seed, "calibration");
        var errors = new double[sample.Count];
        var start = _space.Start();
        return Enumerable.Range(0, Tries)
            .Select(_ => start.Select(place =>
                Math.Clamp(place + 0.3 * random.NextNormal(), 0.02, 0.98)).ToArray())
            .ToList()
            .OrderBy(point => sample.Errors(point, errors))
            .Take(Starts - 1)
            .Prepend(start)
            .ToList();
    }

    private static (double[] Point, double Loss) Descend(
        FitSample sample, double[] start, int steps)
    {
        var (point, damping) = (start, 1e-2);
        var errors = new double[sample.Count];
        var trial = new double[sample.Count];
        var loss = sample.Errors(point, errors);
        for (var step = 0; step < steps; step++)
        {
            var slopes = Slopes(sample, point, errors, trial);
            var before = loss;
            for (var again = 0; again < 8; again++)
            {
                var next = Next(sample, point, errors, slopes, damping);
                var reached = sample.Errors(next, trial);
                damping *= reached < loss ? 0.3 : 5;
                if (reached >= loss) continue;
                (point, loss) = (next, reached);
                (errors, trial) = (trial, errors);
                break;
            }
            if (before - loss < 1e-5 * before) break;
        }
        return (point, loss);
    }

    /// <summary>How each row's error changes with each figure.</summary>
    private static Matrix<double> Slopes(
        FitSample sample, double[] point, double[] errors, double[] moved)
    {
        var slopes = Matrix<double>.Build.Dense(sample.Count, point.Length);
        for (var i = 0; i < point.Length; i++)
        {
            var step = point[i] > 0.5 ? -Step : Step;
            var near = (double[])point.Clone();
            near[i] += step;
            sample.Errors(near, moved);
            for (var row = 0; row < sample.Count; row++)
                slopes[row, i] = (moved[row] - errors[row]) / step;
        }
        return slopes;
    }

    /// <summary>A damped step; figures at their bounds stay where it leads out.</summary>
    private static double[] Next(
        FitSample sample, double[] point, double[] errors, Matrix<double> slopes, double damping)
    {
        var count = point.Length;
        var curvature = Matrix<double>.Build.Dense(count, count);
        var descent = Vector<double>.Build.Dense(count);
        for (var row = 0; row < sample.Count; row++)
        {
            var weight = sample.Weight(row, errors[row]);
            for (var i = 0; i < count; i++)
            {
                var slope = weight * slopes[row, i];
                descent[i] -= slope * errors[row];
                for (var j = 0; j <= i; j++) curvature[i, j] += slope * slopes[row, j];
            }
        }
        var isStuck = new bool[count];
        for (var i = 0; i < count; i++)
        {
            var pull = sample.PullOf(i, point[i]);
            descent[i] -= pull.Slope;
            isStuck[i] = point[i] <= 0 && descent[i] < 0 || point[i] >= 1 && descent[i] > 0;
            if (isStuck[i]) descent[i] = 0;
            for (var j = 0; j < i; j++)
            {
                if (isStuck[i] || isStuck[j]) curvature[i, j] = 0;
                curvature[j, i] = curvature[i, j];
            }
            curvature[i, i] = (curvature[i, i] + pull.Curvature) * (1 + damping) + 1e-6;
        }
        var step = curvature.Solve(descent);
        return [.. point.Select((place, i) => Math.Clamp(place + step[i], 0, 1))];
    }

    /// <summary>
    /// Moves one figure at a time, as far as it helps (Hooke and Jeeves 1961): over jumps that
    /// slopes do not see.
    /// </summary>
    private static double[] Walk(FitSample sample, double[] start)
    {
        var errors = new double[sample.Count];
        var point = (double[])start.Clone();
        var loss = sample.Errors(point, errors);
        foreach (var stride in Strides)
        {
            for (var i = 0; i < point.Length; i++)
            {
                foreach (var step in new[] { stride, -stride })
                {
                    while (true)
                    {
                        var old = point[i];
                        point[i] = Math.Clamp(old + step, 0, 1);
                        var reached = point[i] == old ? loss : sample.Errors(point, errors);
                        if (reached < loss)
                        {
                            loss = reached;
                            continue;
                        }
                        point[i] = old;
                        break;
                    }
                }
            }
        }
        return point;
    }

    private static double[] Polish(FitSample sample, double[] start)
    {
        var errors = new double[sample.Count];
        var (best, least) = (start, sample.Errors(start, errors));
        var simplex = new NelderMeadSimplex(1e-6, 20 * start.Length);
        var objective = ObjectiveFunction.Value(at =>
        {
            // Outside the cube the price grows, so that the simplex turns back.
            var outside = at.Sum(place => Math.Max(0, Math.Max(-place, place - 1)));
            var point = at.Select(place => Math.Clamp(place, 0, 1)).ToArray();
            var loss = sample.Errors(point, errors) + outside;
            if (loss < least) (best, least) = (point, loss);
            return loss;
        });
        var edges = start.Select(place => place > 0.5 ? -Edge : Edge).ToArray();
        try
        {
            simplex.FindMinimum(
                objective, Vector<double>.Build.DenseOfArray(start),
                Vector<double>.Build.DenseOfArray(edges));
        }
        catch (MaximumIterationsException)
        {
            // The budget is spent; the best point so far stands.
        }
        return best;
    }
}
