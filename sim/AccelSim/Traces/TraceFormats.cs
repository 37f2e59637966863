using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;
using Newtonsoft.Json;

namespace AccelSim.Traces;

/// <summary>The formats that an engine really ran.</summary>
public sealed record TraceFormats
{
    /// <summary>Weights of attention, MLP and experts, such as <c>bf16</c>.</summary>
    public required string Weights { get; init; }

    /// <summary>Bits of each of those numbers, scales included.</summary>
    [Limits(MoreThan = 0, AtMost = 64)]
    public required double WeightBits { get; init; }

    /// <summary>Embedding table and output head.</summary>
    public required string Embedding { get; init; }

    /// <summary>Bits of each of those numbers.</summary>
    [Limits(MoreThan = 0, AtMost = 64)]
    public required double EmbeddingBits { get; init; }

    /// <summary>Activations.</summary>
    public required string Activations { get; init; }

    /// <summary>
    /// Products of weights and activations of linear layers; null: as activations.
    /// </summary>
    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public string? Products { get; init; }

    /// <summary>Products of attention and of the output head; null: as activations.</summary>
    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public string? Attention { get; init; }

    /// <summary>Entries of the KV cache.</summary>
    public required string Kv { get; init; }

    /// <summary>Bits of each of those numbers, scales included; null: the format's own.</summary>
    [Limits(MoreThan = 0, AtMost = 64)]
    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public double? KvBits { get; init; }

    /// <summary>The formats of a plan.</summary>
    public static TraceFormats Of(FormatPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new TraceFormats
        {
            Weights = FormatNames.Of(plan.Linear.Format),
            WeightBits = plan.Linear.BitsPerElement,
            Embedding = FormatNames.Of(plan.Embedding.Format),
            EmbeddingBits = plan.Embedding.BitsPerElement,
            Activations = FormatNames.Of(plan.Activation),
            Products = Other(plan.LinearCompute),
            Attention = Other(plan.AttentionCompute),
            Kv = FormatNames.Of(plan.Kv),
            KvBits = plan.KvBits,
        };

        string? Other(NumberFormat format) =>
            format == plan.Activation ? null : FormatNames.Of(format);
    }

    /// <summary>The same as cost models read them.</summary>
    /// <param name="file">The trace, for messages.</param>
    /// <exception cref="ConfigException">A name is not known.</exception>
    public FormatPlan Plan(string file)
    {
        NumberFormat Named(string name, string member)
        {
            foreach (var format in Enum.GetValues<NumberFormat>())
            {
                if (FormatNames.Of(format) == name) return format;
            }
            throw new ConfigException(file, 1, "$.formats." + member,
                $"\"{name}\" is no format; write one such as \"bf16\".");
        }
        var weights = new StorageFormat(Named(Weights, "weights"), WeightBits);
        var products = Named(Products ?? Activations, "products");
        return FormatPlan.Unquantised(Named(Activations, "activations")) with
        {
            Linear = weights,
            Experts = weights,
            LinearCompute = products,
            ExpertCompute = products,
            AttentionCompute = Named(Attention ?? Activations, "attention"),
            Embedding = new StorageFormat(Named(Embedding, "embedding"), EmbeddingBits),
            Kv = Named(Kv, "kv"),
            KvBits = KvBits,
        };
    }
}
