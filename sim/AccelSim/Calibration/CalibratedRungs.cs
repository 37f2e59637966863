using System.Globalization;
using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Units;
using AccelSim.Validation;

namespace AccelSim.Calibration;

/// <summary>The analytical rung with figures that were fitted a moment ago.</summary>
/// <remarks>
/// Each row is predicted with figures that did not see its site, or with those of other devices.
/// A device is fitted when its first row comes.
/// </remarks>
public sealed class CalibratedRungs : IRungs
{
    private readonly Lock _fitting = new();
    private readonly Dictionary<string, Fitted> _devices = [];
    private readonly Func<string, Fitted> _fit;

    private CalibratedRungs(string name, Func<string, Fitted> fit) => (Name, _fit) = (name, fit);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Fits each device by itself; rows are predicted by figures of other sites.</summary>
    /// <param name="folds">Parts that sites are left out in.</param>
    /// <param name="calibrate">The calibrator of a device, as the tables name it.</param>
    public static CalibratedRungs Folded(int folds, Func<string[], Calibrator> calibrate) =>
        new("analytical, calibrated", device =>
        {
            var fits = calibrate([device]).Run().Families;
            return new Fitted(
                [.. Enumerable.Range(0, folds).Select(fold => fits.ToDictionary(
                    fit => fit.Family, fit => Fit(
                        fit, fit.FoldFigures[fold], device, fit.FoldResiduals[fold])))],
                fits.ToDictionary(fit => fit.Family, fit => fit.Folds), KeepsOwn: true);
        });

    /// <summary>Predicts devices with figures of others and their own data sheets.</summary>
    /// <param name="donors">The devices to fit, as the tables name them.</param>
    /// <param name="calibrate">The calibrator of devices that are fitted together.</param>
    public static CalibratedRungs Transferred(
        IReadOnlyList<string> donors, Func<string[], Calibrator> calibrate)
    {
        var known = new Dictionary<string, IReadOnlyList<FamilyFit>>();
        CalibratedRungs? rungs = null;
        return rungs = new("analytical, sheet only", device =>
        {
            var lent = Transfer.Donors(donors, device);
            var key = string.Join(',', lent);
            if (!known.TryGetValue(key, out var fits))
                known[key] = fits = calibrate(lent).Run().Families;
            // Named after a donor, so that the tag says transferred.
            return new Fitted(
                [fits.ToDictionary(fit => fit.Family, fit => Fit(
                    fit, fit.Figures, lent[0], fit.Residuals))],
                new Dictionary<KernelFamily, Folds>(), KeepsOwn: false);
        })
        {
            OfSystems = new("analytical, sheet only", (device, formats, links) =>
                rungs!.Of(TableNames.Of(device.Spec.Id))[0].Make(device, formats, links)),
        };
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Those of folds know kernels without a site, of which a system has many: there is none.
    /// </remarks>
    public CostRung? OfSystems { get; private init; }

    /// <inheritdoc/>
    public IReadOnlyList<CostRung> Of(string device) => At(device).Rungs(Name);

    /// <summary>Fits when the first asks; systems are simulated side by side.</summary>
    private Fitted At(string device)
    {
        lock (_fitting)
        {
            if (!_devices.TryGetValue(device, out var fitted))
                _devices[device] = fitted = _fit(device);
            return fitted;
        }
    }

    /// <inheritdoc/>
    public int Fold(string device, KernelFamily family, string site) =>
        At(device).Folds.TryGetValue(family, out var folds)
            ? Math.Max(0, folds.Of(site))
            : 0;

    private static KernelFit Fit(
        FamilyFit fit, IReadOnlyList<double> figures, string device,
        IReadOnlyList<ResidualClass> residuals)
    {
        var file = TableNames.Hardware(device) + ".json";
        var facts = new Dictionary<string, Fact<Figure>>();
        for (var i = 0; i < figures.Count; i++)
        {
            var (name, unit) = (fit.Model.Parameters[i].Name, fit.Model.Parameters[i].Unit);
            var text = string.Create(CultureInfo.InvariantCulture, $"{figures[i]:R} {unit}");
            facts[name] = new Fact<Figure>(new Figure(figures[i]), new FactSource(
                Provenance.Calibrated, "measured tables", file, 0,
                $"$.kernels.{fit.Family}.figures.{name}", text.Trim()));
        }
        return new KernelFit
        {
            Figures = facts,
            Rows = fit.Rows,
            HeldOut = fit.HeldOut,
            Residuals = residuals,
            Domain = fit.Domain,
        };
    }

    private sealed record Fitted(
        IReadOnlyList<IReadOnlyDictionary<KernelFamily, KernelFit>> Kernels,
        IReadOnlyDictionary<KernelFamily, Folds> Folds, bool KeepsOwn)
    {
        /// <summary>One rung for each fold.</summary>
        public IReadOnlyList<CostRung> Rungs(string name) =>
        [
            .. Kernels.Select(kernels => new CostRung(name, (device, formats, links) =>
                new AnalyticalCostModel(
                    Device.From(
                        device.Spec with { Kernels = Over(device.Spec.Kernels, kernels) },
                        Catalog.Estimators),
                    formats, links))),
        ];

        /// <summary>Families that no table measures keep what the device's file says.</summary>
        private IReadOnlyDictionary<KernelFamily, KernelFit> Over(
            IReadOnlyDictionary<KernelFamily, KernelFit> stated,
            IReadOnlyDictionary<KernelFamily, KernelFit> fitted) => KeepsOwn
            ? stated.Where(pair => !fitted.ContainsKey(pair.Key)).Concat(fitted).ToDictionary()
            : fitted;
    }
}
