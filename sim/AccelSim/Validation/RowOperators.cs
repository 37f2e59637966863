using System.Globalization;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Validation;

/// <summary>Turns the current row of a table into the operators that it measured.</summary>
/// <remarks>
/// The operators come from the templates that model graphs are made of, so that a table judges the
/// very formulas that simulations use.
/// </remarks>
internal static class RowOperators
{
    /// <summary>Latent attention as in DeepSeek-V2 and V3: the tables do not state it.</summary>
    private const int NopeDim = 128, RopeDim = 64, ValueDim = 128, KvRank = 512;

    /// <summary>More work than any device does in a day, and less than a count can hold.</summary>
    private const double MostWork = 1e18;

    /// <summary>Adds the operators of a row; a reason instead where it cannot be priced.</summary>
    public static RowPrice Read(
        TableRows rows, MeasuredTable table, JudgedDevice device, List<Operator> operators)
    {
        operators.Clear();
        if (table == MeasuredTable.Gemm) return Gemm(rows, device, operators);
        if (table == MeasuredTable.Moe) return Moe(rows, device, operators);
        if (table == MeasuredTable.AllReduce) return Collective(rows, device, operators);
        return table == MeasuredTable.Mla
            ? Latent(rows, device, operators)
            : Attention(rows, table == MeasuredTable.AttentionPrefill, device, operators);
    }

    private static RowPrice Gemm(TableRows rows, JudgedDevice device, List<Operator> operators)
    {
        var (name, scheme) = TableNames.Read(rows, "dtype", TableNames.Weights, "format");
        var (m, n, k) = (rows.Whole("m"), rows.Whole("n"), rows.Whole("k"));
        RefuseHuge(rows, "m", 2.0 * m * n * k);
        var format = device.Weights(name, scheme);
        if (format.Plan is not { } plan) return new RowPrice(format, "");
        operators.Add(new LinearTemplate(
            "linear", 1, new Rows(RowSource.Tokens), n, k,
            new WeightUse(plan.Linear, plan.LinearCompute), plan.Activation)
            .At(new StepShape { PrefillTokens = (int)m }) with
            {
                Conditions = TableEngines.Of(rows, plan.Linear.BitsPerElement > 8),
            });
        return new RowPrice(format, format.Label);
    }

    private static RowPrice Attention(
        TableRows rows, bool isPrefill, JudgedDevice device, List<Operator> operators)
    {
        var (format, kv, label) = AttentionFormat(rows, device);
        var length = rows.Whole(isPrefill ? "seq" : "kv_len");
        var batch = rows.Whole("batch");
        var window = rows.Whole("window", 0);
        var heads = (int)rows.Whole("heads", 1, 100_000);
        var kvHeads = (int)rows.Whole("kv_heads", 1, 100_000);
        var dim = (int)rows.Whole("head_dim", 1, 100_000);
        var queries = isPrefill ? length : 1;
        RefuseHuge(rows, "batch", 4.0 * batch * queries * length * heads * dim);
        RefuseTokens(rows, batch, queries);
        if (format.Plan is not { } plan) return new RowPrice(format, "");
        var cost = new AttentionCost
        {
            Heads = heads,
            KvHeads = kvHeads,
            KeyDim = dim,
            ValueDim = dim,
            Compute = plan.AttentionCompute,
            Activation = plan.Activation,
            Kv = kv,
            KvBytesPerToken = 2L * kvHeads * dim * FormatNames.Bits(kv) / 8,
            Window = (int)window,
        };
        var shape = isPrefill
            ? Prefill(batch, length, length, window)
            : Decode(batch, window > 0 ? Math.Min(length, window) : length);
        operators.Add(new AttentionTemplate(
            "attention", 1, isPrefill ? AttentionPhase.Prefill : AttentionPhase.Decode, cost)
            .At(shape));
        return new RowPrice(format, label);
    }

