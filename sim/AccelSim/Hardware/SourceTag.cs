using AccelSim.Configuration;

namespace AccelSim.Hardware;

/// <summary>
/// Reads what a fact rests on: <c>datasheet: NVIDIA H100 whitepaper, table 3</c>.
/// </summary>
internal static class SourceTag
{
    /// <summary>What stands for facts that name no source.</summary>
    public const string None = "no source given";

    /// <summary>Splits a source text; says what is wrong with it otherwise.</summary>
    public static (Provenance Tag, string Reference, string? Problem) Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : text[..colon].Trim();
        foreach (var tag in Enum.GetValues<Provenance>())
        {
            if (JsonNames.Of(tag.ToString()) != name) continue;
            var reference = text[(colon + 1)..].Trim();
            return (tag, reference, reference.Length > 0
                ? null
                : $"\"{text}\" names no document; write it as \"{name}: document, page\".");
        }
        var problem = $"\"{text}\" does not say what it rests on; write it as "
            + "\"datasheet: document, page\" (or measured, calibrated, transferred, assumed).";
        return (Provenance.Assumed, text, problem);
    }

    /// <summary>The source of a leaf, from its key or the block around it.</summary>
    /// <param name="node">The leaf.</param>
    /// <param name="text">Its text, without the key.</param>
    /// <param name="key">The key after <c>@</c>; null takes the block's.</param>
    public static FactSource Of(ConfigNode node, string text, string? key)
    {
        key ??= node.Source;
        if (key is null || !node.Origin.Sources.TryGetValue(key, out var source))
        {
            return new(
                Provenance.Assumed, None, node.Origin.File, node.Line, node.Path, text);
        }
        var (tag, reference, _) = Parse(source);
        return new(tag, reference, node.Origin.File, node.Line, node.Path, text);
    }
}
