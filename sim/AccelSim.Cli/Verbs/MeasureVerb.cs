using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Measuring;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Cli.Verbs;

/// <summary>Measures what a hardware file of this machine needs.</summary>
internal sealed class MeasureVerb : Verb
{
    private const string OfGpus =
        "the file of a GPU is its data sheet's, which \"accelsim calibrate --trace FILE "
        + "--extends\" fits to the trace";

    private readonly ModelRunFlags _model = new("llama-160m");

    private readonly BackendFlag _backend = new();

    private readonly Option<int?> _rounds = Flag.Whole(
        "--rounds", "N", "How often the sweep of steps is run (2).", 1000);

    private readonly Option<string?> _out = Flag.Text(
        "--out", "FILE", "Where the trace goes, such as measure.jsonl.gz.");

    private readonly Option<string?> _hardware = Flag.Text(
        "--hardware-out", "FILE", "Write a hardware file of this machine, such as my-cpu.json.");

    /// <summary>The verb.</summary>
    public MeasureVerb(Terminal terminal)
        : base(
            terminal, "measure",
            "Measures this machine or its GPU: how fast it reads and multiplies, what starting "
            + "work costs, and a trace of steps of many sizes, for \"accelsim calibrate --trace\".",
            "accelsim measure --out measure.jsonl.gz --hardware-out my-cpu.json",
            "accelsim calibrate --trace measure.jsonl.gz --extends my-cpu.json --out fitted.json",
            "accelsim measure --backend gpu --model llama-3.1-8b --weights random \\",
            "    --out gpu.jsonl.gz",
            "accelsim calibrate --trace gpu.jsonl.gz --extends h200-sxm --out my-h200.json")
    {
        AddGroup("Which model is swept", [.. _model.All, _backend.Option, _rounds]);
        AddGroup("Output", _out, _hardware);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_out) ?? throw new ConfigException("", 0, _out.Name,
            "is missing; name the trace, such as --out measure.jsonl.gz.");
        if (parsed.GetValue(_hardware) is not null)
            _backend.RefuseGpu(parsed, "a hardware file is written", OfGpus);
        TextOutput.Prepare(path, _out.Name, _model.Files(parsed));
        TextOutput.Prepare(
            parsed.GetValue(_hardware), _hardware.Name, [path, .. _model.Files(parsed)]);
        using var pool = _model.Pool(parsed);
        using var backend = _backend.Open(parsed, pool);
        using var opened = _model.Open(parsed, pool);
        var model = opened.Model;
        RefuseShort(model.Shape);
        var (config, weights) = _model.Source(parsed);
        var sizes = backend.Sweep;
        var settings = new EngineSettings
        {
            MaxNumSeqs = sizes.MostSequences,
            MaxNumBatchedTokens = sizes.MostTokens,
            BlockSize = StepSweep.BlockSize,
        };
        var header = CaptureHeader.Of(
            model, backend, settings, sizes.Blocks, weights, _model.Seed(parsed));
        using var executor = backend.Open(model, sizes.Blocks, StepSweep.BlockSize);
        return Progress.Stoppable(() =>
        {
            var wait = new CoreWait(pool.Workers);
            Survey(backend, parsed.GetValue(_hardware));
            // An earlier trace goes when there is something to put in its place.
            Progress.Writes();
            using var capture = new TraceCapture(path, header, config, model.Graph);
            new StepSweep(model, sizes).Run(
                executor, capture, parsed.GetValue(_rounds) ?? 2, () => Progress.Asked != 0);
            BusyMachine.Warn(Terminal, wait.Share());
            Terminal.Line(
                $"Wrote {path}: {Figures.Plural(capture.Steps, "step")}, "
                + $"{Figures.Whole(capture.Operators)} operators");
            if (Progress.Asked != 0)
                throw new StoppedException(Progress.Asked, StoppedException.InTheMiddle);
            return ExitCode.Done;
        });
    }

    /// <summary>Measures the machine, tells it, and writes its file where one is named.</summary>
    private void Survey(IBackend backend, string? hardware)
    {
        var survey = backend.Survey();
        Progress.EndIfAsked();
        Write(survey);
        if (survey is not CpuSurvey processor || hardware is null) return;
        TextOutput.Write(hardware, new MeasuredHardware(processor).Text());
        Terminal.Line($"Wrote {hardware}");
    }

    private static void RefuseShort(ModelConfig shape)
    {
        if (shape.MaxContext is not { } most || most >= StepSweep.LeastContext) return;
        throw new ConfigException("", 0, "--model",
            $"{shape.Id} is made for {most} tokens; a sweep needs {StepSweep.LeastContext} at "
            + "least.");
    }

    private void Write(DeviceSurvey survey)
    {
        Terminal.Paragraph(survey.Device, 4);
        Terminal.Line();
        var table = new TextTable("", "what", ">measured", "unit");
        foreach (var row in survey.Rows)
            table.Row(row.What, Figures.Number(row.Value, 3), row.Unit);
        table.Write(Terminal, survey.Note);
    }
}
