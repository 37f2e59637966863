using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Formats;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Serving;
using AccelSim.Models;
using AccelSim.Reports;
using AccelSim.Serving;

namespace AccelSim.Cli.Verbs;

/// <summary>Runs a real model on this machine.</summary>
internal sealed class RunVerb : Verb
{
    private const int BlockSize = 16;
    private static readonly string[] Files = ["formats.csv", "formats.html"];

    private readonly ModelRunFlags _model = new();
    private readonly PointFlags _point = new();
    private readonly BackendFlag _backend = new();

    private readonly Option<bool> _bench = Flag.Switch(
        "--bench", "Measure a batch instead of generating text.");

    private readonly Option<string?> _hardware = Flag.Text(
        "--hardware", "NAME", "With --bench: simulate the same on this hardware beside it.");

    private readonly Option<int?> _budget = Flag.Whole(
        "--max-num-batched-tokens", "N", "Most tokens of a step (2048).");

    private readonly Option<string?> _prompt = Flag.Text(
        "--prompt", "TEXT", "What the text starts with.");

    private readonly Option<int?> _maxTokens = Flag.Whole(
        "--max-tokens", "N", "Most tokens that are generated (64).");

    private readonly Option<double?> _temperature = Flag.Of<double?>(
        "--temperature", "T", "How freely tokens are drawn; 0 takes the likeliest (0).",
        ReadTemperature);

    private readonly Option<string?> _text = Flag.Text(
        "--perplexity", "FILE", "Measure how well each format foretells this text.");

    private readonly Option<string?> _formats = Flag.Text(
        "--formats", "NAME,NAME,…", "With --perplexity: which formats, or all (all).");

    private readonly Option<string?> _out = Flag.Text(
        "--out", "DIR", "With --perplexity: write formats.csv, and plots of what formats cost "
        + "against what they lose, formats.html, there.");

    private readonly SpeculationFlags _speculation = new();

    /// <summary>The verb.</summary>
    public RunVerb(Terminal terminal)
        : base(
            terminal, "run",
            "Runs a model on this machine: writes text, or measures a batch and sets "
                + "the simulation beside it.",
            "accelsim run --model models/tiny/target --prompt \"It was\" --max-tokens 40",
            "accelsim run --model models/tiny/target --draft models/tiny/draft --prompt \"It was\"",
            "accelsim run --model models/tiny/target --perplexity models/tiny/heldout.txt \\",
            "    --out out/formats",
            "accelsim run --model llama-3.2-1b --weights random --bench --isl 512 --osl 128 \\",
            "    --batch 8 --hardware epyc-9654")
    {
        AddGroup("Which model", [.. _model.All, _backend.Option]);
        AddGroup("Text", _prompt, _maxTokens, _temperature);
        AddGroup("Speculative decoding", [.. _speculation.All]);
        AddGroup("Accuracy of formats", _text, _formats, _out);
        AddGroup("Measuring", [_bench, .. _point.All, _budget, _hardware]);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        RefuseOthers(parsed);
        if (parsed.GetValue(_text) is { } text)
        {
            TryFormats(parsed, text);
            return ExitCode.Done;
        }
        var bench = parsed.GetValue(_bench);
        if (!bench && parsed.GetValue(_prompt) is null)
        {
            throw new ConfigException("", 0, "--prompt",
                "is missing; give a text to go on with, --bench to measure, or --perplexity to "
                + "compare formats.");
        }
        if (bench) return Bench(parsed);
        // Random weights of a large model take minutes to make.
        if (_model.IsRandom(parsed)) throw NoText(_prompt.Name);
        using var pool = _model.Pool(parsed);
        using var backend = _backend.Open(parsed, pool);
        using var opened = _model.Open(parsed, pool);
        return Generate(parsed, opened, backend, pool);
    }

    private void TryFormats(ParseResult parsed, string text)
    {
        _backend.RefuseGpu(parsed, "formats are compared");
        if (_model.IsRandom(parsed)) throw NoText(_text.Name);
        var formats = TrialFormat.Named(parsed.GetValue(_formats) ?? "all");
        using var folder = OutputFolder.Create(parsed.GetValue(_out), Files);
        using var pool = _model.Pool(parsed);
        var tried = new FormatTrials(
            Terminal, one => _model.Open(parsed, pool, one), pool).Run(text, formats);
        if (folder is null) return;
        using (var csv = File.Create(Path.Combine(folder.Draft, Files[0])))
            FormatsCsv.Write(csv, tried);
        File.WriteAllText(Path.Combine(folder.Draft, Files[1]), FormatsHtml.Text(tried));
        folder.Keep();
        Terminal.Line($"Wrote {string.Join(", ", Files)} to {folder.Path}");
    }

