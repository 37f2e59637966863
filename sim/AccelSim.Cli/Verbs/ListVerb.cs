using System.CommandLine;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Cli.Verbs;

/// <summary>Lists what ships inside the program, with the facts that matter.</summary>
internal sealed class ListVerb : Verb
{
    private static readonly string[] Kinds = ["hardware", "models", "workloads", "engines"];

    private readonly Argument<string> _kind = new("what")
    {
        HelpName = "hardware|models|workloads|engines",
        Description = "What to list.",
    };

    /// <summary>The verb.</summary>
    public ListVerb(Terminal terminal)
        : base(
            terminal, "list",
            "Lists the hardware, models, workloads or engine profiles that ship with AccelSim.",
            "accelsim list hardware", "accelsim list models", "accelsim list workloads",
            "accelsim list engines") =>
        Add(_kind);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var kind = parsed.GetValue(_kind)!;
        switch (kind)
        {
            case "hardware":
                Accelerators();
                Clusters();
                break;
            case "models":
                Models();
                break;
            case "workloads":
                Workloads();
                break;
            case "engines":
                Engines();
                break;
            default:
                throw new ConfigException("", 0, kind,
                    "is nothing to list; " + NearestName.Hint(kind, Kinds));
        }
        return ExitCode.Done;
    }

    private void Accelerators()
    {
        var table = new TextTable(
            "Accelerators", "name", "class", ">memory", "kind", ">bandwidth", ">TFLOP/s", "in",
            ">link", ">TDP", ">USD/h");
        foreach (var id in Catalog.Accelerators)
        {
            var row = HardwareSummary.Of(Catalog.Open(id), Catalog.Estimators);
            table.Row(
                row.Id, row.Kind, row.Memory.ToString(), row.MemoryKind, row.Bandwidth.ToString(),
                Rate(row.Peak), row.PeakFormat, Link(row.ScaleUp),
                row.Tdp.ToString(), Figures.Number(row.PricePerHour.Value, 3));
        }
        table.Write(
            Terminal,
            "TFLOP/s: dense peak of the matrix units in the first of bf16, fp16 and fp32 that they "
            + "compute in. Link: of one accelerator to its neighbours, or else to its host, per "
            + "direction. USD/h: renting, or buying written off over its life; most prices are "
            + "assumed, "
            + "\"accelsim show hardware NAME\" tells.");
    }

    private void Clusters()
    {
        var table = new TextTable("Clusters", "name", "accelerators", ">memory", ">link", ">USD/h");
        foreach (var id in Catalog.Clusters)
        {
            var row = HardwareSummary.Of(Catalog.Open(id), Catalog.Estimators);
            table.Row(
                row.Id, row.Parts, row.Memory.ToString(), Link(row.ScaleUp),
                Figures.Number(row.PricePerHour.Value, 3));
        }
        table.Write(
            Terminal, "Memory and price are of all accelerators together; the link is of one.");
    }

    private void Models()
    {
        var table = new TextTable(
            "Models", "name", "family", ">parameters", ">active", ">layers", ">KV/token",
            ">context", "format");
        foreach (var id in ModelCatalog.Ids)
        {
            var facts = ModelFacts.Of(ModelCatalog.Load(id));
            var model = facts.Model;
            table.Row(
                model.Id, model.Family, Figures.Billions(facts.Parameters),
                facts.Active == facts.Parameters ? "all" : Figures.Billions(facts.Active),
                Figures.Whole(model.Layers.Count),
                facts.KvPerToken.Value == 0 ? "none" : facts.KvPerToken.ToString(),
                model.MaxContext is { } most ? Figures.Whole(most) : "no limit",
                facts.FormatName);
        }
        table.Write(
            Terminal,
            "Active: parameters that one token visits, where experts are chosen. KV/token: cache "
            + "that one token takes in all layers, in the model's own format.");
    }

    private void Workloads()
    {
        var table = new TextTable("Workloads", "name", ">requests", "arrivals", ">per second");
        foreach (var name in WorkloadSpecFile.Names)
        {
            var spec = WorkloadSpecFile.Named(name);
            table.Row(
                name, Figures.Whole(spec.Requests), JsonNames.Of(spec.Arrivals.Kind.ToString()),
                spec.Arrivals.RequestsPerSecond is { } rate ? Figures.Number(rate) : "–");
        }
        table.Write(
            Terminal, "\"accelsim show workload NAME\" tells lengths and what it was fitted to.");
    }

    private void Engines()
    {
        var table = new TextTable(
            "Engine profiles", "name", ">per step", ">sequence", ">launch", ">request",
            "graphs", "prompts", ">tokens", "from");
        foreach (var id in EngineCatalog.Ids)
        {
            var engine = EngineCatalog.Open(id);
            var (host, scheduler) = (engine.Host, engine.Scheduler);
            table.Row(
                id, host.PerStep?.Value.ToString() ?? "the device's",
                host.PerSequence.Value.ToString(), host.PerLaunch.Value.ToString(),
                host.PerRequest.Value.ToString(), Graphs(engine.Graphs),
                JsonNames.Of(scheduler.Prefill.ToString())
                    + (scheduler.ChunkedPrefill ? ", chunked" : ", whole"),
                Figures.Whole(scheduler.MaxNumBatchedTokens),
                JsonNames.Of(host.PerSequence.Source.Tag.ToString()));
        }
        table.Write(
            Terminal,
            "Host time: per step, per sequence in it, per kernel of a step that is not replayed as "
            + "a graph, and per request before it is queued. Prompts: mixed into decoding steps, "
            + "or first. Tokens: the most in one step.");
    }

    private static string Graphs(EngineGraphs graphs) =>
        !graphs.Decode ? "none"
        : graphs.MostPromptTokens == 0 ? "decode"
        : $"to {graphs.MostPromptTokens}";

    private static string Link(BytesPerSecond? bandwidth) =>
        bandwidth is { } stated ? Quantity.Format(stated, 3) : "none";

    private static string Rate(FlopsPerSecond rate) => Figures.Number(rate.Value / 1e12, 4);
}
