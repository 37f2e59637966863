using System.CommandLine;
using AccelSim.Cli.Output;
using AccelSim.Hardware;

namespace AccelSim.Cli.Verbs;

/// <summary>Compares two hardware files field by field.</summary>
internal sealed class DiffVerb : Verb
{
    private readonly Argument<string> _left = new("left")
    {
        HelpName = "A",
        Description = "A hardware file, or a shipped name.",
    };

    private readonly Argument<string> _right = new("right")
    {
        HelpName = "B",
        Description = "Another one.",
    };

    /// <summary>The verb.</summary>
    public DiffVerb(Terminal terminal)
        : base(
            terminal, "diff",
            "Compares two hardware files field by field, inheritance resolved. Equal amounts are "
            + "equal however they are written.",
            "accelsim diff h100-sxm h200-sxm", "accelsim diff h100-sxm my-chip.json")
    {
        Add(_left);
        Add(_right);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var left = Catalog.Open(parsed.GetValue(_left)!);
        var right = Catalog.Open(parsed.GetValue(_right)!);
        var rows = HardwareDiff.Compare(left, right);
        if (rows.Count == 0)
        {
            Terminal.Line($"{left.Id} and {right.Id} state the same.");
            return ExitCode.Done;
        }
        var table = new TextTable("", "~field", "~" + left.Id, "~" + right.Id, ">ratio");
        foreach (var row in rows)
        {
            table.Row(
                row.Path.Replace("$.", "", StringComparison.Ordinal), Text(row.Left),
                    Text(row.Right),
                row.Ratio is { } ratio ? "× " + Figures.Number(ratio, 3) : "");
        }
        table.Write(Terminal);
        Terminal.Line(
            $"{Figures.Plural(rows.Count, "field")} differ{(rows.Count == 1 ? "s" : "")}.");
        return ExitCode.Done;
    }

    private static string Text(FactLeaf? leaf) => leaf?.Text ?? "–";
}
