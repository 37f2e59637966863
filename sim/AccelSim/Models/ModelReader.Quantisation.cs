using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

public static partial class ModelReader
{
    /// <summary>Reads <c>quantization_config</c>.</summary>
    private static WeightScheme Quantisation(ConfigMembers model, bool hasExperts)
    {
        var q = model.Child("quantization_config", "quantization");
        var method = q.Choice("quant_method",
            "awq", "bitnet", "compressed-tensors", "fbgemm_fp8", "fp8", "gptq", "modelopt",
            "mxfp4");
        CheckExceptions(q, method, hasExperts);
        switch (method)
        {
            case "awq":
            case "gptq":
                return WeightOnly(q, method);
            case "fp8":
            case "fbgemm_fp8":
                return Fp8(q, method);
            case "mxfp4":
                if (!hasExperts)
                {
                    throw q.Error("quant_method",
                        "\"mxfp4\" quantises experts, and this model has none.");
                }
                return new WeightScheme(method, null, WeightFormats.Mxfp4, null);
            case "bitnet":
                return new WeightScheme(method, WeightFormats.Ternary, WeightFormats.Ternary,
                    NumberFormat.Int8);
            case "modelopt":
                return ModelOpt(q);
            default:
                return CompressedTensors(q, method);
        }
    }

    /// <summary>What Kimi K2.5 leaves alone besides: all but the routed experts.</summary>
    private static readonly string[] AllButExperts =
        ["self_attn", "shared_experts", "mlp\\.(gate|up|gate_up|down)_proj"];

    /// <summary>
    /// Modules that stay unquantised must be those that every scheme here leaves alone; attention
    /// too where only experts are quantised.
    /// </summary>
    private static void CheckExceptions(
        ConfigMembers q, string method, bool hasExperts)
    {
        string[] known =
        [
            "lm_head", "embed", "norm", "router", "mlp.gate", "block_sparse_moe.gate",
            "shared_expert_gate", "vision", "visual", "multi_modal_projector",
        ];
        foreach (var name in (string[])["modules_to_not_convert", "ignore"])
        {
            foreach (var module in q.Texts(name))
            {
                var isKnown = module == "gate"
                    || known.Any(part => module.Contains(part, StringComparison.Ordinal))
                    || module == "e_score_correction_bias"
                    || (method == "mxfp4"
                        && module.Contains("self_attn", StringComparison.Ordinal))
                    || (method == "compressed-tensors" && hasExperts
                        && AllButExperts.Any(
                            part => module.Contains(part, StringComparison.Ordinal)));
                if (!isKnown)
                {
                    throw q.Error(name, $"\"{module}\" left unquantised is not understood; output "
                        + "head, embedding, norms, routers and vision parts are.");
                }
            }
        }
    }

    private static WeightScheme WeightOnly(ConfigMembers q, string method)
    {
        var bits = q.Count("bits");
        // AutoGPTQ writes −1 for one group per column, whose scales weigh next to nothing.
        var group = q.IsMinusOne("group_size") ? int.MaxValue : q.Count("group_size");
        var format = WeightFormats.Integer(bits, group)
            ?? throw q.Error("bits",
                $"{bits} is not a width that is understood; 2, 3, 4 and 8 are.");
        return new WeightScheme(method, format, format, null);
    }

    private static WeightScheme Fp8(ConfigMembers q, string method)
    {
        var format = q.PairOrNull("weight_block_size") is { } block
            ? WeightFormats.Fp8Blocks(block.Rows, block.Columns)
            : WeightFormats.Fp8;
        return new WeightScheme(method, format, format, NumberFormat.Fp8);
    }

    private static WeightScheme ModelOpt(ConfigMembers q)
    {
        var format = q.Choice("quant_algo", "FP8", "NVFP4") == "FP8"
            ? WeightFormats.Fp8
            : WeightFormats.Nvfp4;
        return new WeightScheme("modelopt", format, format, format.Format);
    }

    /// <summary>Groups of settings, all alike, that cover all linear layers.</summary>
    private static WeightScheme CompressedTensors(ConfigMembers q, string method)
    {
        var groups = q.Child("config_groups");
        var first = Group(groups.Child("group_0"), method);
        foreach (var name in groups.Names)
        {
            if (Group(groups.Child(name), method) == first) continue;
            throw q.Error("config_groups",
                $"\"group_0\" and \"{name}\" differ; groups that are quantised alike are "
                + "understood.");
        }
        // Shared experts count with the routed ones, of which they are a few per cent.
        var attentionToo = !q.Texts("ignore").Any(
            module => module.Contains("self_attn", StringComparison.Ordinal));
        return attentionToo
            ? first
            : first with { Linear = null, Name = FormatNames.Of(first.Experts!.Value.Format) };
    }

    private static WeightScheme Group(ConfigMembers group, string method)
    {
        var weights = group.Child("weights");
        var bits = weights.Count("num_bits");
        var isFloat = weights.Choice("type", "int", "float") == "float";
        var size = weights.CountOrNull("group_size") ?? int.MaxValue;
        var format = (isFloat, bits) switch
        {
            (true, 8) => WeightFormats.Fp8,
            (true, 4) => WeightFormats.Nvfp4,
            (false, _) => WeightFormats.Integer(bits, size),
            _ => null,
        } ?? throw weights.Error("num_bits",
            $"{bits} is not a width that is understood here; 4 and 8 are.");
        var compute = group.Has("input_activations") ? format.Format : (NumberFormat?)null;
        return new WeightScheme(method, format, format, compute);
    }
}
