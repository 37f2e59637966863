using AccelSim.Configuration;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Validation;
using AccelSim.Workloads;

namespace AccelSim.Calibration;

/// <summary>Fits the figures of kernel models to measured tables.</summary>
/// <remarks>
/// Each family is fitted by itself. Its figures are judged on sites that they did not see: the
/// sites are parted into folds, and the rows of each are predicted with figures fitted to the
/// others.
/// </remarks>
/// <param name="folder">Where the tables are.</param>
/// <param name="devices">
/// The devices to fit together, as the tables name them; one, or those of a class.
/// </param>
public sealed class Calibrator(string folder, IReadOnlyList<string> devices)
{
    /// <summary>Fewer rows than this say too little about ten figures.</summary>
    public const int LeastRows = 50;

    /// <summary>Random choices: folds, sampled rows, starts.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Parts that sites are left out in; 1 for none: errors are of seen rows.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>
    /// A device, as the tables name it, whose rows judge the figures in place of folds; null for
    /// folds.
    /// </summary>
    public string? JudgedOn { get; init; }

    /// <summary>The tables to read; all by default.</summary>
    public IReadOnlyList<MeasuredTable> Tables { get; init; } = MeasuredTable.All;

    /// <summary>The families to fit; empty for all that the tables hold.</summary>
    public IReadOnlyList<KernelFamily> Families { get; init; } = [];

    /// <summary>The hardware of a device of the tables; the shipped files by default.</summary>
    public Func<string, HardwareDocument> Hardware { get; init; } =
        name => Catalog.Open(TableNames.Hardware(name)!);

    /// <summary>The kernel models; the shipped ones by default.</summary>
    public Func<Fabric, KernelFamily, KernelModel?> Models { get; init; } = KernelModels.For;

    /// <summary>Rows of captured runs in place of tables; null for tables.</summary>
    public TraceObservations? Traces { get; init; }

