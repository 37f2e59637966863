using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Validation;

namespace AccelSim.Cli.Verbs;

/// <summary>Expands every number of an estimate, or tells what each hardware field does.</summary>
internal sealed class ExplainVerb : Verb
{
    private readonly Argument<string?> _file = new("scenario")
    {
        HelpName = "SCENARIO.json",
        Description = "With --sensitivity: a scenario to simulate instead of a point to estimate.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly PlanFlags _plan = new();
    private readonly PointFlags _point = new();
    private readonly EngineFlags _engine = new();

    private readonly Option<bool> _sensitivity = Flag.Switch(
        "--sensitivity", "How each metric reacts to each field of the hardware file.");

    /// <summary>The verb.</summary>
    public ExplainVerb(Terminal terminal)
        : base(
            terminal, "explain",
            "Shows every number of an estimate expanded: the formula, the values put in, the "
                + "line of "
            + "the hardware file that each value stands on.",
            "accelsim explain --hardware h100-sxm --model llama-3.1-8b --isl 1024 --osl 256",
            "accelsim explain --hardware h100-sxm --model llama-3.1-8b --isl 1024 --osl 256 \\",
            "    --batch 8 --sensitivity",
            "accelsim explain scenario.json --sensitivity")
    {
        Add(_file);
        AddGroup("What computes what", _plan.All);
        AddGroup("Which point", _point.All);
        AddGroup("Engine, named as vLLM names them", _engine.All);
        AddGroup("Output", _sensitivity);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is { } file)
        {
            parsed.Refuse(Options.Where(flag => flag != _sensitivity), file);
            if (parsed.GetValue(_sensitivity))
                return ScenarioPlace.Tell(file, () => Scenario(file));
            throw new ConfigException("", 0, file,
                "a scenario is explained with --sensitivity; a point needs --hardware, --model, "
                + "--isl and --osl.");
        }
        var (isl, osl, batches) = _point.Read(parsed);
        if (batches is not [var batch])
        {
            throw new ConfigException("", 0, "--batch",
                "explain expands one point; name one batch size.");
        }
        var planned = new PlannedDeployment(Terminal, _plan.Scenario(
            parsed, _engine.Settings(parsed), 1, new WorkloadSource()));
        var deployment = planned.Build();
        planned.RefuseBeyondSettings(deployment, isl, osl, batch);
        Terminal.Paragraph(
            $"{planned.Title(deployment, isl, osl)}, batch {Figures.Whole(batch)}", 4);
        Terminal.Line();
        if (parsed.GetValue(_sensitivity))
        {
            SensitivityTable.Write(Terminal, StudiedMetrics.OfEstimate(
                planned.Hardware, planned.Build, isl, osl, batch));
            SensitivityTable.WriteFitted(
                Terminal, new Estimate(deployment).Of(isl, osl, batch).Domain);
        }
        else
        {
            new ExplanationText(Terminal).Write(Explanation.Of(deployment, isl, osl, batch));
        }
        return ExitCode.Done;
    }

    private int Scenario(string file)
    {
        var runner = ScenarioRunner.Load(
            ScenarioReader.Read(file), Path.GetDirectoryName(file), MeasuredTimes.Read)
            .Checked(Terminal);
        var files = Enumerable.Range(0, runner.Hardware.Count)
            .GroupBy(entry => runner.Hardware[entry].File, StringComparer.Ordinal);
        foreach (var entries in files)
        {
            var places = string.Join(", ", entries.Select(entry => $"$.replicas[{entry}]"));
            Terminal.Heading($"{file}: {places}, {runner.Hardware[entries.First()].Id}");
            Terminal.Line();
            SensitivityTable.Write(Terminal, StudiedMetrics.OfScenario(runner, entries.First()));
        }
        SensitivityTable.WriteFitted(Terminal, runner.Run().Domain);
        return ExitCode.Done;
    }
}
