using System.CommandLine;
using System.Globalization;
using AccelSim.Calibration;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Validation;

namespace AccelSim.Cli.Flags;

/// <summary>What is fitted to what.</summary>
internal sealed class CalibrationFlags
{
    private readonly Option<string?> _tables = Flag.Text(
        "--tables", "DIR", "A folder of measured tables, as validate reads them.");

    private readonly Option<string?> _trace = Flag.Text(
        "--trace", "A,B,…", "In place of tables: traces of one device, as capture and measure "
        + "write them.");

    private readonly Option<string?> _extends = Flag.Text(
        "--extends", "FILE", "With --trace: the hardware file that the fitted one builds on.");

    private readonly Option<string?> _device = Flag.Text(
        "--device", "NAME", "The device whose figures are fitted.");

    private readonly Option<string?> _engine = Flag.Text(
        "--engine", "NAME", "Fit the host time of this engine profile to whole deployments "
        + "instead: vllm, sglang, trtllm.");

    private readonly Option<string?> _class = Flag.Text(
        "--class", "NAME", "Fit figures that several devices share: a class of this name.");

    private readonly Option<string?> _devices = Flag.Text(
        "--devices", "A,B,…", "With --class: the devices to fit together.");

    private readonly Option<string?> _judge = Flag.Text(
        "--judge-on", "NAME", "With --class: the device whose rows judge the figures, in place of "
        + "folds.");

    private readonly Option<string?> _from = Flag.Text(
        "--transfer-from", "A,B,…", "Fit these devices and judge the figures on --device, of which "
        + "only the data sheet is used: those of its kernel class, or all where none is.");

    private readonly Option<string?> _families = Flag.Text(
        "--families", "A,B,…", "Only these families of kernels, such as linearBf16; all by "
        + "default.");

    private readonly Option<int?> _folds = Flag.Whole(
        "--folds", "N", "Parts that sites are left out in, at least 2 (5 by default).", 100);

    private readonly Option<int?> _seed = Flag.Whole(
        "--seed", "N", "For folds, sampled rows and starts (1 by default).");

    private readonly Option<string?> _origin = Flag.Text(
        "--origin", "TEXT", "Who measured, for the source of the figures (\"measured tables\" by "
        + "default).");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
    [
        _tables, _trace, _extends, _device, _engine, _class, _devices, _judge, _from, _families,
        _folds, _seed, _origin,
    ];

    /// <summary>The measurements that it reads.</summary>
    public IEnumerable<string> Measurements(ParseResult parsed) =>
    [
        .. parsed.GetValue(_trace)?.Split(',') ?? [],
        .. InputFiles.OfTables(parsed.GetValue(_tables)),
    ];

    /// <summary>The hardware files that it reads.</summary>
    public IEnumerable<string> Devices(ParseResult parsed) => InputFiles.OfHardware(
        new[] { _extends, _device, _devices, _judge, _from }.Select(parsed.GetValue));

    /// <summary>The engine to be fitted; null where devices are.</summary>
    /// <exception cref="ConfigException">Flags of devices stand beside it.</exception>
    public EngineCalibration? ReadEngine(ParseResult parsed)
    {
        if (parsed.GetValue(_engine) is not { } engine) return null;
        foreach (var flag in new[] { _device, _class, _devices, _judge, _from, _families })
        {
            if (parsed.GetValue(flag) is not null)
                throw new ConfigException("", 0, flag.Name, "does not go with --engine.");
        }
        var folder = parsed.GetValue(_tables) ?? throw Missing(
            _tables, "name the folder of the measured tables.");
        return new EngineCalibration(
            folder, engine, Folds(parsed), parsed.GetValue(_seed) ?? 1,
            parsed.GetValue(_origin) ?? "measured deployments");
    }

    /// <summary>The traces to be fitted to; null where tables are.</summary>
    /// <exception cref="ConfigException">Flags of tables stand beside them.</exception>
    public TraceCalibration? ReadTraces(ParseResult parsed)
    {
        if (parsed.GetValue(_trace) is not { } traces) return null;
        foreach (var flag in new[]
        {
            _tables, _device, _class, _devices, _judge, _from, _families, _engine, _origin,
        })
        {
            if (parsed.GetValue(flag) is not null)
                throw new ConfigException("", 0, flag.Name, "does not go with --trace.");
        }
        var extends = parsed.GetValue(_extends) ?? throw Missing(
            _extends, "name a hardware file with the device's facts, such as one that "
                + "\"accelsim measure\" wrote.");
        return new TraceCalibration(
            traces.Split(','), extends, Folds(parsed), parsed.GetValue(_seed) ?? 1);
    }

