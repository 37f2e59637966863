using System.CommandLine;
using AccelSim.Configuration;
using AccelSim.Inference;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Serving;
using AccelSim.Inference.Speculation;
using AccelSim.Traces;

namespace AccelSim.Cli.Flags;

/// <summary>Who guesses tokens for the model to judge.</summary>
internal sealed class SpeculationFlags
{
    private const int BlockSize = 16;

    private readonly Option<Way?> _way = Flag.Choice<Way>(
        "--speculation", "Who proposes tokens (draft where --draft is given, else nobody).");

    private readonly Option<string?> _draft = Flag.Text(
        "--draft", "NAME", "A smaller model with the same tokens: a folder or GGUF file.");

    private readonly Option<int?> _most = Flag.Whole(
        "--num-speculative-tokens", "N", "Most tokens proposed at a time (4).", 64);

    private readonly Option<int[]?> _skipped = Flag.Of<int[]?>(
        "--skip-layers", "N,N,…", "Layers left out while proposing, from 0 (every other one).",
        text => [.. text.Split(',').Select(part => (int)Flag.ReadWhole(part, 0, 10_000))]);

    private enum Way
    {
        Draft,
        DraftTree,
        Ngram,
        Suffix,
        SkipLayers,
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_way, _draft, _most, _skipped];

    /// <summary>The files that it reads.</summary>
    public IEnumerable<string> Files(ParseResult parsed) =>
        InputFiles.OfModel(parsed.GetValue(_draft));

    /// <summary>What answers the request; null: no speculation.</summary>
    /// <exception cref="ConfigException">Flags that do not go together.</exception>
    public Speculating? Read(
        ParseResult parsed, OpenedModel opened, IExecutor target, IBackend backend,
        CpuPool pool, ServedRequest request, int blockCount)
    {
        if (ChosenWay(parsed) is not { } way) return null;
        RefuseGroups(opened.Model);
        var draft = parsed.GetValue(_draft);
        int[] blocks = [.. Enumerable.Range(0, blockCount)];
        var (temperature, seed) = (request.Temperature, request.Seed);
        OpenedModel? small = null;
        IExecutor? drafting = null;
        IProposer proposer;
        switch (way)
        {
            case Way.Draft or Way.DraftTree:
                small = OpenDraft(draft!, opened, pool);
                if (way == Way.DraftTree) RefuseWindows(opened.Model, small);
                drafting = backend.Open(small.Model, blockCount, BlockSize);
                proposer = way == Way.Draft
                    ? new DraftModelProposer(drafting, blocks, temperature, seed)
                    : new DraftTreeProposer(drafting, blocks, temperature, seed);
                break;
            case Way.SkipLayers:
                proposer = new SkipLayersProposer(
                    target, blocks, Skipped(parsed, opened.Model), temperature, seed);
                break;
            default:
                proposer = way == Way.Ngram ? new NgramProposer() : new SuffixProposer();
                break;
        }
        var decoder = new SpeculativeDecoder(
            target, blocks, proposer, Most(parsed), temperature, seed);
        return new Speculating(proposer.Name, request, decoder, drafting, small);
    }

    /// <summary>How tokens are proposed to a batch; null: not at all.</summary>
    public TraceSpeculation? Batch(ParseResult parsed) => ChosenWay(parsed) switch
    {
        null => null,
        Way.DraftTree => throw new ConfigException("", 0, _way.Name,
            "draft-tree answers one request at a time; take draft, ngram, suffix or skip-layers."),
        { } way => new TraceSpeculation
        {
            Method = JsonNames.Of(way.ToString()), Tokens = Most(parsed),
        },
    };

    /// <summary>Who proposes tokens to a batch; null: nobody.</summary>
    /// <param name="parsed">The flags.</param>
    /// <param name="opened">The model.</param>
    /// <param name="target">Runs it.</param>
    /// <param name="backend">Runs a draft.</param>
    /// <param name="pool">Threads that read a draft's file.</param>
    /// <param name="blockCount">Blocks of its cache; a draft's has as many.</param>
    /// <exception cref="ConfigException">Flags that do not go together.</exception>
    public BatchSpeculating? ReadBatch(
        ParseResult parsed, OpenedModel opened, IExecutor target, IBackend backend,
        CpuPool pool, int blockCount)
    {
        if (Batch(parsed) is not { } stated) return null;
        RefuseGroups(opened.Model);
        var way = ChosenWay(parsed);
        var most = Most(parsed);
        if (way != Way.Draft)
        {
            return new BatchSpeculating(stated, new BatchSpeculation(way switch
            {
                Way.SkipLayers => new BatchSkipLayers(target, Skipped(parsed, opened.Model)),
                Way.Ngram => new SeparateProposers(() => new NgramProposer()),
                _ => new SeparateProposers(() => new SuffixProposer()),
            }, most), null, null);
        }
        var small = OpenDraft(parsed.GetValue(_draft)!, opened, pool);
        var drafting = backend.Open(small.Model, blockCount, BlockSize);
        return new BatchSpeculating(
            stated,
            new BatchSpeculation(new BatchDraftModel(drafting, blockCount, BlockSize), most),
            drafting, small);
    }

