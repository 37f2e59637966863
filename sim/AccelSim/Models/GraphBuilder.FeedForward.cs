using AccelSim.Units;

namespace AccelSim.Models;

internal sealed partial class GraphBuilder
{
    private void FeedForward(Stack stack, FeedForward shape, int count)
    {
        switch (shape)
        {
            case DenseMlp mlp:
                Mlp(stack, "mlp", mlp, count, Dense(stack));
                AllReduce(stack, "mlp.all_reduce", count);
                break;
            case ExpertMlp experts:
                Experts(stack, experts, count);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Mlp(Stack stack, string name, DenseMlp mlp, int count, WeightUse weight)
    {
        long inner = mlp.Intermediate / _tp;
        var up = mlp.Gated ? 2 * inner : inner;
        var prefix = stack.Prefix + name;
        Linear(prefix + (mlp.Gated ? ".gate_up_proj" : ".up_proj"), count, stack.Rows, up,
            stack.Width, weight with { Bias = mlp.Bias ? up : 0 });
        ElementWise(prefix + ".activation", count, stack.Rows, up, inner,
            inner * VectorWork.Activation);
        if (mlp.InnerNorm)
            Norm(stack, name + ".inner_norm", count, NormKind.Rms, inner, residual: false);
        Linear(prefix + ".down_proj", count, stack.Rows, stack.Width, inner,
            weight with { Bias = mlp.Bias ? stack.Width : 0 });
    }

    private void Experts(Stack stack, ExpertMlp moe, int count)
    {
        var ranks = _tp * plan.DataParallel;
        var ep = plan.ExpertParallel;
        var split = new ExpertSplit(
            moe.Experts, moe.PerToken, moe.Experts / ep, ranks / ep, plan.ExpertSkew,
            plan.RoutingSkew);
        Linear(stack.Prefix + "moe.router", count, stack.Rows, moe.Experts, stack.Width,
            Plain(moe.RouterBias ? moe.Experts : 0));
        ElementWise(stack.Prefix + "moe.top_k", count, stack.Rows, moe.Experts, 2L * moe.PerToken,
            (long)VectorWork.Softmax * moe.Experts);
        if (moe.SharedIntermediate > 0)
            SharedExperts(stack, moe, count);
        Exchange(stack, count, split, outward: true);
        ExpertProducts(stack, moe, split, count);
        Exchange(stack, count, split, outward: false);
    }

    private void SharedExperts(Stack stack, ExpertMlp moe, int count)
    {
        if (moe.SharedGate)
            Linear(stack.Prefix + "moe.shared_gate", count, stack.Rows, 1, stack.Width, Plain());
        Mlp(stack, "moe.shared", new DenseMlp(moe.SharedIntermediate, moe.Gated, false), count,
            new WeightUse(formats.Experts, formats.ExpertCompute));
        // Where ranks sum, one sum serves routed and shared experts alike.
        if (plan.ExpertParallel > 1 && plan.DataParallel > 1)
            AllReduce(stack, "moe.shared.all_reduce", count);
    }

    private void ExpertProducts(Stack stack, ExpertMlp moe, ExpertSplit split, int count)
    {
        // A rank gets at most every token at each of its experts, however skewed the load.
        var perRank = (double)moe.PerToken * plan.ExpertSkew / plan.ExpertParallel;
        var rows = new Rows(
            RowSource.ExpertTokens, Math.Min(perRank, Math.Min(moe.PerToken, split.Local)));
        long inner = moe.Intermediate / split.Shards;
        var up = moe.Gated ? 2 * inner : inner;
        Grouped("moe.gate_up_proj", up, stack.Width, moe.Bias ? up : 0);
        ElementWise(stack.Prefix + "moe.activation", count, rows, up, inner,
            inner * VectorWork.Activation);
        Grouped("moe.down_proj", stack.Width, inner, moe.Bias ? stack.Width : 0);
        ElementWise(stack.Prefix + "moe.weighted_sum", count, rows, stack.Width,
            Share(stack.Width, moe.PerToken), 2L * stack.Width);

        void Grouped(string name, long n, long k, long bias) =>
            Add(stack.Prefix + name, count, (unique, times) => new ExpertTemplate(
                unique, times, rows, split, n, k,
                new WeightUse(formats.Experts, formats.ExpertCompute, bias),
                formats.Activation));
    }

    /// <summary>
    /// Brings tokens to their experts or results back. Expert-parallel ranks of several engines
    /// exchange only what each needs; else data-parallel ranks gather all tokens, and
    /// tensor-parallel ranks, who hold every token, sum what their experts or shares made of it.
    /// </summary>
    private void Exchange(Stack stack, int count, ExpertSplit split, bool outward)
    {
        if (plan.ExpertParallel > 1 && plan.DataParallel > 1)
        {
            // Tensor-parallel ranks all hold every token and send a share each.
            var copies = RanksVisited(split) * split.Shards / _tp;
            Collective(stack.Prefix + (outward ? "moe.dispatch" : "moe.combine"), count,
                OperatorKind.AllToAll, stack.Rows with { Factor = copies }, stack.Width,
                _tp * plan.DataParallel, CommunicationGroup.Expert);
            if (!outward && _tp > 1)
            {
                Collective(stack.Prefix + "moe.all_gather", count, OperatorKind.AllGather,
                    stack.Rows, stack.Width, _tp, CommunicationGroup.Tensor);
            }
            return;
        }
        if (plan.DataParallel > 1)
        {
            Collective(stack.Prefix + (outward ? "moe.all_gather" : "moe.reduce_scatter"), count,
                outward ? OperatorKind.AllGather : OperatorKind.ReduceScatter,
                new Rows(RowSource.ExpertTokens), stack.Width, plan.DataParallel,
                CommunicationGroup.Expert);
        }
        if (!outward)
            AllReduce(stack, "moe.all_reduce", count);
    }

    /// <summary>
    /// Groups of experts that a token visits on average: a group is missed when all k choices,
    /// drawn without replacement, fall on the other groups.
    /// </summary>
    private double RanksVisited(ExpertSplit split)
    {
        var missed = 1.0;
        for (var choice = 0; choice < split.PerToken; choice++)
        {
            missed *= Math.Max(0.0, split.Experts - split.Local - choice)
                / (split.Experts - choice);
        }
        return plan.ExpertParallel * (1 - missed);
    }
}
