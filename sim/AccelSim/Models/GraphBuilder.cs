using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>Lists the operators of one pipeline stage on one rank.</summary>
/// <remarks>
/// Operators that are alike in name and shape stand once with their counts added, so a step costs
/// as many look-ups as a model has kinds of operator, not layers. Where layers differ, the operator
/// that one kind of layer has and another lacks stands where that kind runs it.
/// </remarks>
internal sealed partial class GraphBuilder(
    ModelConfig model, ParallelismPlan plan, FormatPlan formats, bool cascade)
{
    private readonly List<Entry> _operators = [];
    private readonly List<LayerRun> _runs = [];

    // Names in the order in which one layer, or what is around layers, runs them.
    private List<string> _order = [];

    // Where the next new operator goes: right after the last one added or counted.
    private int _cursor;

    private readonly int _tp = plan.TensorParallel;
    private readonly int _bits = FormatNames.Bits(formats.Activation);

    /// <summary>The layers from (inclusive) and to (exclusive) of a stage.</summary>
    public static (int From, int To) LayerRange(ModelConfig model, ParallelismPlan plan, int stage)
    {
        long layers = model.Layers.Count;
        return ((int)(layers * stage / plan.PipelineParallel),
            (int)(layers * (stage + 1) / plan.PipelineParallel));
    }

    /// <summary>
    /// What a stage runs one after the other, layer by layer; made by <see cref="Stage"/>.
    /// </summary>
    public IReadOnlyList<LayerRun> Runs => _runs;

    /// <summary>The operators of a stage in execution order.</summary>
    public OperatorTemplate[] Stage(int stage)
    {
        var decoder = new Stack(
            "", new Rows(model.HasEncoder ? RowSource.SampledTokens : RowSource.Tokens),
            model.Hidden, model.HasEncoder ? StackRole.CrossDecoder : StackRole.Decoder);
        if (stage == 0)
        {
            if (model.Vision is { } vision)
                Vision(vision);
            if (model.HasEncoder)
                Encoder();
            Embedding(decoder, holdsTable: true);
        }
        var (from, to) = LayerRange(model, plan, stage);
        Layers(decoder, model.Layers.Skip(from).Take(to - from), from);
        if (stage == plan.PipelineParallel - 1)
            Head(decoder, stage);
        else
            Collective("pipeline.send", 1, OperatorKind.SendReceive, decoder.Rows, model.Hidden, 2,
                CommunicationGroup.Pipeline);
        EndRun(LayerRun.NoLayer);
        return [.. _operators.Select(entry => entry.Made)];
    }

    private void Layers(Stack stack, IEnumerable<LayerShape> layers, int first = 0)
    {
        EndRun(LayerRun.NoLayer);
        LayerShape[] all = [.. layers];
        Dictionary<LayerShape, List<string>> orders = [];
        foreach (var alike in all.GroupBy(layer => layer))
        {
            Layer(stack, alike.Key, alike.Count());
            orders[alike.Key] = _order;
            _order = [];
        }
        for (var i = 0; i < all.Length; i++)
            _runs.Add(new LayerRun(first + i, orders[all[i]]));
        _cursor = _operators.Count;
    }

    private void EndRun(int layer)
    {
        if (_order.Count > 0)
            _runs.Add(new LayerRun(layer, _order));
        _order = [];
    }

    private void Layer(Stack stack, LayerShape layer, int count)
    {
        Norm(stack, "attention.norm", count, layer.Norm, layer.MixerNorms > 0 ? stack.Width : 0);
        Mix(stack, layer, count);
        if (layer.MixerNorms > 1)
            Norm(stack, "attention.post_norm", count, layer.Norm, stack.Width);
        if (layer.Cross is { } cross)
            CrossAttention(stack, cross, layer.Norm, count);
        if (layer.FeedForward is null)
            return;
        Norm(stack, "mlp.norm", count, layer.Norm, layer.FeedForwardNorms > 0 ? stack.Width : 0);
        FeedForward(stack, layer.FeedForward, count);
        if (layer.FeedForwardNorms > 1)
            Norm(stack, "mlp.post_norm", count, layer.Norm, stack.Width);
    }

    private void Mix(Stack stack, LayerShape layer, int count)
    {
        switch (layer.Mixer)
        {
            case AttentionShape attention:
                Attention(stack, attention, count);
                break;
            case LatentAttentionShape latent:
                LatentAttention(stack, latent, count);
                break;
            case MambaShape mamba:
                Mamba(stack, mamba, count);
                break;
            case Mamba2Shape mamba:
                Mamba2(stack, mamba, count);
                break;
            case DeltaShape delta:
                Delta(stack, delta, count);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
        if (!layer.Parallel)
            AllReduce(stack, "attention.all_reduce", count);
    }

    private void Embedding(Stack stack, bool holdsTable)
    {
        var rows = Share(model.Vocabulary, _tp);
        var width = model.EmbeddingWidth;
        var row = (long)width * _bits / 8;
        Add(stack.Prefix + "embedding", 1, (name, n) => new RowTemplate(
            name, n, OperatorKind.Embedding, stack.Rows, new RowCost
            {
                Width = width,
                Compute = formats.Activation,
                Table = formats.Embedding.Of(width).Value,
                Output = row,
                Parameters = holdsTable ? rows * width : 0,
                Resident = holdsTable ? formats.Embedding.Of(rows * width) : default,
            }));
        if (model.LearnedPositions > 0)
            Table(stack, "embedding.position", (long)model.LearnedPositions * stack.Width);
        if (width != stack.Width)
            Linear(stack.Prefix + "embedding.project", 1, stack.Rows, stack.Width, width, Plain());
        AllReduce(stack, "embedding.all_reduce", 1);
        Norm(stack, "embedding.norm", 1, model.EmbeddingNorm, stack.Width);
        if (model.RelativeBuckets > 0)
            RelativeBias(stack);
    }

    private void Head(Stack stack, int stage)
    {
        Norm(stack, "final.norm", 1, model.FinalNorm, stack.Width);
        var sampled = new Rows(RowSource.SampledTokens);
        var width = model.EmbeddingWidth;
        if (width != stack.Width)
            Linear("lm_head.project", 1, sampled, width, stack.Width, Plain());
        var share = Share(model.Vocabulary, _tp);
        // A tied head reads the embedding table, which only the first stage holds already.
        var resident = !model.TiedEmbeddings || stage > 0;
        Linear("lm_head", 1, sampled, share, width, new WeightUse(
            formats.Embedding, formats.AttentionCompute,
            model.HeadBias ? share : 0, resident));
        if (_tp > 1)
        {
            Collective("lm_head.all_gather", 1, OperatorKind.AllGather, sampled,
                model.Vocabulary, _tp, CommunicationGroup.Tensor);
        }
        // Samplers work in fp32 on the gathered logits.
        Add("sampling", 1, (name, n) => new RowTemplate(
            name, n, OperatorKind.Sampling, sampled, new RowCost
            {
                Width = model.Vocabulary,
                Compute = NumberFormat.Fp32,
                VectorFlops = (long)VectorWork.Sampling * model.Vocabulary,
                Input = 4L * model.Vocabulary,
                Output = 4,
            }));
    }

    private void Norm(Stack stack, string name, int count, NormKind kind, long width) =>
        Norm(stack, name, count, kind, width, residual: true);

    private void Norm(
        Stack stack, string name, int count, NormKind kind, long width, bool residual)
    {
        if (kind == NormKind.None || width == 0)
            return;
        var parameters = kind == NormKind.Layer ? 2 * width : width;
        var bytes = width * _bits / 8 * (residual ? 2 : 1);
        Add(stack.Prefix + name, count, (unique, n) => new RowTemplate(
            unique, n, OperatorKind.Normalisation, stack.Rows, new RowCost
            {
                Width = width,
                Compute = formats.Activation,
                VectorFlops = width
                    * (kind == NormKind.Layer ? VectorWork.LayerNorm : VectorWork.RmsNorm),
                Input = bytes,
                Output = bytes,
                Weights = Plain().Storage.Of(parameters),
                Parameters = parameters,
                Resident = Plain().Storage.Of(parameters),
            }));
    }

    /// <summary>Reads <paramref name="input"/> numbers per row and writes some.</summary>
    private void ElementWise(
        string name, int count, Rows rows, long input, long output, long flops,
        long parameters = 0) =>
        Add(name, count, (unique, n) => new RowTemplate(
            unique, n, OperatorKind.ElementWise, rows, new RowCost
            {
                Width = output,
                Compute = formats.Activation,
                VectorFlops = flops,
                Input = input * _bits / 8,
                Output = output * _bits / 8,
                Weights = Plain().Storage.Of(parameters),
                Parameters = parameters,
                Resident = Plain().Storage.Of(parameters),
            }));

    private void Table(Stack stack, string name, long parameters) =>
        Add(stack.Prefix + name, 1, (unique, n) => new RowTemplate(
            unique, n, OperatorKind.Embedding, stack.Rows, new RowCost
            {
                Width = stack.Width,
                Compute = formats.Activation,
                VectorFlops = stack.Width,
                Table = (long)stack.Width * _bits / 8,
                Input = (long)stack.Width * _bits / 8,
                Output = (long)stack.Width * _bits / 8,
                Parameters = parameters,
                Resident = Plain().Storage.Of(parameters),
            }));

    private void Linear(string name, int count, Rows rows, long n, long k, WeightUse weight) =>
        Add(name, count, (unique, times) =>
            new LinearTemplate(unique, times, rows, n, k, weight, formats.Activation));

    private void AllReduce(Stack stack, string name, int count)
    {
        if (_tp > 1)
        {
            Collective(stack.Prefix + name, count, OperatorKind.AllReduce, stack.Rows,
                stack.Width, _tp, CommunicationGroup.Tensor);
        }
    }

    private void Collective(
        string name, int count, OperatorKind kind, Rows rows, long width, int ranks,
        CommunicationGroup group) =>
        Add(name, count, (unique, n) => new CollectiveTemplate(
            unique, n, kind, rows, width * _bits / 8, ranks, group));

    /// <summary>Adds an operator, or counts it with one that is alike.</summary>
    private void Add(string name, int count, Func<string, int, OperatorTemplate> make)
    {
        var made = make(name, count);
        var key = $"{name}|{made.Formula}|{made.Parameters}|{made.ResidentBytes.Value}";
        var same = _operators.FindIndex(entry => entry.Key == key);
        if (same >= 0)
        {
            var old = _operators[same];
            _operators[same] = old with { Made = make(old.Made.Name, old.Made.Count + count) };
            _order.Add(old.Made.Name);
            _cursor = same + 1;
            return;
        }
        var others = _operators.Count(entry =>
            entry.Key.StartsWith(name + "|", StringComparison.Ordinal));
        var unique = others == 0 ? made : make($"{name}.{others + 1}", count);
        _operators.Insert(_cursor++, new Entry(key, make, unique));
        _order.Add(unique.Name);
    }

    /// <summary>Weights that quantisation leaves alone.</summary>
    private WeightUse Plain(long bias = 0) =>
        new(new StorageFormat(formats.Activation, _bits), formats.Activation, bias);

    private WeightUse Dense(Stack stack, long bias = 0) =>
        stack.Role == StackRole.Vision
            ? Plain(bias)
            : new WeightUse(formats.Linear, formats.LinearCompute, bias)
            {
                Skips = formats.LinearSkips,
            };

    private static long Share(long count, int ranks) => (count + ranks - 1) / ranks;

    /// <summary>An operator, what makes it like another, and how to make it again.</summary>
    private sealed record Entry(
        string Key, Func<string, int, OperatorTemplate> Make, OperatorTemplate Made);

    /// <summary>The names that a layer runs, in order; or what runs around layers.</summary>
    internal readonly record struct LayerRun(int Layer, IReadOnlyList<string> Names)
    {
        /// <summary>The number of what is in no layer.</summary>
        public const int NoLayer = -1;
    }

    /// <summary>A run of layers with its own rows and width.</summary>
    private readonly record struct Stack(
        string Prefix, Rows Rows, int Width, StackRole Role, int FixedTokens = 0);

    private enum StackRole
    {
        Decoder,
        CrossDecoder,
        Encoder,
        Vision,
    }
}