    /// <summary>Reads the tables and fits.</summary>
    /// <exception cref="ConfigException">
    /// The tables are malformed, or have too little of a family that was asked for.
    /// </exception>
    public CalibrationResult Run()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Folds, 1);
        var (rows, leftOut) = Read(devices);
        var judges = JudgedOn is { } judge ? Read([judge]).Rows : null;
        var tooFew = new List<(KernelFamily Family, string Reason)>();
        var tasks = new List<FamilyRows>();
        foreach (var (family, known) in rows)
        {
            if (Families.Count > 0 && !Families.Contains(family)) continue;
            if (Lacking(known) is { } lacking) tooFew.Add((family, lacking));
            else tasks.Add(known);
        }
        Refuse(rows, tooFew);
        return new CalibrationResult(FitAll(tasks, judges), tooFew, leftOut);
    }

    private (IReadOnlyDictionary<KernelFamily, FamilyRows> Rows, IReadOnlyList<SkippedRows> Left)
        Read(IReadOnlyList<string> names)
    {
        if (Traces is { } traces) return (traces.ByFamily, []);
        var reader = new ObservationReader(
            folder, names.ToDictionary(name => name, Hardware), Models);
        reader.Read(Tables);
        return (reader.ByFamily, reader.LeftOut);
    }

    private string? Lacking(FamilyRows rows) =>
        rows.Rows.Count < LeastRows
            ? $"rows: {rows.Rows.Count}, but at least {LeastRows} are needed."
            : rows.Sites.Count < Folds
            ? $"sites: {rows.Sites.Count}, too few for {Folds} folds; measure more shapes, or ask "
                + "for fewer folds."
            : null;

    /// <summary>What was asked for by name must be there.</summary>
    private void Refuse(
        IReadOnlyDictionary<KernelFamily, FamilyRows> rows,
        List<(KernelFamily Family, string Reason)> tooFew)
    {
        foreach (var family in Families)
        {
            var reason = rows.ContainsKey(family)
                ? tooFew.Find(one => one.Family == family).Reason
                : "no row of these devices was measured, or there is no model to fit.";
            if (reason is null) continue;
            throw new ConfigException(
                folder, 0, "", $"{JsonNames.Of(family.ToString())}: {reason}");
        }
        if (rows.Count > tooFew.Count) return;
        throw new ConfigException(folder, 0, "",
            $"has nothing to fit {string.Join(" and ", devices)} to: "
            + (tooFew.Count == 0 ? "no row of theirs has a kernel model."
                : $"{JsonNames.Of(tooFew[0].Family.ToString())}: {tooFew[0].Reason}"));
    }

    /// <summary>All fits of all families, as many at a time as there are processors.</summary>
    private List<FamilyFit> FitAll(
        List<FamilyRows> families, IReadOnlyDictionary<KernelFamily, FamilyRows>? judges)
    {
        var folds = families.ConvertAll(family => new Folds(family.Sites, Folds, Seed));
        var perFamily = judges is null && Folds > 1 ? Folds + 1 : 1;
        var figures = new double[families.Count * perFamily][];
        // The longest first: none is left to run alone at the end.
        int[] order =
        [
            .. Enumerable.Range(0, figures.Length)
                .OrderByDescending(task => Work(families[task / perFamily]))
                .ThenBy(task => task),
        ];
        Parallel.ForEach(
            order, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            task =>
            {
                var family = families[task / perFamily];
                // The first fit of a family sees all rows, the others leave a fold out.
                var leftOut = task % perFamily - 1;
                figures[task] = Fit(family, folds[task / perFamily], leftOut);
            });
        return
        [
            .. families.Select((family, i) => Judge(
                family, folds[i], figures[(i * perFamily)..((i + 1) * perFamily)],
                judges?.GetValueOrDefault(family.Family))),
        ];
    }

    private static long Work(FamilyRows family) =>
        (long)family.Rows.Count * family.Model.Parameters.Count;

    private double[] Fit(FamilyRows family, Folds folds, int leftOut)
    {
        var places = Places(family, folds);
        var seed = ContentKeys.Mix(Seed, (long)family.Family);
        var found = new Fitter(
            family.Model, [.. family.Rows.Where(row => places[row.Site] != leftOut)], seed).Fit();
        return [.. found.Select((value, i) =>
            FamilyFit.Short(value, family.Model.Parameters[i]))];
    }

    /// <summary>The fold of each site, by its number.</summary>
    private static int[] Places(FamilyRows family, Folds folds) =>
        [.. family.Sites.Select(folds.Of)];

    private static FamilyFit Judge(
        FamilyRows family, Folds folds, double[][] figures, FamilyRows? judge)
    {
        var places = Places(family, folds);
        var model = family.Model;
        List<(double Predicted, double Measured)> seen =
            [.. family.Rows.Select(row => (row.Predict(model, figures[0]), row.Seconds))];
        List<(double Predicted, double Measured)> unseen = judge is not null
            ? [.. judge.Rows.Select(row => (row.Predict(model, figures[0]), row.Seconds))]
            : figures.Length > 1
            ? [.. family.Rows.Select(row =>
                (row.Predict(model, figures[1 + places[row.Site]]), row.Seconds))]
            : seen;
        return new FamilyFit
        {
            Family = family.Family,
            Model = model,
            Figures = figures[0],
            FoldFigures = figures[1..],
            Tables = [.. family.Tables],
            Rows = family.Rows.Count,
            Sites = family.Sites.Count,
            InSample = Errors(seen),
            HeldOut = Errors(unseen),
            Residuals = FamilyFit.Scatter(unseen),
            FoldResiduals =
            [
                .. Enumerable.Range(0, figures.Length - 1).Select(fold => FamilyFit.Scatter(
                    unseen.Where((_, row) => places[family.Rows[row].Site] != fold))),
            ],
            Domain = FamilyFit.Extent(family.Rows.SelectMany(row => row.Own)),
            Folds = folds,
        };
    }

    private static HeldOutErrors Errors(List<(double Predicted, double Measured)> rows)
    {
        var errors = ErrorSummary.Of(
            [.. rows.Select(row => row.Predicted / row.Measured - 1)], covered: 0);
        return new HeldOutErrors(errors.Median, errors.P90);
    }
}

/// <summary>What a calibration found.</summary>
/// <param name="Families">The fits, in the order of the families.</param>
/// <param name="TooFew">Families that were not fitted, and why.</param>
/// <param name="LeftOut">Rows that no fit may learn from, by reason.</param>
public sealed record CalibrationResult(
    IReadOnlyList<FamilyFit> Families,
    IReadOnlyList<(KernelFamily Family, string Reason)> TooFew,
    IReadOnlyList<SkippedRows> LeftOut);
