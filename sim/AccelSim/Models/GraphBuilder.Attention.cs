using AccelSim.Units;

namespace AccelSim.Models;

internal sealed partial class GraphBuilder
{
    private void Attention(Stack stack, AttentionShape shape, int count)
    {
        var heads = shape.Heads / _tp;
        var kvHeads = KvLayout.KvHeads(shape, _tp);
        long query = (long)heads * shape.HeadDim;
        long keyValue = 2L * kvHeads * shape.HeadDim;
        var width = query * (shape.OutputGate ? 2 : 1) + keyValue;
        var bias = !shape.QkvBias ? 0 : shape.KeyBiasAbsent ? width - keyValue / 2 : width;
        var prefix = stack.Prefix;
        Linear(prefix + "attention.qkv_proj", count, stack.Rows, width, stack.Width,
            Dense(stack, bias));
        var turned = query + keyValue / 2;
        if (shape.QkNorm)
        {
            ElementWise(prefix + "attention.qk_norm", count, stack.Rows, turned, turned,
                turned * VectorWork.RmsNorm, 2L * shape.HeadDim);
        }
        if (shape.Rotary)
        {
            ElementWise(prefix + "attention.rope", count, stack.Rows, turned, turned,
                turned * VectorWork.Rotary);
        }
        AttentionCore(stack, shape, count, heads, kvHeads);
        if (shape.OutputNorm)
            Norm(stack, "attention.output_norm", count, NormKind.Rms, query, residual: false);
        if (shape.OutputGate)
        {
            ElementWise(prefix + "attention.gate", count, stack.Rows, 2 * query, query,
                query * VectorWork.Activation);
        }
        Linear(prefix + "attention.o_proj", count, stack.Rows, stack.Width, query,
            Dense(stack, shape.OutputBias ? stack.Width : 0));
    }

    private AttentionCost Cost(AttentionShape shape, int heads, int kvHeads) => new()
    {
        Heads = heads,
        KvHeads = kvHeads,
        KeyDim = shape.HeadDim,
        ValueDim = shape.HeadDim,
        Compute = formats.AttentionCompute,
        Activation = formats.Activation,
        Kv = formats.Kv,
    };

    private void AttentionCore(
        Stack stack, AttentionShape shape, int count, int heads, int kvHeads)
    {
        var cost = Cost(shape, heads, kvHeads) with { Parameters = shape.Sinks ? heads : 0 };
        var fresh = 2L * kvHeads * shape.HeadDim;
        if (stack.Role == StackRole.Vision)
        {
            AttentionOperator(stack, "core", count, AttentionPhase.Image,
                cost with { FixedTokens = stack.FixedTokens, FreshPerKey = fresh });
            return;
        }
        if (stack.Role == StackRole.Encoder)
        {
            AttentionOperator(stack, "core", count, AttentionPhase.FullPrefill,
                cost with { FreshPerKey = fresh });
            return;
        }
        var kvBytes = KvLayout.BytesPerToken(shape, _tp, formats.Kv, formats.KvBits);
        KvWrite(stack.Prefix + "attention.kv_write", count, stack.Rows, fresh, kvBytes);
        var cached = cost with { KvBytesPerToken = kvBytes };
        var decode = cached with { Parameters = 0 };
        if (stack.Role == StackRole.CrossDecoder)
        {
            AttentionOperator(stack, "decode", count, AttentionPhase.DecoderDecode, decode);
        }
        else if (shape.Window > 0)
        {
            AttentionOperator(
                stack, "prefill_window", count, AttentionPhase.WindowPrefill,
                cached with { Window = shape.Window });
            AttentionOperator(stack, "decode_window", count, AttentionPhase.WindowDecode,
                decode with { Window = shape.Window });
        }
        else
        {
            AttentionOperator(stack, "prefill", count,
                shape.Causal ? AttentionPhase.Prefill : AttentionPhase.FullPrefill, cached);
            AttentionOperator(stack, "decode", count, AttentionPhase.Decode, decode);
            if (cascade) CommonPrefix(stack, count, decode);
        }
    }

    /// <summary>
    /// Queries of all sequences over the keys that all begin with, read once, then merged with what
    /// each found in its own: two outputs, weighted by the sums of their exponentials (cascade
    /// attention: Juravsky et al., Hydragen, 2024, §3; vLLM's FlashAttention back end).
    /// </summary>
    private void CommonPrefix(Stack stack, int count, AttentionCost decode)
    {
        AttentionOperator(stack, "decode_prefix", count, AttentionPhase.CommonPrefix, decode);
        var width = (long)decode.Heads * decode.ValueDim;
        ElementWise(stack.Prefix + "attention.merge", count,
            new Rows(RowSource.CommonPrefixQueries), 2 * width, width, width * VectorWork.Merge);
    }

    private void AttentionOperator(
        Stack stack, string name, int count, AttentionPhase phase, AttentionCost cost) =>
        Add($"{stack.Prefix}attention.{name}", count,
            (unique, n) => new AttentionTemplate(unique, n, phase, cost));

    /// <summary>New keys and values go into the cache, converted to its format.</summary>
    private void KvWrite(string name, int count, Rows rows, long numbers, long bytes) =>
        Add(name, count, (unique, n) => new RowTemplate(
            unique, n, OperatorKind.ElementWise, rows, new RowCost
            {
                Width = numbers,
                Compute = formats.Activation,
                Kv = formats.Kv,
                VectorFlops = formats.Kv == formats.Activation ? 0 : numbers * VectorWork.One,
                Input = numbers * _bits / 8,
                KvWrite = bytes,
            }));

