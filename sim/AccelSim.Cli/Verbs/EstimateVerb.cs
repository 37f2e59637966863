using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Cli.Verbs;

/// <summary>What a static batch takes.</summary>
internal sealed class EstimateVerb : Verb
{
    private readonly PlanFlags _plan = new();
    private readonly PointFlags _point = new();
    private readonly EngineFlags _engine = new();
    private readonly BandFlags _bands = new(200, "the point is estimated");

    private readonly Option<long?> _seed = Flag.Of<long?>(
        "--seed", "N", "Decides the samples (42).", text => Flag.ReadWhole(text, 0));

    private readonly Option<bool> _json = Flag.Switch("--json", "Print JSON and nothing else.");

    /// <summary>The verb.</summary>
    public EstimateVerb(Terminal terminal)
        : base(
            terminal, "estimate",
            "Estimates what a batch takes when nothing queues: all prompts at once, then all "
                + "decode "
            + "together. Exit code 1 where a batch does not fit.",
            "accelsim estimate --hardware h100-sxm --model llama-3.1-8b --isl 1024 --osl 256 \\",
            "    --batch 1,8,64",
            "accelsim estimate --hardware dgx-h100 --model llama-3.1-70b --tp 4 --isl 1024 "
                + "--osl 256")
    {
        AddGroup("What computes what", _plan.All);
        AddGroup("Which point", _point.All);
        AddGroup("Engine, named as vLLM names them", _engine.All);
        AddGroup("Output", [.. _bands.All, _seed, _json]);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var (isl, osl, batches) = _point.Read(parsed);
        var planned = new PlannedDeployment(Terminal, _plan.Scenario(
            parsed, _engine.Settings(parsed), 1, new WorkloadSource()));
        var deployment = planned.Build();
        var estimate = new Estimate(deployment);
        var samples = _bands.Read(parsed, Bands.AreKnown(deployment));
        var seed = parsed.GetValue(_seed) ?? 42;
        List<EstimatePoint> points = [];
        List<(int Batch, string Reason)> infeasible = [];
        foreach (var batch in batches)
        {
            try
            {
                var point = estimate.Of(isl, osl, batch);
                planned.RefuseBeyondSettings(deployment, isl, osl, batch);
                points.Add(samples == 0 ? point : point with
                {
                    Bands = Bands.Of(deployment, point, samples, seed),
                });
            }
            catch (InfeasiblePlanException e)
            {
                infeasible.Add((batch, e.Message));
            }
        }
        if (parsed.GetValue(_json))
            EstimateJson.Write(Terminal.Out, planned, deployment, points, infeasible);
        else
            EstimateTables.Write(Terminal, planned, deployment, (isl, osl), points);
        foreach (var (_, reason) in infeasible) Terminal.Error.WriteLine("infeasible: " + reason);
        return infeasible.Count > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
