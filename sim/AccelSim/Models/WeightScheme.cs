using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>How a checkpoint's weights are quantised.</summary>
/// <param name="Name">The <c>quant_method</c>, such as <c>awq</c>.</param>
/// <param name="Linear">Attention and dense MLP weights; null where they are left alone.</param>
/// <param name="Experts">Expert weights; null where they are left alone.</param>
/// <param name="Compute">
/// Format of the products where activations are quantised too; null where weights are expanded to
/// the activations' format (weight-only schemes).
/// </param>
public sealed record WeightScheme(
    string Name, StorageFormat? Linear, StorageFormat? Experts, NumberFormat? Compute);
