using System.CommandLine;

namespace AccelSim.Cli.Flags;

/// <summary>Where results go.</summary>
internal sealed class OutputFlags
{
    private readonly Option<string?> _out = Flag.Text(
        "--out", "DIR", "Write summary.json, requests.csv, trace.json, report.html and "
        + "manifest.json there.");

    private readonly Option<bool> _json = Flag.Switch(
        "--json", "Print summary.json and nothing else.");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_out, _json];

    /// <summary>What the command states.</summary>
    public (string? Folder, bool Json) Read(ParseResult parsed) =>
        (parsed.GetValue(_out), parsed.GetValue(_json));
}