    private static RowPrice Latent(TableRows rows, JudgedDevice device, List<Operator> operators)
    {
        var (format, kv, label) = AttentionFormat(rows, device);
        var isPrefill = Phase(rows);
        var (batch, queries) = (rows.Whole("batch"), rows.Whole("q_len"));
        var keys = rows.Whole("kv_len");
        var heads = (int)rows.Whole("heads", 1, 100_000);
        if (keys < queries)
            throw rows.Error("kv_len", $"{keys} is less than q_len, {queries}; it counts them.");
        RefuseHuge(rows, "batch", 4.0 * batch * queries * keys * heads * (KvRank + RopeDim));
        RefuseTokens(rows, batch, queries);
        if (format.Plan is not { } plan) return new RowPrice(format, "");
        var shape = new LatentAttentionShape(heads, 0, KvRank, NopeDim, RopeDim, ValueDim);
        var cost = new AttentionCost
        {
            Heads = heads,
            KvHeads = isPrefill ? heads : 1,
            KeyDim = (isPrefill ? NopeDim : KvRank) + RopeDim,
            ValueDim = isPrefill ? ValueDim : KvRank,
            Compute = plan.AttentionCompute,
            Activation = plan.Activation,
            Kv = kv,
            FreshPerKey = isPrefill ? (long)heads * (NopeDim + RopeDim + ValueDim) : 0,
            KvBytesPerToken = isPrefill ? 0 : KvLayout.BytesPerToken(shape, 1, kv),
        };
        operators.Add(new AttentionTemplate(
            "attention", 1, isPrefill ? AttentionPhase.Prefill : AttentionPhase.Decode, cost)
            .At(isPrefill ? Prefill(batch, queries, keys, 0) : Decode(batch, keys)));
        return new RowPrice(format, (isPrefill ? "prefill " : "decode ") + label);
    }

    /// <summary>Two grouped products, the activation between them, the weighted sum.</summary>
    /// <remarks>
    /// Of all experts in the tables, those that are 22 of 512 and 2048 wide (Nemotron 3) have no
    /// gate. SGLang's rows for several ranks were timed with the picks of other ranks given to the
    /// first expert.
    /// </remarks>
    private static RowPrice Moe(TableRows rows, JudgedDevice device, List<Operator> operators)
    {
        var (name, scheme) = TableNames.Read(rows, "dtype", TableNames.Weights, "format");
        var (tokens, hidden) = (rows.Whole("tokens"), rows.Whole("hidden"));
        var (inter, tp) = (rows.Whole("inter"), (int)rows.Whole("tp", 1, 100_000));
        var (experts, ep) = (rows.Whole("experts"), (int)rows.Whole("ep", 1, 100_000));
        var topK = rows.Whole("topk");
        if (topK > experts)
            throw rows.Error("topk", $"{topK} is more than the {experts} experts.");
        if (experts % ep != 0)
            throw rows.Error("ep", $"{experts} experts do not divide among {ep} ranks.");
        if (inter % tp != 0)
            throw rows.Error("tp", $"an expert of {inter} does not divide among {tp} ranks.");
        RefuseHuge(rows, "tokens", 8.0 * tokens * topK * hidden * inter);
        RefuseHuge(rows, "experts", 8.0 * experts * hidden * inter);
        var format = device.Weights(name, scheme);
        if (format.Plan is not { } plan) return new RowPrice(format, "");
        var split = new ExpertSplit((int)experts, (int)topK, (int)(experts / ep), tp);
        var load = device.Loads.Of(new RoutedLoads.Key(
            (int)tokens, (int)experts, (int)topK, ep, Exponent(rows),
            rows.Field("backend").SequenceEqual("sglang")));
        var weight = new WeightUse(plan.Experts, plan.ExpertCompute);
        var inner = inter / tp;
        var up = topK == 22 && hidden == 2048 ? inner : 2 * inner;
        Product("gate_up", up, hidden);
        operators.Add(RowWise(
            "activation", load.Rows, up, inner, inner * VectorWork.Activation, plan));
        Product("down", hidden, inner);
        operators.Add(RowWise(
            "sum", load.Rows, hidden, (hidden + topK - 1) / topK, 2 * hidden, plan));
        return new RowPrice(format, format.Label);

        void Product(string name, long n, long k) => operators.Add(new ExpertTemplate(
            name, 1, new Rows(RowSource.ExpertTokens), split, n, k, weight, plan.Activation)
            .At(load) with { Repeated = true });
    }