    /// <summary>The draft's own file; null where there is none.</summary>
    public string? DraftConfig(ParseResult parsed)
    {
        if (parsed.GetValue(_draft) is not { } name) return null;
        using var files = ModelFiles.Open(name);
        return files.ConfigText;
    }

    /// <summary>Tokens whose keys and values need room beside those of prompt and answer.</summary>
    public int ExtraTokens(ParseResult parsed) => parsed.GetValue(_way) == Way.DraftTree
        ? DraftTreeProposer.MostTokens(Most(parsed))
        : 0;

    private Way? ChosenWay(ParseResult parsed)
    {
        var draft = parsed.GetValue(_draft);
        var way = parsed.GetValue(_way) ?? (draft is null ? null : Way.Draft);
        if (way is null) return null;
        if ((draft is null) == (way is not (Way.Draft or Way.DraftTree))) return way;
        throw new ConfigException("", 0, "--draft", draft is null
            ? "is missing; name the model that proposes."
            : "goes with --speculation draft or draft-tree alone.");
    }

    private int Most(ParseResult parsed) => parsed.GetValue(_most) ?? 4;

    private static OpenedModel OpenDraft(string name, OpenedModel target, CpuPool pool)
    {
        var draft = OpenedModel.Open(name, source => EngineFormats.OfFile(source, null), pool);
        var (own, other) = (draft.Model.Shape.Vocabulary, target.Model.Shape.Vocabulary);
        if (own == other) return draft;
        draft.Dispose();
        throw new ConfigException("", 0, "--draft",
            $"{name} has {own} tokens where the model has {other}; both must have the same.");
    }

    private static void RefuseGroups(EngineModel target)
    {
        if (target.Formats.KvScheme.KeyGroup == 0) return;
        throw new ConfigException("", 0, "--kv-cache-dtype",
            $"{target.Formats.KvName} packs {target.Formats.KvScheme.KeyGroup} tokens together, "
            + "which proposals that are rejected would spoil; take int2 or int2-sinks, or no "
            + "speculation.");
    }

    private static void RefuseWindows(EngineModel target, OpenedModel draft)
    {
        if (target.Shape.Window == 0 && draft.Model.Shape.Window == 0) return;
        draft.Dispose();
        throw new ConfigException("", 0, "--speculation",
            "draft-tree needs models without windowed attention; take draft.");
    }

    private int[] Skipped(ParseResult parsed, EngineModel model)
    {
        var layers = model.Shape.Layers.Count;
        var skipped = parsed.GetValue(_skipped) is { Length: > 0 } named
            ? named
            : [.. SkipLayersProposer.EveryOther(layers)];
        if (skipped.Length > 0 && skipped.All(layer => layer < layers)) return skipped;
        throw new ConfigException("", 0, "--skip-layers", skipped.Length == 0
            ? $"{model.Shape.Id} has {layers} layers, none to spare; name some."
            : $"{skipped.Max()} is not a layer; {model.Shape.Id} has 0 to {layers - 1}.");
    }
}

/// <summary>A request and what answers it, with the models that it needs.</summary>
/// <param name="Name">Who proposes.</param>
/// <param name="Request">The request.</param>
/// <param name="Decoder">Answers it.</param>
/// <param name="Drafting">The draft's executor, where there is one.</param>
/// <param name="Draft">The draft, where there is one.</param>
internal sealed record Speculating(
    string Name, ServedRequest Request, SpeculativeDecoder Decoder, IExecutor? Drafting,
    OpenedModel? Draft) : IDisposable
{
    /// <summary>Answers.</summary>
    public SpeculatedAnswer Answer() => Decoder.Answer(
        Request.Prompt, Request.MaxTokens, Request.StopTokens, Request.OnToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Drafting?.Dispose();
        Draft?.Dispose();
    }
}

/// <summary>Who proposes tokens to a batch, with the model that it needs.</summary>
/// <param name="Stated">As a trace states it.</param>
/// <param name="Batch">Proposes.</param>
/// <param name="Drafting">The draft's executor, where there is one.</param>
/// <param name="Draft">The draft, where there is one.</param>
internal sealed record BatchSpeculating(
    TraceSpeculation Stated, BatchSpeculation Batch, IExecutor? Drafting, OpenedModel? Draft)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Drafting?.Dispose();
        Draft?.Dispose();
    }
}
