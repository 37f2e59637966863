using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Measuring;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Cli.Verbs;

/// <summary>Measures what a hardware file of this machine needs.</summary>
internal sealed class MeasureVerb : Verb
{
    private readonly ModelRunFlags _model = new("llama-160m");

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
            "Measures this machine: how fast it reads and multiplies, what starting work costs, "
            + "and a trace of steps of many sizes, for \"accelsim calibrate --trace\".",
            "accelsim measure --out measure.jsonl.gz --hardware-out my-cpu.json",
            "accelsim calibrate --trace measure.jsonl.gz --extends my-cpu.json --out fitted.json")
    {
        AddGroup("Which model is swept", [.. _model.All, _rounds]);
        AddGroup("Output", _out, _hardware);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_out) ?? throw new ConfigException("", 0, _out.Name,
            "is missing; name the trace, such as --out measure.jsonl.gz.");
        TextOutput.Prepare(path, _out.Name);
        TextOutput.Prepare(parsed.GetValue(_hardware), _hardware.Name, path);
        using var pool = _model.Pool(parsed);
        using var opened = _model.Open(parsed, pool);
        var model = opened.Model;
        RefuseShort(model.Shape);
        var (config, weights) = _model.Source(parsed);
        var settings = new EngineSettings
        {
            MaxNumSeqs = StepSweep.MostSequences,
            MaxNumBatchedTokens = StepSweep.MostTokens,
            BlockSize = StepSweep.BlockSize,
        };
        using var backend = new CpuBackend(pool);
        var header = CaptureHeader.Of(
            model, backend.Device, settings, StepSweep.Blocks, weights, _model.Seed(parsed));
        using var capture = new TraceCapture(path, header, config, model.Graph);
        var machine = MachineFacts.Read();
        var wait = new CoreWait(pool.Workers);
        var limits = MachineLimits.Measure(pool);
        var integers = MachineLimits.Integers(pool);
        var launch = MachineLimits.Launch(pool);
        var reads = ReadSweep.Measure(pool, machine.Caches);
        var made = new MeasuredHardware(machine, limits, integers, launch, pool.Workers);
        Write(machine, pool.Workers, limits, integers, launch, reads);
        if (parsed.GetValue(_hardware) is { } hardware)
        {
            TextOutput.Write(hardware, made.Text());
            Terminal.Line($"Wrote {hardware}");
        }
        Progress.Stoppable(() =>
        {
            new StepSweep(model).Run(
                model, pool, capture, parsed.GetValue(_rounds) ?? 2, () => Progress.Asked != 0);
            return 0;
        });
        BusyMachine.Warn(Terminal, wait.Share());
        Terminal.Line(
            $"Wrote {path}: {Figures.Plural(capture.Steps, "step")}, "
            + $"{Figures.Whole(capture.Operators)} operators");
        if (Progress.Asked != 0)
            throw new StoppedException(Progress.Asked, StoppedException.InTheMiddle);
        return ExitCode.Done;
    }

    private static void RefuseShort(ModelConfig shape)
    {
        if (shape.MaxContext is not { } most || most >= StepSweep.LeastContext) return;
        throw new ConfigException("", 0, "--model",
            $"{shape.Id} is made for {most} tokens; a sweep needs {StepSweep.LeastContext} at "
            + "least.");
    }

    private void Write(
        MachineFacts machine, int threads, MachineLimits limits, double integers, double launch,
        IReadOnlyList<ReadPoint> reads)
    {
        Terminal.Paragraph($"{machine.Name}, {Figures.Plural(threads, "thread")}", 4);
        Terminal.Line();
        var table = new TextTable("", "what", ">measured", "unit");
        foreach (var read in reads)
        {
            table.Row(
                $"reading {Figures.Number(read.Bytes / 1048576.0, 3)} MiB",
                Figures.Number(read.BytesPerSecond / 1e9, 3), "GB/s");
        }
        table.Row("multiply-adds", Figures.Number(limits.FlopsPerSecond / 1e9, 3), "GFLOP/s, fp32");
        table.Row(
            "int8 multiply-adds", Figures.Number(integers / 1e9, 3), "GOP/s, W8A8's products");
        table.Row("starting work on all threads", Figures.Number(launch * 1e6, 3), "us");
        table.Write(Terminal, "Reading and multiply-adds: best of 40; starting: median of 2,000.");
    }
}
