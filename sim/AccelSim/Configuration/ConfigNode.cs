using Newtonsoft.Json.Linq;

namespace AccelSim.Configuration;

/// <summary>A value of a JSON file that remembers where it was written. Immutable.</summary>
/// <remarks>
/// A tree may hold values of several files: one that extends another is laid over it.
/// Exactly one of <see cref="Members"/>, <see cref="Items"/>, <see cref="Scalar"/> is there.
/// </remarks>
public sealed record ConfigNode
{
    /// <summary>The file it was written in.</summary>
    public required ConfigOrigin Origin { get; init; }

    /// <summary>Line in that file, from 1; 0 where unknown.</summary>
    public required int Line { get; init; }

    /// <summary>JSON path in that file.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// What covers facts below that name no source of their own; null where nothing.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>The members of an object, in the order of the file.</summary>
    public IReadOnlyDictionary<string, ConfigNode>? Members { get; init; }

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<ConfigNode>? Items { get; init; }

    /// <summary>A text, number, boolean or null.</summary>
    public JValue? Scalar { get; init; }

    /// <summary>Whether it is JSON's null.</summary>
    public bool IsNull => Scalar?.Type == JTokenType.Null;

    /// <summary>The text of a text value; null for every other value.</summary>
    public string? Text => Scalar?.Type == JTokenType.String ? (string?)Scalar.Value : null;

    /// <summary>Wraps a token as it is.</summary>
    public static ConfigNode Of(JToken token, ConfigOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(token);
        var node = new ConfigNode
        {
            Origin = origin,
            Line = StrictJson.Line(token),
            Path = StrictJson.Path(token),
        };
        return token switch
        {
            JObject members => node with
            {
                Members = members.Properties().ToDictionary(
                    member => member.Name, member => Of(member.Value, origin)),
            },
            JArray items => node with { Items = [.. items.Select(item => Of(item, origin))] },
            _ => node with { Scalar = (JValue)token },
        };
    }

    /// <summary>What the value is, as an error message says it.</summary>
    public string Describe() => Members is not null
        ? "an object"
        : Items is not null ? "a list" : StrictJson.Describe(Scalar!);

    /// <summary>An error at this value.</summary>
    public ConfigException Error(string problem) => new(Origin.File, Line, Path, problem);

    /// <summary>The value at a path of member names, or null where there is none.</summary>
    public ConfigNode? Find(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var node = this;
        foreach (var name in names)
        {
            if (node.Members is null || !node.Members.TryGetValue(name, out var next)) return null;
            node = next;
        }
        return node;
    }
}
