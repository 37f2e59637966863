using AccelSim.Imports;

namespace AccelSim.Cli.Output;

/// <summary>What <c>import</c> prints.</summary>
internal static class ImportTables
{
    private const int MostOthers = 10;

    /// <summary>What a profile's operators are.</summary>
    public static void Profile(Terminal terminal, ProfilerTrace trace)
    {
        var all = trace.Operators.Sum(one => one.TotalMicroseconds);
        var kinds = new TextTable(
            trace.IsOfHost
                ? $"{Figures.Plural(trace.Kernels, "operator")} of the host, without those that "
                    + (trace.Kernels == 1 ? "it called" : "they called")
                : $"{Figures.Whole(trace.Kernels)} kernels by what started them", "kind", ">shapes",
            ">runs", ">ms", ">of time", "into");
        foreach (var same in trace.Operators.GroupBy(one => (one.Kind, one.Table))
            .OrderByDescending(same => same.Sum(one => one.TotalMicroseconds)))
        {
            var total = same.Sum(one => one.TotalMicroseconds);
            kinds.Row(
                same.Key.Kind, Figures.Whole(same.Count()),
                Figures.Whole(same.Sum(one => (long)one.Count)), Figures.Number(total / 1e3),
                Figures.Share(all > 0 ? total / all : double.NaN),
                same.Key.Table.Length > 0 ? same.Key.Table : "–");
        }
        kinds.Write(terminal, "Into: the table that holds them; the others stand in operators.csv "
            + "alone. docs/traces.md has the rules.");
        var others = new TextTable("Most time of what no rule knows", "~name", ">runs", ">ms");
        foreach (var one in trace.Operators.Where(one => one.Kind == ProfilerTrace.Other)
            .Take(MostOthers))
        {
            others.Row(
                one.Name, Figures.Whole(one.Count), Figures.Number(one.TotalMicroseconds / 1e3));
        }
        if (!others.IsEmpty) others.Write(terminal);
    }

    /// <summary>Rows that no table holds.</summary>
    public static void LeftOut(
        Terminal terminal, ImportedTables tables, IReadOnlyList<string> otherFiles)
    {
        foreach (var (reason, rows) in tables.LeftOut)
            terminal.Paragraph($"Left out {Figures.Plural(rows, "row")}: {reason}.", 4);
        if (otherFiles.Count > 0)
            terminal.Paragraph($"Not read: {string.Join(", ", otherFiles)}.", 4);
    }

    /// <summary>What was written; the last lines.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="files">The tables and their rows.</param>
    /// <param name="profile">The profile that they come from; null where none.</param>
    /// <param name="folder">Where they lie.</param>
    public static void Written(
        Terminal terminal, IReadOnlyList<(string File, int Rows)> files, ProfilerTrace? profile,
        string folder)
    {
        foreach (var (file, rows) in files)
            terminal.Line($"Wrote {file}: {Figures.Plural(rows, "row")}");
        if (files.Count > 0)
        {
            terminal.Line($"Wrote tables to {folder}; \"accelsim validate --tables {folder}\" sets "
                + "them beside the cost model.");
            return;
        }
        if (profile is null)
        {
            terminal.Line("No row fits a table.");
            return;
        }
        var others = profile.Operators.Count(one => one.Kind == ProfilerTrace.Other);
        terminal.Line($"Wrote operators.csv to {folder}. No operator fits a table; "
            + $"{Figures.Whole(others)} of {Figures.Whole(profile.Operators.Count)} are other.");
    }
}
