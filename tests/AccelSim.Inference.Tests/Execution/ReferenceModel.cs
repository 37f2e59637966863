using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>A forward pass as textbooks write it: fp64, no cache, no blocks, no fusion.</summary>
internal sealed class ReferenceModel(
    ModelConfig shape, ModelNumerics numerics, MemoryWeights weights)
{
    private readonly string _root = shape.Family switch
    {
        "gpt2" => "",
        "opt" => "model.decoder.",
        _ => "model.",
    };

    /// <summary>Logits after each token.</summary>
    public double[][] Forward(IReadOnlyList<int> tokens)
    {
        var x = tokens.Select(Embed).ToArray();
        for (var i = 0; i < shape.Layers.Count; i++) Layer(x, i);
        var head = weights.Has("lm_head.weight") ? "lm_head.weight" : EmbeddingName;
        var final = shape.Family switch
        {
            "gpt2" => "ln_f",
            "opt" => _root + "final_layer_norm",
            _ => _root + "norm",
        };
        return [.. x.Select(row => Multiply(Norm(row, final), weights[head], shape.Vocabulary))];
    }

    private string EmbeddingName =>
        _root + (shape.Family == "gpt2" ? "wte.weight" : "embed_tokens.weight");

    private double[] Embed(int token, int position)
    {
        var row = Row(weights[EmbeddingName], token);
        if (shape.LearnedPositions == 0) return row;
        var name = shape.Family == "gpt2" ? "wpe.weight" : _root + "embed_positions.weight";
        var place = Row(weights[name], position + (shape.Family == "opt" ? 2 : 0));
        return [.. row.Zip(place, (a, b) => a + b)];
    }

    private double[] Row(float[] table, int row) =>
        [.. table.AsSpan(row * shape.Hidden, shape.Hidden).ToArray().Select(v => (double)v)];

    private void Layer(double[][] x, int index)
    {
        var gpt2 = shape.Family == "gpt2";
        var at = gpt2 ? $"h.{index}." : $"{_root}layers.{index}.";
        var opt = shape.Family == "opt";
        var first = gpt2 ? "ln_1" : opt ? "self_attn_layer_norm" : "input_layernorm";
        var second = gpt2 ? "ln_2" : opt ? "final_layer_norm" : "post_attention_layernorm";
        var attended = Attention([.. x.Select(row => Norm(row, at + first))], at, index);
        for (var i = 0; i < x.Length; i++) Add(x[i], attended[i]);
        foreach (var row in x) Add(row, FeedForward(Norm(row, at + second), at, index));
    }

    private double[][] Attention(double[][] x, string at, int index)
    {
        var a = (AttentionShape)shape.Layers[index].Mixer;
        int dim = a.HeadDim, group = a.Heads / a.KvHeads;
        double[][] q, k, v;
        if (shape.Family == "gpt2")
        {
            var all = x.Select(row => Product(row, at + "attn.c_attn", 3 * shape.Hidden)).ToArray();
            q = [.. all.Select(row => row[..shape.Hidden])];
            k = [.. all.Select(row => row[shape.Hidden..(2 * shape.Hidden)])];
            v = [.. all.Select(row => row[(2 * shape.Hidden)..])];
        }
        else
        {
            q = [.. x.Select(row => Product(row, at + "self_attn.q_proj", a.Heads * dim))];
            k = [.. x.Select(row => Product(row, at + "self_attn.k_proj", a.KvHeads * dim))];
            v = [.. x.Select(row => Product(row, at + "self_attn.v_proj", a.KvHeads * dim))];
        }
        for (var t = 0; t < x.Length; t++)
        {
            Turn(q[t], t, a, at + "self_attn.q_norm.weight");
            Turn(k[t], t, a, at + "self_attn.k_norm.weight");
        }
        var name = shape.Family switch
        {
            "gpt2" => "attn.c_proj",
            "opt" => "self_attn.out_proj",
            _ => "self_attn.o_proj",
        };
        return [.. Enumerable.Range(0, x.Length).Select(t =>
        {
            var mixed = new double[a.Heads * dim];
            for (var head = 0; head < a.Heads; head++)
                Mix(q, k, v, t, head * dim, head / group * dim, a, mixed);
            return Product(mixed, at + name, shape.Hidden);
        })];
    }

    private static void Mix(
        double[][] q, double[][] k, double[][] v, int t, int own, int shared, AttentionShape a,
        double[] to)
    {
        var from = a.Window == 0 ? 0 : Math.Max(0, t - a.Window + 1);
        var scores = Enumerable.Range(from, t - from + 1)
            .Select(s => Enumerable.Range(0, a.HeadDim)
                .Sum(d => q[t][own + d] * k[s][shared + d]) / Math.Sqrt(a.HeadDim))
            .ToArray();
        var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
        for (var s = 0; s < weights.Length; s++)
        {
            for (var d = 0; d < a.HeadDim; d++)
                to[own + d] += weights[s] / weights.Sum() * v[from + s][shared + d];
        }
    }

    private void Turn(double[] row, int position, AttentionShape a, string norm)
    {
        for (var at = 0; at < row.Length; at += a.HeadDim)
        {
            var head = row[at..(at + a.HeadDim)];
            if (a.QkNorm) head = Rms(head, weights[norm]);
            if (a.Rotary) head = Rotate(head, position);
            head.CopyTo(row, at);
        }
    }

    private double[] Rotate(double[] head, int position)
    {
        var half = head.Length / 2;
        var turned = new double[head.Length];
        var size = numerics.RopeScaling is { FastTurns: > 0 } yarn
            ? 0.1 * Math.Log(yarn.Factor) + 1
            : 1;
        for (var i = 0; i < half; i++)
        {
            var angle = position * Frequency(i, head.Length);
            turned[i] = size * (head[i] * Math.Cos(angle) - head[i + half] * Math.Sin(angle));
            turned[i + half] = size
                * (head[i + half] * Math.Cos(angle) + head[i] * Math.Sin(angle));
        }
        return turned;
    }

    /// <summary>Llama 3's frequencies as transformers computes them: by wavelength.</summary>
    private double Frequency(int pair, int dim)
    {
        var own = 1 / Math.Pow(numerics.RopeTheta, 2.0 * pair / dim);
        if (numerics.RopeScaling is not { } scaling) return own;
        if (scaling.FastTurns > 0) return Yarn(own, pair, dim, scaling);
        var wavelength = 2 * Math.PI / own;
        if (wavelength > scaling.OriginalContext / scaling.LowFactor) return own / scaling.Factor;
        if (wavelength < scaling.OriginalContext / scaling.HighFactor) return own;
        var smooth = (scaling.OriginalContext / wavelength - scaling.LowFactor)
            / (scaling.HighFactor - scaling.LowFactor);
        return (1 - smooth) * own / scaling.Factor + smooth * own;
    }

    /// <summary>YaRN as transformers computes it: where on the way from the pair that turns 3 times
    /// over the old context to the one that turns once does this one stand?</summary>
    private double Yarn(double own, int pair, int dim, RopeScaling scaling)
    {
        double[] ends =
        [
            .. new[] { 3.0, 1.0 }.Select(turns => dim / 2.0
                * Math.Log(scaling.OriginalContext / (2 * Math.PI * turns), numerics.RopeTheta)),
        ];
        var (low, high) = (Math.Max(Math.Floor(ends[0]), 0), Math.Ceiling(ends[1]));
        var kept = pair <= low ? 1 : pair >= high ? 0 : 1 - (pair - low) / (high - low);
        return own * kept + own / scaling.Factor * (1 - kept);
    }

    private double[] FeedForward(double[] x, string at, int index)
    {
        if (shape.Layers[index].FeedForward is ExpertMlp moe) return Experts(x, at, moe);
        var inner = ((DenseMlp)shape.Layers[index].FeedForward!).Intermediate;
        return shape.Family switch
        {
            "gpt2" => Product(
                [.. Product(x, at + "mlp.c_fc", inner).Select(Act)], at + "mlp.c_proj",
                shape.Hidden),
            "opt" => Product(
                [.. Product(x, at + "fc1", inner).Select(Act)], at + "fc2", shape.Hidden),
            _ => Gated(x, at + "mlp.gate_proj", at + "mlp.up_proj", at + "mlp.down_proj", inner),
        };
    }

    private double[] Experts(double[] x, string at, ExpertMlp moe)
    {
        var mixtral = shape.Family == "mixtral";
        at += mixtral ? "block_sparse_moe." : "mlp.";
        var scores = Product(x, at + "gate", moe.Experts);
        var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
        var chosen = Enumerable.Range(0, moe.Experts)
            .OrderByDescending(e => weights[e]).Take(moe.PerToken).ToArray();
        var sum = new double[shape.Hidden];
        var total = numerics.NormaliseExperts ? chosen.Sum(e => weights[e]) : weights.Sum();
        if (moe.SharedIntermediate > 0)
        {
            var gate = Product(x, at + "shared_expert_gate", 1)[0];
            var shared = at + "shared_expert.";
            var made = Gated(
                x, shared + "gate_proj", shared + "up_proj", shared + "down_proj",
                moe.SharedIntermediate);
            Add(sum, [.. made.Select(value => value / (1 + Math.Exp(-gate)))]);
        }
        foreach (var e in chosen)
        {
            var own = at + $"experts.{e}.";
            var made = mixtral
                ? Gated(x, own + "w1", own + "w3", own + "w2", moe.Intermediate)
                : Gated(x, own + "gate_proj", own + "up_proj", own + "down_proj",
                    moe.Intermediate);
            for (var i = 0; i < sum.Length; i++) sum[i] += weights[e] / total * made[i];
        }
        return sum;
    }

    private double[] Gated(double[] x, string gate, string up, string down, int inner) => Product(
        [.. Product(x, gate, inner).Zip(Product(x, up, inner), (g, u) => Act(g) * u)],
        down, shape.Hidden);

    private double Act(double x) => numerics.Activation switch
    {
        ActivationKind.Relu => Math.Max(0, x),
        ActivationKind.GeluTanh =>
            0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => x / (1 + Math.Exp(-x)),
    };

    private double[] Product(double[] x, string name, int outputs)
    {
        var w = weights[name + ".weight"];
        double[] y;
        if (shape.Family == "gpt2")
        {
            y = new double[outputs];
            for (var n = 0; n < outputs; n++)
            {
                for (var k = 0; k < x.Length; k++) y[n] += x[k] * w[k * outputs + n];
            }
        }
        else
        {
            y = Multiply(x, w, outputs);
        }
        if (weights.Has(name + ".bias")) Add(y, weights[name + ".bias"]);
        return y;
    }

    private static double[] Multiply(double[] x, float[] w, int outputs)
    {
        var y = new double[outputs];
        for (var n = 0; n < outputs; n++)
        {
            for (var k = 0; k < x.Length; k++) y[n] += x[k] * w[n * x.Length + k];
        }
        return y;
    }

    private double[] Norm(double[] x, string name)
    {
        var w = weights[name + ".weight"];
        if (!weights.Has(name + ".bias")) return Rms(x, w);
        var bias = weights[name + ".bias"];
        var mean = x.Average();
        var deviation = Math.Sqrt(
            x.Average(v => (v - mean) * (v - mean)) + numerics.NormEpsilon);
        return [.. x.Select((v, i) => (v - mean) / deviation * w[i] + bias[i])];
    }

    private double[] Rms(double[] x, float[] w)
    {
        var rms = Math.Sqrt(x.Average(v => v * v) + numerics.NormEpsilon);
        return [.. x.Select((v, i) => v / rms * w[i])];
    }

    private static void Add(double[] x, double[] y)
    {
        for (var i = 0; i < x.Length; i++) x[i] += y[i];
    }

    private static void Add(double[] x, float[] y)
    {
        for (var i = 0; i < x.Length; i++) x[i] += y[i];
    }
}
