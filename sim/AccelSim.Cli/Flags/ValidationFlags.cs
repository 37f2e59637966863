using System.CommandLine;
using System.Globalization;
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
        + $"{string.Join(" or ", CostRung.All.Select(rung => rung.Name))} "
        + $"({CostRung.Default} by default).");

    private readonly Option<string?> _devices = Flag.Text(
        "--devices", "A,B,…", "Only these devices, named as the tables or the hardware files do.");

    private readonly Option<string?> _operators = Flag.Text(
        "--operators", "A,B,…", "Only these tables, such as gemm,moe.");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_tables, _rung, _devices, _operators];

    /// <summary>What the command states.</summary>
    /// <exception cref="ConfigException">It names something that is not there.</exception>
    public Validator Read(ParseResult parsed)
    {
        if (parsed.GetValue(_tables) is not { } folder)
        {
            throw new ConfigException("", 0, _tables.Name,
                "is missing; name the folder of the measured tables.");
        }
        return new Validator(folder, CostRung.Named(
            parsed.GetValue(_rung) ?? CostRung.Default, _rung.Name))
        {
            Devices =
            [
                .. Names(parsed.GetValue(_devices)).Select(one => Device(one, _devices.Name)),
            ],
            Tables = parsed.GetValue(_operators) is { } operators
                ? [.. Names(operators).Select(Table)]
                : MeasuredTable.All,
        };
    }

    /// <summary>A share, written in percent.</summary>
    public static double? ReadPercent(string text) =>
        text.EndsWith('%') && double.TryParse(
            text[..^1].TrimEnd(), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
        && percent is >= 0 and <= 1e6
            ? percent / 100
            : throw new FormatException(
                $"expected a share in percent, such as 10%, but found \"{text}\".");

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
            if (name == table || name == shipped) return table;
        }
        throw new ConfigException("", 0, flag,
            $"\"{name}\" is not known; "
            + NearestName.Hint(name, [.. TableNames.Devices.Keys]));
    }

    private static MeasuredTable Table(string name) =>
        MeasuredTable.All.FirstOrDefault(table => table.Name == name)
        ?? throw new ConfigException("", 0, "--operators",
            $"\"{name}\" is not known; "
            + NearestName.Hint(name, [.. MeasuredTable.All.Select(table => table.Name)]));
}
