using System.Globalization;

namespace AccelSim.Models;

/// <summary>Whether a plan divides a model.</summary>
public static class PlanCheck
{
    /// <summary>The first reason why not, naming both numbers; null where it does.</summary>
    public static string? Problem(ModelConfig model, ParallelismPlan plan)
    {
        if (plan.TensorParallel < 1 || plan.PipelineParallel < 1
            || plan.ExpertParallel < 1 || plan.DataParallel < 1)
        {
            return "tensor, pipeline, expert and data parallelism are each at least 1, "
                + $"but the plan says {plan.TensorParallel}, {plan.PipelineParallel}, "
                + $"{plan.ExpertParallel} and {plan.DataParallel}.";
        }
        if (!(plan.ExpertSkew >= 1 && double.IsFinite(plan.ExpertSkew)))
            return $"expert skew is at least 1 (even), but the plan says {plan.ExpertSkew}.";
        if (!(plan.RoutingSkew is >= 0 and <= 4))
            return $"routing skew is from 0 (even) to 4, but the plan says {plan.RoutingSkew}.";
        if (plan.PipelineParallel > model.Layers.Count)
        {
            return $"pipeline parallelism {plan.PipelineParallel} needs as many layers, "
                + $"but {model.Id} has {model.Layers.Count}.";
        }
        if (plan.PipelineParallel > 1 && model.HasEncoder)
        {
            return $"pipeline parallelism {plan.PipelineParallel} is not defined for "
                + $"{model.Id}: every decoder layer reads the encoder's output; use 1.";
        }
        if (plan.ExpertParallel > 1 && !model.HasExperts)
        {
            return $"expert parallelism {plan.ExpertParallel} needs routed experts, "
                + $"but {model.Id} has 0; use 1.";
        }
        if (plan.ExpertSkew != 1 && !model.HasExperts)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"expert skew {plan.ExpertSkew} needs routed experts, but {model.Id} has 0; "
                + $"use 1.");
        }
        if (plan.ExpertSkew > plan.ExpertParallel)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"expert skew {plan.ExpertSkew} is more than expert parallelism "
                + $"{plan.ExpertParallel}: the busiest of {plan.ExpertParallel} has at most all "
                + $"of the load; raise the one or lower the other.");
        }
        var layers = model.Layers.Concat(model.EncoderLayers)
            .Concat(model.Vision?.Layers ?? []).Distinct();
        return layers.Select(layer => Layer(model, plan, layer)).FirstOrDefault(p => p is not null);
    }

    private static string? Layer(ModelConfig model, ParallelismPlan plan, LayerShape layer)
    {
        var tp = plan.TensorParallel;
        var mixer = layer.Mixer switch
        {
            AttentionShape a =>
                Divides(model, tp, a.Heads, "attention heads") ?? KvHeads(model, tp, a),
            LatentAttentionShape l => Divides(model, tp, l.Heads, "attention heads"),
            MambaShape m => Divides(model, tp, m.Inner, "state-space channels"),
            Mamba2Shape m => Divides(model, tp, m.Heads, "state-space heads"),
            DeltaShape d => Divides(model, tp, d.KeyHeads, "linear-attention key heads"),
            _ => null,
        };
        return mixer ?? layer.FeedForward switch
        {
            DenseMlp mlp => Divides(model, tp, mlp.Intermediate, "MLP channels"),
            ExpertMlp moe => Experts(model, plan, moe),
            _ => null,
        };
    }

    private static string? Divides(ModelConfig model, int tp, int count, string what) =>
        count % tp == 0
            ? null
            : $"tensor parallelism {tp} does not divide the {count} {what} of {model.Id}.";

    private static string? KvHeads(ModelConfig model, int tp, AttentionShape a) =>
        a.KvHeads % tp == 0 || tp % a.KvHeads == 0
            ? null
            : $"tensor parallelism {tp} neither divides nor is a multiple of the {a.KvHeads} "
                + $"key/value heads of {model.Id}.";

    private static string? Experts(ModelConfig model, ParallelismPlan plan, ExpertMlp moe)
    {
        var ranks = plan.TensorParallel * plan.DataParallel;
        if (ranks % plan.ExpertParallel != 0)
        {
            return $"expert parallelism {plan.ExpertParallel} does not divide the {ranks} ranks "
                + "of tensor × data parallelism.";
        }
        if (moe.Experts % plan.ExpertParallel != 0)
        {
            return $"expert parallelism {plan.ExpertParallel} does not divide the {moe.Experts} "
                + $"experts of {model.Id}.";
        }
        var shards = ranks / plan.ExpertParallel;
        if (moe.Intermediate % shards != 0)
        {
            return $"{shards} ranks share each expert, which does not divide the "
                + $"{moe.Intermediate} channels of an expert of {model.Id}.";
        }
        return Divides(
            model, plan.TensorParallel, moe.SharedIntermediate, "shared expert channels");
    }
}
