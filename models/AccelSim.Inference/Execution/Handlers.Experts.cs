using System.Numerics.Tensors;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

internal static unsafe partial class Handlers
{
    /// <summary>Chooses experts and brings each token's row to them.</summary>
    private static void Route(BoundOperator own, EngineModel model, StepState state)
    {
        var moe = Experts(own, model);
        var experts = state.Experts;
        var choices = state.Rows * moe.PerToken;
        var chosen = new int[choices];
        experts.Weights = new float[choices];
        state.Pool.Rows(state.Rows, 8 * moe.Experts, row => Choose(
            experts.Scores[row], chosen.AsSpan(row * moe.PerToken, moe.PerToken),
            experts.Weights.AsSpan(row * moe.PerToken, moe.PerToken),
            model.Numerics.NormaliseExperts));
        experts.Starts = new int[moe.Experts + 1];
        foreach (var expert in chosen) experts.Starts[expert + 1]++;
        for (var i = 0; i < moe.Experts; i++) experts.Starts[i + 1] += experts.Starts[i];
        var next = experts.Starts.ToArray();
        experts.Places = new int[choices];
        experts.Tokens = new int[choices];
        for (var i = 0; i < choices; i++)
        {
            experts.Places[i] = next[chosen[i]]++;
            experts.Tokens[experts.Places[i]] = i / moe.PerToken;
        }
        experts.Input.Take(choices, state.Normed.Width);
        for (var i = 0; i < choices; i++)
            state.Normed[experts.Tokens[i]].CopyTo(experts.Input[i]);
    }

    private static void Choose(
        Span<float> scores, Span<int> chosen, Span<float> weights, bool normalise)
    {
        TensorPrimitives.SoftMax<float>(scores, scores);
        RowKernels.TopK(scores, chosen);
        var sum = 0f;
        for (var i = 0; i < chosen.Length; i++) sum += weights[i] = scores[chosen[i]];
        if (normalise) TensorPrimitives.Divide(weights, sum, weights);
    }

    private static void RunExperts(BoundOperator own, StepState state, Slot from, Slot to)
    {
        var width = (int)own.Sizes.N;
        var experts = state.Experts;
        var y = to.Take(experts.Tokens.Length, width);
        for (var i = 0; i < own.Matrices.Count; i++)
        {
            var first = experts.Starts[i];
            Kernels.Linear.Run(
                state.Pool, own.Matrices[i], from.Data + (long)first * from.Width, from.Width,
                experts.Starts[i + 1] - first, y + (long)first * width, width);
        }
    }

    private static void SumExperts(BoundOperator own, EngineModel model, StepState state)
    {
        var moe = Experts(own, model);
        var perToken = moe.PerToken;
        var experts = state.Experts;
        var width = experts.Output.Width;
        state.Delta.Take(state.Rows, width);
        state.Pool.Rows(state.Rows, 2 * perToken * width, row =>
        {
            var sum = state.Delta[row];
            if (moe.SharedIntermediate > 0) TakeShared(state.Experts, moe, row, sum);
            else sum.Clear();
            for (var i = row * perToken; i < (row + 1) * perToken; i++)
            {
                TensorPrimitives.MultiplyAdd(
                    experts.Output[experts.Places[i]], experts.Weights[i], sum, sum);
            }
        });
        state.HasDelta = true;
    }

    /// <summary>What all tokens go through, times the gate's sigmoid where there is one.</summary>
    private static void TakeShared(ExpertRows experts, ExpertMlp moe, int row, Span<float> sum)
    {
        var weight = moe.SharedGate ? 1 / (1 + MathF.Exp(-experts.SharedGate[row][0])) : 1;
        TensorPrimitives.Multiply(experts.Shared[row], weight, sum);
    }

    private static ExpertMlp Experts(BoundOperator own, EngineModel model) =>
        (ExpertMlp)model.Shape.Layers[own.Layer].FeedForward!;
}
