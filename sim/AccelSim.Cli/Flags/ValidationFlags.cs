using System.CommandLine;
using System.Globalization;
using AccelSim.Calibration;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Validation;

namespace AccelSim.Cli.Flags;

/// <summary>What is judged against what.</summary>
internal sealed class ValidationFlags
{
    private readonly Option<string?> _tables = Flag.Text(
        "--tables", "DIR", "A folder of measured tables: gemm.csv.gz, attention_prefill.csv.gz, "
        + "attention_decode.csv.gz, mla.csv.gz, moe.csv.gz, allreduce.csv.gz.");

    private readonly Option<string?> _rung = Flag.Text(
        "--rung", "NAME", "The rung of the cost ladder to judge: "
        + $"{string.Join(", ", CostRung.Names.SkipLast(1))} ({CostRung.Default} by default); "
        + "table reads "
        + "the tables that judge it.");

    private readonly Option<string?> _devices = Flag.Text(
        "--devices", "A,B,…", "Only these devices, named as the tables or the hardware files do.");

    private readonly Option<string?> _operators = Flag.Text(
        "--operators", "A,B,…", "Only these tables, such as gemm,moe, or of whole systems: "
        + $"{string.Join(", ", WholeTable.All.Select(table => table.Name))}.");

    private readonly Option<int?> _folds = Flag.Whole(
        "--folds", "N", "Calibrate the analytical rung on these tables first, in N parts: each row "
        + "is predicted with figures that did not see its site. Takes minutes.", 100);

    private readonly Option<string?> _from = Flag.Text(
        "--transfer-from", "A,B,…", "Fit these devices and predict the others from their data "
        + "sheets alone.");

    private readonly Option<int?> _seed = Flag.Whole(
        "--seed", "N", "With --folds or --transfer-from: for folds, sampled rows and starts (1 by "
        + "default).");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
        [_tables, _rung, _devices, _operators, _folds, _from, _seed];

    /// <summary>The files that it reads.</summary>
    public IEnumerable<string> Files(ParseResult parsed) =>
    [
        .. InputFiles.OfTables(parsed.GetValue(_tables)),
        .. InputFiles.OfHardware(parsed.GetValue(_devices), parsed.GetValue(_from)),
    ];

    /// <summary>What the command states.</summary>
    /// <exception cref="ConfigException">It names something that is not there.</exception>
    public Validator Read(ParseResult parsed)
    {
        if (parsed.GetValue(_tables) is not { } folder)
        {
            throw new ConfigException("", 0, _tables.Name,
                "is missing; name the folder of the measured tables.");
        }
        var rung = parsed.GetValue(_rung) ?? CostRung.Default;
        var times = rung.Contains("table", StringComparison.Ordinal)
            ? TimeTableReader.Read(folder)
            : null;
        return new Validator(folder, CostRung.Named(rung, _rung.Name, times))
        {
            Devices =
            [
                .. Names(parsed.GetValue(_devices)).Select(one => Device(one, _devices.Name)),
            ],
            Tables = Tables(parsed),
            WholeTables = Wholes(parsed),
        };
    }

    /// <summary>
    /// The rung with figures that did not see each row's site; null where it is not asked for.
    /// </summary>
    public Validator? Calibrated(ParseResult parsed)
    {
        if (parsed.GetValue(_folds) is not { } folds) return null;
        if (folds < 2)
        {
            throw new ConfigException(
                "", 0, _folds.Name, "must be at least 2: one part is left out, others are fitted.");
        }
        var folder = Fitted(parsed, _folds);
        return Judge(
            parsed, CalibratedRungs.Folded(folds, Calibrate(parsed, folder, folds)),
            except: []);
    }

    /// <summary>
    /// The rung with figures of other devices; null where it is not asked for.
    /// </summary>
    public Validator? SheetOnly(ParseResult parsed)
    {
        if (parsed.GetValue(_from) is not { } list) return null;
        var folder = Fitted(parsed, _from);
        string[] donors = [.. Names(list).Select(one => Device(one, _from.Name))];
        var asked = Asked(parsed);
        return asked.Count == 0 || asked.Except(donors).Any()
            ? Judge(
                parsed,
                CalibratedRungs.Transferred(donors, Calibrate(parsed, folder, 1)), donors)
            : throw new ConfigException("", 0, _from.Name,
                "leaves no device to judge; lend from fewer, or name another with --devices.");
    }

    /// <summary>A share, written in percent.</summary>
    public static double? ReadPercent(string text) =>
        text.EndsWith('%') && double.TryParse(
            text[..^1].TrimEnd(), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
        && percent is >= 0 and <= 1e6
            ? percent / 100
            : throw new FormatException(
                $"expected a share in percent, such as 10%, but found \"{text}\".");

    /// <summary>The folder of the tables to fit, where the rung can be fitted.</summary>
    private string Fitted(ParseResult parsed, Option flag) =>
        parsed.GetValue(_rung) is null or "analytical"
            ? parsed.GetValue(_tables)!
            : throw new ConfigException(
                "", 0, flag.Name, "fits the analytical rung; leave --rung out.");

    private Func<string[], Calibrator> Calibrate(ParseResult parsed, string folder, int folds) =>
        devices => new Calibrator(folder, devices)
        {
            Folds = folds, Seed = parsed.GetValue(_seed) ?? 1, Tables = Tables(parsed),
        };

    private Validator Judge(ParseResult parsed, IRungs rungs, IReadOnlyList<string> except) =>
        new(parsed.GetValue(_tables)!, rungs)
        {
            Devices = Asked(parsed), Except = except, Tables = Tables(parsed),
            WholeTables = Wholes(parsed),
        };

    private IReadOnlyList<WholeTable> Wholes(ParseResult parsed) =>
        parsed.GetValue(_operators) is { } operators
            ? [.. WholeTable.All.Where(table => Names(operators).Contains(table.Name))]
            : WholeTable.All;

    private IReadOnlyList<MeasuredTable> Tables(ParseResult parsed) =>
        parsed.GetValue(_operators) is { } operators
            ? [.. Names(operators).Select(Known)
                .SelectMany(name => MeasuredTable.All.Where(table => table.Name == name))]
            : MeasuredTable.All;

    /// <summary>The devices that are judged; none stands for all.</summary>
    private IReadOnlyList<string> Asked(ParseResult parsed) =>
        parsed.GetValue(_devices) is { } list
            ? [.. Names(list).Select(one => Device(one, _devices.Name))]
            : [];

    private static IEnumerable<string> Names(string? list) =>
        list is null ? [] : list.Split(',').Distinct();

    /// <summary>A device as the tables name it.</summary>
    /// <param name="name">As the tables or the hardware files do.</param>
    /// <param name="flag">The flag that names it, for the error.</param>
    /// <exception cref="ConfigException">It is not known.</exception>
    public static string Device(string name, string flag)
    {
        foreach (var (table, shipped) in TableNames.Devices)
        {
            if (name == table || name == shipped || name.Replace('-', '_') == table) return table;
        }
        if (TableNames.Hardware(name) is not null) return name;
        throw new ConfigException("", 0, flag,
            $"\"{name}\" is not known; "
            + NearestName.Hint(name, [.. TableNames.Devices.Keys]));
    }

    private static string Known(string name)
    {
        string[] known =
        [
            .. MeasuredTable.All.Select(table => table.Name),
            .. WholeTable.All.Select(table => table.Name),
        ];
        return known.Contains(name)
            ? name
            : throw new ConfigException("", 0, "--operators",
                $"\"{name}\" is not known; {NearestName.Hint(name, known)}");
    }
}
