using System.CommandLine;
using System.IO.Compression;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Imports;
using AccelSim.Reports;
using AccelSim.Validation;

namespace AccelSim.Cli.Verbs;

/// <summary>Turns what other programs measured into tables.</summary>
internal sealed class ImportVerb : Verb
{
    private const string Kineto = "kineto", Perf = "aiconfigurator", Operators = "operators.csv";
    private const int Looked = 4096;

    private static readonly string[] Files =
        [.. MeasuredTable.All.Select(table => table.File), Operators];

    private readonly Argument<string> _file = new("file")
    {
        HelpName = "FILE|DIR",
        Description = "A trace of PyTorch's profiler (.json, .json.gz), or tables of "
            + "AIConfigurator's collectors (.txt, .csv), one or a folder of them.",
    };

    private readonly Option<string?> _format = Flag.Text(
        "--format", "NAME", $"{Kineto} or {Perf}; by its content where this is not said.");

    private readonly Option<string?> _hardware = Flag.Text(
        "--hardware", "NAME", "The shipped accelerator that was measured, such as h100-sxm; no "
        + "file names it in our words.");

    private readonly Option<string?> _out = Flag.Text(
        "--out", "DIR", "Where the tables go.");

    /// <summary>The verb.</summary>
    public ImportVerb(Terminal terminal)
        : base(
            terminal, "import",
            "Turns kernel times of other programs into measured tables, for validate, calibrate "
            + "and the table rung. Runs of requests need no import: give them to compare --run or "
            + "simulate --requests.",
            "accelsim import trace.json.gz --hardware h100-sxm --out tables",
            "accelsim import systems/data/h100_sxm/vllm/0.24.0 --hardware h100-sxm --out tables",
            "accelsim validate --tables tables")
    {
        Add(_file);
        AddGroup("What it is", _format, _hardware);
        AddGroup("Output", _out);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_file)!;
        var hardware = parsed.GetValue(_hardware) ?? throw new ConfigException(
            "", 0, _hardware.Name, "is missing; name what was measured, such as h100-sxm.");
        var target = parsed.GetValue(_out) ?? throw new ConfigException(
            "", 0, _out.Name, "is missing; name a folder for the tables, such as --out tables.");
        var format = parsed.GetValue(_format) ?? Recognise(path);
        using var folder = OutputFolder.Create(target, Files)!;
        ProfilerTrace? profile;
        IReadOnlyList<(string File, int Rows)> files;
        using (var tables = new ImportedTables(folder.Draft, hardware))
        {
            profile = Import(format, path, hardware, tables, folder);
            files = tables.Files;
        }
        folder.Keep();
        ImportTables.Written(Terminal, files, profile, folder.Path);
        // A profile tells its operators in any case; collectors' tables tell nothing else.
        return files.Count > 0 || profile is not null ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Writes the tables; the profile where it was one.</summary>
    private ProfilerTrace? Import(
        string format, string path, string hardware, ImportedTables tables, OutputFolder folder)
    {
        switch (format)
        {
            case Kineto:
                var shipped = TableNames.Hardware(TableNames.Of(hardware))!;
                var isOfHost = Catalog.Open(shipped).Accelerator.Fabric is CpuFabric;
                var trace = ProfilerTrace.Read(path, isOfHost);
                // A profile of the host lists the GPUs beside it, too.
                if (!isOfHost
                    && ProfiledDevice.Doubt(trace.Devices, shipped, path) is { } doubt)
                {
                    Terminal.Paragraph("Warning: " + doubt, 4);
                }
                trace.Write(tables);
                ImportedOperatorsCsv.Write(Path.Combine(folder.Draft, Operators), trace.Operators);
                ImportTables.Profile(Terminal, trace);
                return trace;
            case Perf:
                var others = PerfTables.Read(path, tables);
                ImportTables.LeftOut(Terminal, tables, others);
                return null;
            default:
                throw new ConfigException("", 0, _format.Name,
                    $"\"{format}\" is not known; known: {Kineto}, {Perf}.");
        }
    }

    /// <summary>What a file is by how it begins.</summary>
    private static string Recognise(string path)
    {
        if (Directory.Exists(path)) return Perf;
        var start = Start(path);
        if (start.IndexOf("\"input_lens\""u8) >= 0 || start.IndexOf("\"input_toks\""u8) >= 0
            || start.IndexOf("\"request_throughput\""u8) >= 0)
        {
            throw new ConfigException(path, 0, "",
                "is a run of requests, which needs no import; give it to \"accelsim compare "
                + "--run\" or \"accelsim simulate --requests\".");
        }
        if (ProfilerTrace.Begins(start)) return Kineto;
        var end = start.IndexOf((byte)'\n');
        var first = System.Text.Encoding.UTF8.GetString(end < 0 ? start : start[..end]);
        return PerfTables.IsHeader(first)
            ? Perf
            : throw new ConfigException(path, 1, "",
                $"is neither a trace of PyTorch's profiler ({Kineto}: JSON) nor a table of "
                + $"AIConfigurator ({Perf}: CSV with {string.Join(", ", PerfTables.Known)}).");
    }

    private static ReadOnlySpan<byte> Start(string path)
    {
        TextFile.RefuseMissing(path);
        var bytes = new byte[Looked];
        try
        {
            using var file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(file, CompressionMode.Decompress)
                : file;
            return bytes.AsSpan(0, stream.ReadAtLeast(bytes, Looked, throwOnEndOfStream: false));
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigException(path, 0, "", "cannot be read: " + e.Message);
        }
    }
}
