using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Validation;
using AccelSim.Validation.Deployments;
using AccelSim.Workloads;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace AccelSim.Calibration;

/// <summary>Fits the host time of a serving engine to whole deployments.</summary>
/// <remarks>
/// A deployment is simulated at some figures and once more with each of them moved. Between such
/// rounds TTFT and TPOT are taken as straight in the figures, and a simplex (Nelder and Mead 1965)
/// finds the least error: whole sites are left out in folds at no simulations but those that judge
/// them. Figures of kernels are not touched.
/// </remarks>
/// <param name="engine">The profile whose figures are fitted; fits begin at its own.</param>
/// <param name="simulate">TTFT and TPOT of each row under a profile, in seconds.</param>
public sealed class EngineFitter(
    EngineProfile engine,
    Func<EngineProfile, IReadOnlyList<MeasuredDeployment>, IReadOnlyList<DeploymentOutcome>>
        simulate)
{
    /// <summary>Rows of one site that are looked at; more would say the same again.</summary>
    private const int RowsPerSite = 8;

    /// <summary>Times that the straight lines are drawn anew.</summary>
    private const int Rounds = 4;

    /// <summary>How far a round goes: straight lines are trusted within this factor.</summary>
    private const double Reach = 2;

    /// <summary>Time to the first token is queueing, of which less is known.</summary>
    private const double TtftWeight = 0.5;

    /// <summary>An error of this factor counts half of what it would, larger ones ever less.
    /// </summary>
    private const double Soft = 0.5;

    private readonly int _figures = EngineFigure.All.Count;

    /// <summary>Parts that sites are left out in.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>For folds and the choice of rows.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Fits to a table of measured deployments.</summary>
    /// <param name="folder">The folder of the tables.</param>
    /// <param name="name">The engine: a shipped profile that the table has rows of.</param>
    /// <param name="folds">Parts that sites are left out in.</param>
    /// <param name="seed">For folds and the choice of rows.</param>
    /// <exception cref="ConfigException">There is no such profile, or no row of it.</exception>
    public static EngineFit OfTable(string folder, string name, int folds, long seed)
    {
        var engine = EngineCatalog.Open(name);
        var all = DeploymentTable.Read(folder).Select(one => one.Row).OfType<MeasuredDeployment>()
            .ToList();
        var rung = CostRung.Named(CostRung.Default, "--engine");
        var own = new DeploymentJudge(rung).Judge(
                [.. all.Where(row => row.Backend == engine.Id)])
            .Where(outcome => outcome.Reason is null).Select(outcome => outcome.Row).ToList();
        if (own.Select(row => row.Site).Distinct().Count() < folds)
        {
            throw new ConfigException("", 0, "--engine",
                $"\"{name}\" was measured at fewer sites than {folds} folds need; sites by engine: "
                + string.Join(", ", all.GroupBy(row => row.Backend)
                    .OrderBy(rows => rows.Key, StringComparer.Ordinal)
                    .Select(rows => $"{rows.Key} "
                        + rows.Select(row => row.Site).Distinct().Count())) + ".");
        }
        return new EngineFitter(engine, (profile, rows) =>
            new DeploymentJudge(rung) { Engine = _ => profile }.Judge(rows))
        {
            Folds = folds, Seed = seed,
        }.Fit(own);
    }

    /// <summary>Fits to the rows of this engine.</summary>
    public EngineFit Fit(IReadOnlyList<MeasuredDeployment> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var sample = Sample(rows);
        var folds = new Folds(sample.Select(row => row.Site).Distinct(), Folds, Seed);
        var figures = EngineFigure.All.Select(figure => figure.Of(engine).Value).ToArray();
        var before = Errors(Outcomes(figures, rows));
        var (best, least) = (figures, double.PositiveInfinity);
        Lines? lines = null;
        for (var round = 0; round < Rounds; round++)
        {
            var here = Lines.Of(figures, sample, Outcomes);
            var loss = Loss(here, figures, _ => true);
            if (loss < least)
            {
                (best, least, lines) = (figures, loss, here);
                figures = Least(here, figures, _ => true);
            }
            else
            {
                // Straight lines led too far.
                figures = [.. best.Zip(figures, (near, far) => (near + far) / 2)];
            }
        }
        double[][] held = [.. Enumerable.Range(0, Folds)
            .Select(fold => Least(lines!, best, row => folds.Of(row.Site) != fold))];
        var heldOut = Enumerable.Range(0, Folds).SelectMany(fold => Outcomes(
            held[fold], [.. rows.Where(row => folds.Of(row.Site) == fold)])).ToList();
        return new EngineFit(
            engine.Id, sample.Count, sample.Select(row => row.Site).Distinct().Count(), best,
            before, Errors(Outcomes(best, rows)), Errors(heldOut));
    }

    /// <summary>Some rows of each site, those that the seed picks.</summary>
    private List<MeasuredDeployment> Sample(IReadOnlyList<MeasuredDeployment> rows) =>
    [
        .. rows.GroupBy(row => row.Site).OrderBy(site => site.Key, StringComparer.Ordinal)
            .SelectMany(site => site
                .OrderBy(row => ContentKeys.Mix(Seed, row.Line)).ThenBy(row => row.Line)
                .Take(RowsPerSite)),
    ];

    private IReadOnlyList<DeploymentOutcome> Outcomes(
        double[] figures, IReadOnlyList<MeasuredDeployment> rows) =>
        [.. simulate(EngineFigure.At(engine, figures), rows).Where(row => row.Reason is null)];

    private double[] Least(
        Lines lines, double[] start, Func<MeasuredDeployment, bool> counts)
    {
        var low = new double[_figures];
        var high = new double[_figures];
        for (var i = 0; i < _figures; i++)
        {
            var figure = EngineFigure.All[i];
            low[i] = Math.Max(figure.Low, start[i] / Reach - figure.Step);
            high[i] = Math.Min(figure.High, start[i] * Reach + 2 * figure.Step);
        }
        // A sine keeps figures within reach.
        double[] At(Vector<double> point) => [.. point.Select((x, i) =>
            low[i] + (high[i] - low[i]) * (1 + Math.Sin(x)) / 2)];
        var first = Vector<double>.Build.Dense(_figures, i => Math.Asin(Math.Clamp(
            2 * (start[i] - low[i]) / (high[i] - low[i]) - 1, -0.9, 0.9)));
        // The simplex stops at a relative change, which a loss of nothing never comes to.
        return At(NelderMeadSimplex.Minimum(
            ObjectiveFunction.Value(point => 1 + Loss(lines, At(point), counts)), first,
            Vector<double>.Build.Dense(_figures, 0.3), 1e-6, 10_000).MinimizingPoint);
    }

    private static double Loss(
        Lines lines, double[] figures, Func<MeasuredDeployment, bool> counts)
    {
        double loss = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            var row = lines.Row(i);
            if (!counts(row)) continue;
            var (ttft, tpot) = lines.At(i, figures);
            loss += Softened(tpot / row.Tpot) + TtftWeight * Softened(ttft / row.Ttft);
        }
        return loss;
    }

    private static double Softened(double ratio)
    {
        var error = Math.Abs(Math.Log(ratio));
        return error / (1 + error / Soft);
    }

    private static EngineErrors Errors(IReadOnlyList<DeploymentOutcome> outcomes) => new(
        ErrorSummary.Of([.. outcomes.Select(one => one.Ttft / one.Row.Ttft - 1)]),
        ErrorSummary.Of([.. outcomes.Select(one => one.Tpot / one.Row.Tpot - 1)]));

    /// <summary>TTFT and TPOT of rows as straight lines in the figures.</summary>
    private sealed class Lines
    {
        private readonly double[] _from;
        private readonly IReadOnlyList<DeploymentOutcome> _at;
        private readonly (double Ttft, double Tpot)[][] _slopes;

        private Lines(
            double[] from, IReadOnlyList<DeploymentOutcome> at,
            (double Ttft, double Tpot)[][] slopes) => (_from, _at, _slopes) = (from, at, slopes);

        public int Count => _at.Count;

        public static Lines Of(
            double[] from, IReadOnlyList<MeasuredDeployment> rows,
            Func<double[], IReadOnlyList<MeasuredDeployment>, IReadOnlyList<DeploymentOutcome>>
                outcomes)
        {
            var at = outcomes(from, rows);
            var slopes = from.Select((value, i) =>
            {
                var step = Math.Max(EngineFigure.All[i].Step, 0.25 * value);
                var moved = (double[])from.Clone();
                moved[i] += step;
                return outcomes(moved, rows).Zip(at, (there, here) => (
                    (there.Ttft - here.Ttft) / step, (there.Tpot - here.Tpot) / step)).ToArray();
            });
            return new Lines(from, at, [.. slopes]);
        }

        public MeasuredDeployment Row(int row) => _at[row].Row;

        public (double Ttft, double Tpot) At(int row, double[] figures)
        {
            var (ttft, tpot) = (_at[row].Ttft, _at[row].Tpot);
            for (var i = 0; i < figures.Length; i++)
            {
                ttft += _slopes[i][row].Ttft * (figures[i] - _from[i]);
                tpot += _slopes[i][row].Tpot * (figures[i] - _from[i]);
            }
            // Straight lines may lead below zero where the truth bends.
            const double least = 0.1;
            return (Math.Max(ttft, least * _at[row].Ttft), Math.Max(tpot, least * _at[row].Tpot));
        }
    }
}
