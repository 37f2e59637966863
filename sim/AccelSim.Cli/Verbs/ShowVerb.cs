using System.CommandLine;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Cli.Verbs;

/// <summary>Shows one piece of hardware, one model or one workload in full.</summary>
internal sealed class ShowVerb : Verb
{
    private static readonly string[] Kinds = ["hardware", "model", "workload"];

    private readonly Argument<string> _kind = new("what")
    {
        HelpName = "hardware|model|workload",
        Description = "What kind of thing.",
    };

    private readonly Argument<string> _name = new("name")
    {
        HelpName = "NAME",
        Description = "A shipped name or a path; a folder with config.json for a model.",
    };

    /// <summary>The verb.</summary>
    public ShowVerb(Terminal terminal)
        : base(
            terminal, "show",
            "Shows one piece of hardware, one model or one workload: every fact with its source.",
            "accelsim show hardware h100-sxm", "accelsim show model deepseek-v3",
            "accelsim show workload azure-conv-2023-fit")
    {
        Add(_kind);
        Add(_name);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var (kind, name) = (parsed.GetValue(_kind)!, parsed.GetValue(_name)!);
        switch (kind)
        {
            case "hardware":
                Hardware(Catalog.Open(name));
                break;
            case "model" or "models":
                Model(ModelCatalog.Load(name));
                break;
            case "workload" or "workloads":
                Workload(name);
                break;
            default:
                throw new ConfigException("", 0, kind,
                    "is nothing to show; " + NearestName.Hint(kind, Kinds));
        }
        return ExitCode.Done;
    }

    private void Hardware(HardwareDocument document)
    {
        var facts = HardwareFacts.Of(document, Catalog.Estimators);
        Terminal.Heading(document.IsCluster
            ? $"{document.Id}: {document.Cluster.Name}"
            : $"{document.Id}: {document.Accelerator.Name}, {document.Accelerator.Vendor}");
        var stated = new TextTable("", "~field", "~value", "rests on", "line");
        var derived = new TextTable(
            "Derived, or assumed where the file is silent", "figure", "~value", "rests on");
        Dictionary<string, int> references = [];
        foreach (var fact in facts)
        {
            var basis = fact.Tag is { } tag
                ? $"{Figures.Tag(tag)} [{Number(references, fact.Reference)}]"
                : "";
            var path = fact.Path.Replace("$.", "", StringComparison.Ordinal);
            if (fact.Line > 0
                && !fact.Reference.StartsWith("estimator: ", StringComparison.Ordinal))
                stated.Row(path, fact.Text, basis, $"{Path.GetFileName(fact.File)}({fact.Line})");
            else
                derived.Row(path, fact.Text, basis);
        }
        stated.Write(Terminal);
        if (!derived.IsEmpty) derived.Write(Terminal);
        if (!document.IsCluster) Unpriced(document.Accelerator);
        foreach (var (reference, number) in references)
            Terminal.Paragraph($"[{number}] {reference}", 4);
    }

    /// <summary>What a file may state although no result rests on it.</summary>
    private void Unpriced(Accelerator accelerator)
    {
        string[] levels = [.. accelerator.Memory
            .Where(level => level.Value.Role == MemoryRole.Scratchpad)
            .Select(level => $"memory.{level.Key} ({Figures.Name(level.Value.Role)})")];
        if (levels.Length == 0) return;
        Terminal.Paragraph("Not priced by any cost model: " + string.Join(", ", levels), 4);
        Terminal.Line();
    }

    private static int Number(Dictionary<string, int> references, string reference)
    {
        if (!references.TryGetValue(reference, out var number))
            references[reference] = number = references.Count + 1;
        return number;
    }

