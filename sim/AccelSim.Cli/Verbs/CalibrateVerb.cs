using System.CommandLine;
using AccelSim.Calibration;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;

namespace AccelSim.Cli.Verbs;

/// <summary>Fits the figures of kernel models to measured tables.</summary>
internal sealed class CalibrateVerb : Verb
{
    private readonly CalibrationFlags _what = new();

    private readonly Option<string?> _out = Flag.Text(
        "--out", "FILE", "Write a file of its own with the figures: one that extends the device, "
        + "or one of the class.");

    private readonly Option<string?> _into = Flag.Text(
        "--into", "FILE", "Put the figures into this file and leave the rest of it as it is.");

    /// <summary>The verb.</summary>
    public CalibrateVerb(Terminal terminal)
        : base(
            terminal, "calibrate",
            "Fits a device's kernel figures to measured kernel times and tells how far they are "
            + "off on weight shapes and head configurations that they did not see.",
            "accelsim calibrate --tables ../shared/groundtruth --device h100-sxm \\",
            "    --out my-h100.json",
            "accelsim calibrate --tables ../shared/groundtruth --class gpu \\",
            "    --devices a100-sxm-80gb,h100-sxm --judge-on intel-b60 --out gpu.json",
            "accelsim calibrate --tables ../shared/groundtruth --device h200-sxm \\",
            "    --transfer-from a100-sxm-80gb,h100-sxm --out h200-from-sheet.json",
            "accelsim calibrate --tables ../shared/groundtruth --engine vllm --into vllm.json",
            "accelsim calibrate --trace run.jsonl.gz --extends my-cpu.json --out fitted.json")
    {
        AddGroup("What is fitted", _what.All);
        AddGroup("Output", _out, _into);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var into = parsed.GetValue(_into);
        var old = into is null ? null : TextFile.Read(into);
        // It may be the device's own file: figures are put there.
        TextOutput.Prepare(into, _into.Name, _what.Measurements(parsed));
        TextOutput.Prepare(
            parsed.GetValue(_out), _out.Name,
            [into, .. _what.Measurements(parsed), .. _what.Devices(parsed)]);
        if (_what.ReadEngine(parsed) is { } engine)
        {
            if (parsed.GetValue(_out) is not null)
            {
                throw new ConfigException("", 0, _out.Name,
                    "makes files of devices; put an engine's figures --into its profile.");
            }
            return Fit(engine, into, old);
        }
        if (_what.ReadTraces(parsed) is { } traces)
        {
            if (into is not null)
            {
                throw new ConfigException("", 0, _into.Name,
                    "does not go with --trace; write a file of its own with --out.");
            }
            HardwareCheck.Open(Terminal, traces.Extends);
            var fitted = traces.Run(parsed.GetValue(_out) ?? "");
            CalibrationTables.Write(Terminal, traces, fitted);
            if (parsed.GetValue(_out) is { } made) Write(made, fitted.Text);
            return ExitCode.Done;
        }
        var plan = _what.Read(parsed);
        var result = plan.Calibrator.Run();
        CalibrationTables.Write(Terminal, plan, result);
        if (parsed.GetValue(_out) is { } file) Write(file, plan.Text(result));
        if (into is not null)
            Write(into, FitJson.Into(old!, result.Families, plan.Source));
        return ExitCode.Done;
    }

    private int Fit(EngineCalibration engine, string? into, string? old)
    {
        var fit = EngineFitter.OfTable(
            engine.Folder, engine.Engine, engine.Folds, engine.Seed);
        CalibrationTables.Write(Terminal, engine, fit);
        if (into is not null) Write(into, fit.Into(old!, engine.Source(fit)));
        return ExitCode.Done;
    }

    private void Write(string file, string text)
    {
        TextOutput.Write(file, text);
        Terminal.Line($"Wrote {file}");
    }
}