    private void CrossAttention(Stack stack, AttentionShape shape, NormKind norm, int count)
    {
        var heads = shape.Heads / _tp;
        var kvHeads = KvLayout.KvHeads(shape, _tp);
        long query = (long)heads * shape.HeadDim;
        long keyValue = 2L * kvHeads * shape.HeadDim;
        var cross = stack with { Prefix = stack.Prefix + "cross_" };
        Norm(cross, "attention.norm", count, norm, stack.Width);
        Linear(cross.Prefix + "attention.q_proj", count, stack.Rows, query, stack.Width,
            Dense(stack, shape.QkvBias ? query : 0));
        var prompt = new Rows(RowSource.PrefillTokens);
        var bias = !shape.QkvBias ? 0 : shape.KeyBiasAbsent ? keyValue / 2 : keyValue;
        Linear(cross.Prefix + "attention.kv_proj", count, prompt, keyValue, stack.Width,
            Dense(stack, bias));
        var kvBytes = KvLayout.BytesPerToken(shape, _tp, formats.Kv, formats.KvBits);
        KvWrite(cross.Prefix + "attention.kv_write", count, prompt, keyValue, kvBytes);
        var cost = Cost(shape, heads, kvHeads) with { KvBytesPerToken = kvBytes };
        AttentionOperator(cross, "prefill", count, AttentionPhase.CrossPrefill, cost);
        AttentionOperator(cross, "decode", count, AttentionPhase.CrossDecode, cost);
        Linear(cross.Prefix + "attention.o_proj", count, stack.Rows, stack.Width, query,
            Dense(stack, shape.OutputBias ? stack.Width : 0));
        AllReduce(cross, "attention.all_reduce", count);
    }

    /// <summary>
    /// Prefill expands the latent to full keys and values. Decode folds the expansion into the
    /// query and the output, so that it reads the latent alone (DeepSeek-V2, 2024, §2.1.2).
    /// </summary>
    private void LatentAttention(Stack stack, LatentAttentionShape shape, int count)
    {
        var heads = shape.Heads / _tp;
        long queryDim = shape.NopeDim + shape.RopeDim;
        long latent = shape.KvRank + shape.RopeDim;
        var prefix = stack.Prefix;
        Linear(prefix + "attention.down_proj", count, stack.Rows, shape.QueryRank + latent,
            stack.Width, Dense(stack));
        Norm(stack, "attention.latent_norm", count, NormKind.Rms,
            shape.QueryRank + shape.KvRank, residual: false);
        Linear(prefix + "attention.q_proj", count, stack.Rows, heads * queryDim,
            shape.QueryRank > 0 ? shape.QueryRank : stack.Width, Dense(stack));
        var turned = (heads + 1L) * shape.RopeDim;
        ElementWise(prefix + "attention.rope", count, stack.Rows, turned, turned,
            turned * VectorWork.Rotary);
        var kvBytes = KvLayout.BytesPerToken(shape, _tp, formats.Kv, formats.KvBits);
        KvWrite(prefix + "attention.kv_write", count, stack.Rows, latent, kvBytes);
        LatentPrefill(stack, shape, count, heads);
        LatentDecode(stack, shape, count, heads, kvBytes);
        Linear(prefix + "attention.o_proj", count, stack.Rows, stack.Width,
            (long)heads * shape.ValueDim, Dense(stack));
    }

    private void LatentPrefill(Stack stack, LatentAttentionShape shape, int count, int heads)
    {
        Linear(stack.Prefix + "attention.expand_proj", count, new Rows(RowSource.PrefillKvTokens),
            (long)heads * (shape.NopeDim + shape.ValueDim), shape.KvRank, Dense(stack));
        AttentionOperator(stack, "prefill", count, AttentionPhase.Prefill, new AttentionCost
        {
            Heads = heads,
            KvHeads = heads,
            KeyDim = shape.NopeDim + shape.RopeDim,
            ValueDim = shape.ValueDim,
            Compute = formats.AttentionCompute,
            Activation = formats.Activation,
            Kv = formats.Kv,
            FreshPerKey = (long)heads * (shape.NopeDim + shape.RopeDim + shape.ValueDim),
        });
    }

    private void LatentDecode(
        Stack stack, LatentAttentionShape shape, int count, int heads, long kvBytes)
    {
        // The folded matrices are the expansion's own, kept in the activations' format.
        var folded = Plain() with { Resident = false, Compute = formats.AttentionCompute };
        var rows = new Rows(RowSource.DecodeTokens, heads);
        Folded("attention.absorb_query", shape.KvRank, shape.NopeDim);
        AttentionOperator(stack, "decode", count, AttentionPhase.Decode, new AttentionCost
        {
            Heads = heads,
            KvHeads = 1,
            KeyDim = shape.KvRank + shape.RopeDim,
            ValueDim = shape.KvRank,
            Compute = formats.AttentionCompute,
            Activation = formats.Activation,
            Kv = formats.Kv,
            KvBytesPerToken = kvBytes,
        });
        Folded("attention.absorb_value", shape.ValueDim, shape.KvRank);

        void Folded(string name, long n, long k) =>
            Add(stack.Prefix + name, count, (unique, times) => new LinearTemplate(
                unique, times, rows, n, k, folded, formats.Activation, heads));
    }

    /// <summary>T5 adds a learned bias per bucket and head to the scores of every layer.</summary>
    private void RelativeBias(Stack stack)
    {
        var layers = stack.Role == StackRole.Encoder ? model.EncoderLayers : model.Layers;
        var heads = ((AttentionShape)layers[0].Mixer).Heads / _tp;
        ElementWise(stack.Prefix + "attention.relative_bias", 1, stack.Rows, heads, heads, heads,
            (long)model.RelativeBuckets * heads);
    }
}