    private void Model(ModelConfig model)
    {
        var facts = ModelFacts.Of(model);
        Terminal.Heading($"{model.Id} ({model.Family})");
        var table = new TextTable("", "fact", "~value");
        table.Row(
            "parameters",
                $"{Figures.Whole(facts.Parameters)} ({Figures.Billions(facts.Parameters)})");
        if (facts.Active != facts.Parameters)
            table.Row("visited by a token", Figures.Billions(facts.Active));
        table.Row("weights", $"{facts.Weights} in {facts.FormatName}");
        table.Row("KV cache per token", facts.KvPerToken.Value == 0 ? "none"
            : $"{facts.KvPerToken}");
        if (facts.StatePerSequence.Value > 0)
            table.Row("recurrent state per sequence", $"{facts.StatePerSequence}");
        table.Row("hidden size", Figures.Whole(model.Hidden));
        table.Row(
            "vocabulary",
            Figures.Whole(model.Vocabulary) + (model.TiedEmbeddings ? ", head tied" : ""));
        table.Row(
            "longest context",
            model.MaxContext is { } most ? Figures.Plural(most, "token") : "no limit");
        if (model.Vision is { } vision)
        {
            table.Row(
                "image encoder",
                $"{Figures.Plural(vision.Layers.Count, "layer")} of "
                    + $"{Figures.Whole(vision.Hidden)}, "
                + $"{Figures.Plural(vision.OutputTokens, "token")} per image");
        }
        table.Write(Terminal);
        Layers("Encoder layers", model.EncoderLayers);
        Layers(model.HasEncoder ? "Decoder layers" : "Layers", model.Layers);
    }

    private void Layers(string title, IReadOnlyList<LayerShape> layers)
    {
        if (layers.Count == 0) return;
        var table = new TextTable(title, ">layers", "~mixer", "~feed-forward");
        foreach (var group in layers.GroupBy(layer => layer))
        {
            table.Row(
                $"{group.Count()}", LayerText.Of(group.Key.Mixer),
                LayerText.Of(group.Key.FeedForward));
        }
        table.Write(Terminal);
    }

    private void Workload(string name)
    {
        var spec =
            Catalog.IsPath(name) ? WorkloadSpecFile.Read(name) : WorkloadSpecFile.Named(name);
        var workload = WorkloadGenerator.Generate(spec);
        Terminal.Heading(spec.Name.Length > 0 ? spec.Name : name);
        var arrivals = spec.Arrivals;
        var table = new TextTable("", "fact", "~value");
        table.Row("requests", Figures.Whole(spec.Requests));
        table.Row("seed", $"{spec.Seed}");
        table.Row("arrivals", JsonNames.Of(arrivals.Kind.ToString())
            + (arrivals.RequestsPerSecond is { } rate ? $", {Figures.Number(rate)} per second" : "")
            + (arrivals.Burstiness is { } shape ? $", burstiness {Figures.Number(shape, 3)}" : "")
            + (arrivals.Users is { } users ? $", {Figures.Plural(users, "user")}" : ""));
        table.Row(
            "last "
                + "arrival",
                    $"{new Seconds(workload.Requests.Max(r => r.Arrival.Picoseconds) * 1e-12)}");
        if (spec.Fit is { } fit)
        {
            table.Row(
                "fitted "
                    + "to", $"{fit.Source}, {Figures.Plural(fit.Requests, "request")}, {fit.Date}");
            table.Row("its licence", fit.Licence);
            table.Row("its citation", fit.Citation);
            table.Row(
                "distance (KS)",
                $"gaps {Figures.Number(fit.KsGaps, 2)} (Poisson "
                    + $"{Figures.Number(fit.KsGapsPoisson, 2)}), "
                + $"input {Figures.Number(fit.KsInput, 2)}, output "
                + $"{Figures.Number(fit.KsOutput, 2)}");
        }
        table.Write(Terminal);
        var lengths = new TextTable(
            "Tokens, as drawn", "", ">mean", ">P50", ">P90", ">P99", ">max");
        Lengths(lengths, "prompt", workload.Requests.Select(request => request.PromptTokens));
        Lengths(lengths, "output", workload.Requests.Select(request => request.OutputTokens));
        lengths.Write(Terminal);
    }

    private static void Lengths(TextTable table, string name, IEnumerable<int> lengths)
    {
        int[] sorted = [.. lengths.Order()];
        table.Row(
            name, Figures.Number(sorted.Average()), At(0.5), At(0.9), At(0.99), At(1));

        string At(double share) =>
            Figures.Whole(sorted[Math.Max(1, (int)Math.Ceiling(share * sorted.Length)) - 1]);
    }
}