    /// <summary>What the command states.</summary>
    /// <exception cref="ConfigException">It contradicts itself, or names what is not there.
    /// </exception>
    public CalibrationPlan Read(ParseResult parsed)
    {
        var folder = parsed.GetValue(_tables) ?? throw Missing(
            _tables, "name the folder of the measured tables.");
        var device = parsed.GetValue(_device) is { } one
            ? ValidationFlags.Device(one, _device.Name)
            : null;
        var name = parsed.GetValue(_class);
        if ((device is null) == (name is null))
            throw new ConfigException("", 0, _device.Name, "give this or --class.");
        var from = parsed.GetValue(_from);
        RefuseUnused(parsed, name is not null);
        string[] fitted = name is not null ? Devices(parsed, _devices)
            : from is not null ? Transfer.Donors(Devices(parsed, _from), device!)
            : [device!];
        var judge = from is not null ? device
            : parsed.GetValue(_judge) is { } other
            ? ValidationFlags.Device(other, _judge.Name)
            : null;
        if (judge is not null && fitted.Contains(judge))
        {
            throw new ConfigException("", 0, from is null ? _judge.Name : _from.Name,
                $"{judge} would judge figures that it was fitted to; leave it out.");
        }
        var calibrator = new Calibrator(folder, fitted)
        {
            Families = Families(parsed),
            Folds = Folds(parsed),
            JudgedOn = judge,
            Seed = parsed.GetValue(_seed) ?? 1,
        };
        return new CalibrationPlan(
            calibrator, fitted, device, name, judge, parsed.GetValue(_origin) ?? "measured tables");
    }

    private void RefuseUnused(ParseResult parsed, bool isClass)
    {
        foreach (var (flag, needsClass) in new[]
        {
            (_devices, true), (_judge, true), (_from, false),
        })
        {
            if (parsed.GetValue(flag) is null || needsClass == isClass) continue;
            throw new ConfigException("", 0, flag.Name,
                needsClass ? "goes with --class." : "goes with --device.");
        }
    }

    private static string[] Devices(ParseResult parsed, Option<string?> flag) =>
        parsed.GetValue(flag) is { } list
            ? [.. list.Split(',').Distinct().Select(one => ValidationFlags.Device(one, flag.Name))]
            : throw Missing(flag, "name the devices to fit together.");

    private int Folds(ParseResult parsed) => parsed.GetValue(_folds) switch
    {
        null => 5,
        1 => throw new ConfigException(
            "", 0, _folds.Name, "must be at least 2: one part is left out, others are fitted."),
        { } folds => folds,
    };

    private IReadOnlyList<KernelFamily> Families(ParseResult parsed) =>
    [
        .. (parsed.GetValue(_families)?.Split(',') ?? []).Distinct().Select(name =>
        {
            foreach (var family in Enum.GetValues<KernelFamily>())
            {
                if (JsonNames.Of(family.ToString()) == name) return family;
            }
            throw new ConfigException("", 0, _families.Name, $"\"{name}\" is not known; "
                + NearestName.Hint(name, JsonNames.OfEnum(typeof(KernelFamily))));
        }),
    ];

    private static ConfigException Missing(Option flag, string what) =>
        new("", 0, flag.Name, "is missing; " + what);
}

/// <summary>A fit of an engine as the command states it.</summary>
/// <param name="Folder">The folder of the tables.</param>
/// <param name="Engine">The profile.</param>
/// <param name="Folds">Parts that sites are left out in.</param>
/// <param name="Seed">For folds and rows.</param>
/// <param name="Origin">Who measured.</param>
internal sealed record EngineCalibration(
    string Folder, string Engine, int Folds, long Seed, string Origin)
{
    /// <summary>What the figures rest on, as files state it.</summary>
    public string Source(EngineFit fit) =>
        $"calibrated: {Origin}, {fit.Rows} rows of {fit.Sites} sites; accelsim calibrate --engine, "
        + $"{Folds} folds, seed {Seed}; held out: TPOT {Text(fit.HeldOut.Tpot)}, TTFT "
        + $"{Text(fit.HeldOut.Ttft)} (median / P90)"
        + string.Concat(fit.AtLimits.Select(figure => $"; {figure} at its limit"));

    private static string Text(ErrorSummary errors) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * errors.Median:F1} / {100 * errors.P90:F1} %");
}

/// <summary>A calibration as the command states it.</summary>
/// <param name="Calibrator">What does it.</param>
/// <param name="Fitted">The devices that are fitted, as the tables name them.</param>
/// <param name="Device">The device that the figures are for; null for a class.</param>
/// <param name="Class">The class that they are for; null for a device.</param>
/// <param name="Judge">The device that judges them; null for folds.</param>
/// <param name="Origin">Who measured.</param>
internal sealed record CalibrationPlan(
    Calibrator Calibrator, IReadOnlyList<string> Fitted, string? Device, string? Class,
    string? Judge, string Origin)
{
    /// <summary>What the figures rest on, as files state it.</summary>
    public string Source =>
        $"{(Device is null || Fitted is [var one] && one == Device ? "calibrated" : "transferred")}"
        + $": {Origin}, "
        + $"{string.Join(" and ", Fitted)}; accelsim calibrate, "
        + (Judge is null ? $"{Calibrator.Folds} folds" : $"judged on {Judge}")
        + $", seed {Calibrator.Seed}";

    /// <summary>A file with the figures.</summary>
    public string Text(CalibrationResult result) => Device is null
        ? FitJson.Class($"Fitted on {string.Join(" and ", Fitted)}", result.Families, Source)
        : FitJson.Device(TableNames.Hardware(Device)!, result.Families, Source);
}