    /// <summary>Flags of what is not asked for would say nothing.</summary>
    private void RefuseOthers(ParseResult parsed)
    {
        Option[] text = [_prompt, _maxTokens, _temperature], accuracy = [_text, _formats, _out];
        Option[] measuring = [_bench, .. _point.All, _budget, _hardware];
        var asked = parsed.Has(_text) ? accuracy : parsed.GetValue(_bench) ? measuring : text;
        foreach (var flags in new[] { text, accuracy, measuring })
        {
            if (flags == asked || flags.FirstOrDefault(parsed.Has) is not { } flag) continue;
            throw new ConfigException("", 0, flag.Name, flag == flags[0]
                ? $"and {asked[0].Name} ask for two things; keep one."
                : $"says nothing without {flags[0].Name}.");
        }
        if (asked != accuracy) return;
        if (_model.Formats.Concat(_speculation.All).FirstOrDefault(parsed.Has) is { } unheard)
        {
            throw new ConfigException("", 0, unheard.Name, $"says nothing with {_text.Name}"
                + (_model.Formats.Contains(unheard) ? $"; {_formats.Name} names them." : "."));
        }
    }

    private int Bench(ParseResult parsed)
    {
        var (isl, osl, batches) = _point.Read(parsed);
        var budget = parsed.GetValue(_budget) ?? 2048;
        using var pool = _model.Pool(parsed);
        using var backend = _backend.Open(parsed, pool);
        var limits = backend.Measure();
        using var opened = _model.Open(parsed, pool);
        RefuseBeyond(opened.Model.Shape, isl, osl, "--isl");
        var simulated = parsed.GetValue(_hardware) is { } hardware
            ? new SimulatedBatch(
                Terminal, _model.Scenario(parsed, opened.Model.Formats, hardware, budget),
                opened.Model.Shape)
            : null;
        var tables = new BenchTables(Terminal, opened.Model, limits, backend, simulated);
        foreach (var batch in batches)
        {
            tables.Add(Measure(
                parsed, opened, backend, pool, new BatchPoint(isl, osl, batch, budget)));
        }
        tables.Write();
        return ExitCode.Done;
    }

    private BatchMeasurement Measure(
        ParseResult parsed, OpenedModel opened, IBackend backend, CpuPool pool, BatchPoint point)
    {
        var seed = _model.Seed(parsed);
        if (_speculation.Batch(parsed) is not { } stated)
            return StaticBatch.Measure(opened.Model, backend, point, seed);
        var blocks = SpeculatedBatch.Blocks(point, stated.Tokens);
        using var executor = backend.Open(opened.Model, blocks, SpeculatedBatch.BlockSize);
        using var proposing = _speculation.ReadBatch(
            parsed, opened, executor, backend, pool, blocks);
        return SpeculatedBatch.Measure(executor, point, blocks, seed, proposing!.Batch);
    }

    private int Generate(
        ParseResult parsed, OpenedModel opened, IBackend backend, CpuPool pool)
    {
        if (opened.Tokenizer is not { } tokenizer) throw NoText(_prompt.Name);
        var tokens = tokenizer.Encode(parsed.GetValue(_prompt)!);
        if (tokens.Length == 0)
            throw new ConfigException("", 0, "--prompt", "has no tokens; write some text.");
        var most = parsed.GetValue(_maxTokens) ?? 64;
        var shape = opened.Model.Shape;
        RefuseBeyond(shape, tokens.Length, most, "--max-tokens");
        var room = tokens.Length + most + _speculation.ExtraTokens(parsed);
        var blocks = (room + BlockSize - 1) / BlockSize;
        using var executor = backend.Open(opened.Model, blocks, BlockSize);
        var decoder = tokenizer.Decoder();
        var request = new ServedRequest(tokens, most)
        {
            Temperature = parsed.GetValue(_temperature) ?? 0,
            Seed = _model.Seed(parsed),
            StopTokens = opened.StopTokens,
            OnToken = token => Write(decoder.Push(token)),
        };
        using var proposing = _speculation.Read(
            parsed, opened, executor, backend, pool, request, blocks);
        Write(parsed.GetValue(_prompt)!);
        if (proposing is null)
        {
            new ServingEngine(
                executor, new EngineSettings { BlockSize = BlockSize }, blocks, shape.Window)
                .Run([request]);
            Terminal.Line(decoder.Finish());
            return ExitCode.Done;
        }
        var answer = proposing.Answer();
        Terminal.Line(decoder.Finish());
        SpeculationText.Write(Terminal, proposing.Name, answer);
        return ExitCode.Done;
    }

    private static ConfigException NoText(string flag) => new("", 0, flag,
        "the model has no tokenizer, so it knows no text; name a folder or GGUF file that has one, "
        + "or measure with --bench.");

    /// <summary>Positions that a model has not learned are not in its tables.</summary>
    private static void RefuseBeyond(ModelConfig shape, int prompt, int most, string flag)
    {
        if (shape.MaxContext is not { } context || prompt + (long)most <= context) return;
        throw new ConfigException("", 0, flag,
            $"{prompt} tokens of the prompt and {most} more are longer than the {context} that "
            + $"{shape.Id} is made for.");
    }

    /// <summary>Text is seen as it comes.</summary>
    private void Write(string text)
    {
        Terminal.Out.Write(text);
        Terminal.Out.Flush();
    }

    private static double? ReadTemperature(string text) =>
        double.TryParse(
            text, System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture, out var value)
        && value is >= 0 and <= 100
            ? value
            : throw new FormatException(
                $"expected a number from 0 to 100, but found \"{text}\".");
}
