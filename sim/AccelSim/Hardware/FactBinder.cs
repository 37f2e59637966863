using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Reads facts: <c>3.35 TB/s @key</c>.</summary>
internal sealed class FactBinder : IValueBinder
{
    private readonly Dictionary<ConfigNode, BoundFact> _facts =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>The facts read so far, by where they stand.</summary>
    public IReadOnlyDictionary<ConfigNode, BoundFact> Facts => _facts;

    /// <inheritdoc/>
    public bool Handles(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Fact<>);

    /// <inheritdoc/>
    public string Expectation(Type type) => Quantity(type).Expectation;

    /// <inheritdoc/>
    public object? Bind(BindingTarget target, BindingSession session)
    {
        var node = target.Node;
        var reader = Quantity(target.Type);
        if (reader.TextOf(node) is not { } written)
        {
            return session.Fail(
                node, $"expected {reader.Expectation}, but found {node.Describe()}.");
        }
        var (text, key) = Split(written);
        if (key is not null && !node.Origin.Sources.ContainsKey(key))
            session.Fail(node, SourcedTree.UnknownKey(key, node.Origin));
        if (reader.Read(text, node, target.Limits, session) is not { } value) return null;
        var source = SourceTag.Of(node, text, key);
        _facts[node] = new(source, reader, reader.BaseValue(value));
        return Activator.CreateInstance(target.Type, value, source);
    }

    /// <summary>Parts a leaf's text from the key of its source.</summary>
    public static (string Text, string? Key) Split(string written)
    {
        var at = written.LastIndexOf('@');
        return at < 0 ? (written, null) : (written[..at].TrimEnd(), written[(at + 1)..].Trim());
    }

    private static QuantityReader Quantity(Type fact) =>
        QuantityReader.For(fact.GetGenericArguments()[0])!;
}

/// <summary>A fact as it was read.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Reader">The reader of its kind of quantity.</param>
/// <param name="Value">Its amount in the base unit.</param>
internal sealed record BoundFact(FactSource Source, QuantityReader Reader, double Value);