    private static double? Exponent(TableRows rows)
    {
        const string Law = "power_law_";
        var text = rows.Field("distribution");
        if (text.SequenceEqual("balanced")) return null;
        if (text.StartsWith(Law) && double.TryParse(
            text[Law.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var exponent)
            && exponent is > 1 and < 10)
        {
            return exponent;
        }
        throw rows.Error("distribution",
            $"\"{text}\" is not known; use balanced or power_law_ with an exponent above 1, "
            + "such as power_law_1.2.");
    }

    private static RowPrice Collective(
        TableRows rows, JudgedDevice device, List<Operator> operators)
    {
        var (name, kind) = TableNames.Read(rows, "op", TableNames.Collectives, "collective");
        var ranks = (int)rows.Whole("ranks", 2, 1000);
        var bytes = rows.Whole("bytes", 1, 1_000_000_000_000);
        var (implementation, kernels) = TableNames.Read(
            rows, "impl", TableNames.Implementations, "implementation");
        var format = implementation.EndsWith("eager", StringComparison.Ordinal)
            ? PricedFormat.Skipped("launched without a graph: the host's time, no kernel's")
            : device.Ranks(ranks);
        operators.Add(new Operator
        {
            Name = name,
            Kind = kind,
            Count = 1,
            M = 1,
            MessageBytes = new Bytes(bytes),
            Ranks = ranks,
            Group = CommunicationGroup.Tensor,
            Reduction = kernels,
        });
        return new RowPrice(format, name);
    }

    private static (PricedFormat Format, NumberFormat Kv, string Label) AttentionFormat(
        TableRows rows, JudgedDevice device)
    {
        var (dtype, activation) = TableNames.Read(rows, "dtype", TableNames.Plain, "format");
        if (activation != JudgedDevice.Activation)
            throw rows.Error("dtype", $"attention in {dtype} is not judged; expected bfloat16.");
        var (name, kv) = TableNames.Read(rows, "kv_dtype", TableNames.Plain, "format");
        var label = kv == activation ? dtype : kv == NumberFormat.Fp8 ? "bfloat16, kv fp8" : name;
        return (device.Weights(dtype, null), kv, label);
    }

    private static bool Phase(TableRows rows)
    {
        var phase = rows.Field("phase");
        if (phase.SequenceEqual("prefill")) return true;
        return phase.SequenceEqual("decode") ? false : throw rows.Error(
            "phase", $"\"{phase}\" is not known; use prefill or decode.");
    }

    /// <summary>Prompts of which the last tokens ask; window is 0 where each sees all.</summary>
    private static StepShape Prefill(long batch, long queries, long keys, long window)
    {
        var one = default(StepShape).WithPrompt(
            keys - queries, (int)queries, isLast: false, (int)window);
        return new StepShape
        {
            PrefillTokens = (int)(batch * queries),
            PrefillSequences = (int)batch,
            PrefillPairs = batch * (window > 0 ? one.WindowPrefillPairs : one.PrefillPairs),
            PrefillKvTokens = batch
                * (window > 0 ? one.WindowPrefillKvTokens : one.PrefillKvTokens),
        };
    }

    private static StepShape Decode(long batch, long keys) => new()
    {
        DecodeTokens = (int)batch,
        DecodeSequences = (int)batch,
        DecodeKvTokens = batch * keys,
    };

    private static Operator RowWise(
        string name, long rows, long input, long output, long flops, FormatPlan plan)
    {
        var bytes = FormatNames.Bits(plan.Activation) / 8;
        var tokens = new Rows(RowSource.Tokens);
        return new RowTemplate(name, 1, OperatorKind.ElementWise, tokens, new RowCost
        {
            Width = output,
            Compute = plan.Activation,
            VectorFlops = flops,
            Input = input * bytes,
            Output = output * bytes,
        }).At(new StepShape { PrefillTokens = (int)rows });
    }

    private static void RefuseHuge(TableRows rows, string column, double work)
    {
        if (work <= MostWork) return;
        throw rows.Error(column, string.Create(
            CultureInfo.InvariantCulture,
            $"the shape {rows.Shape} takes {work:0.0e0} operations, more than {MostWork:0e0}."));
    }

    private static void RefuseTokens(TableRows rows, long batch, long tokens)
    {
        if (batch * tokens <= int.MaxValue) return;
        throw rows.Error("batch", string.Create(CultureInfo.InvariantCulture,
            $"{batch} sequences of {tokens} tokens are more than {int.MaxValue:N0} tokens."));
    }
}

/// <summary>How a row is priced.</summary>
/// <param name="Format">The cost model, or why there is none.</param>
/// <param name="Label">The format as reports show it.</param>
internal readonly record struct RowPrice(PricedFormat Format, string Label);
