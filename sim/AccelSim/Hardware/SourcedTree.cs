using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Hardware;

/// <summary>Reads a file of facts into a tree whose leaves know their source.</summary>
/// <remarks>
/// The members <c>$schema</c>, <c>sources</c> and <c>source</c> are used up; what is left is data.
/// </remarks>
internal static class SourcedTree
{
    /// <summary>Reads one file; <c>extends</c> is still a member of the result.</summary>
    /// <exception cref="ConfigException">It is no JSON object, or a source is wrong.</exception>
    public static ConfigNode Read(string text, string file)
    {
        var root = StrictJson.ReadObject(text, file);
        var sources = ReadSources(root, file);
        return Cover(root, new ConfigOrigin(file, sources), null);
    }

    private static Dictionary<string, string> ReadSources(JObject root, string file)
    {
        var sources = new Dictionary<string, string>();
        if (root["sources"] is not { } token) return sources;
        if (token is not JObject map)
        {
            throw StrictJson.Error(token, file,
                "expected an object of sources by key, such as {\"ds\": \"datasheet: …\"}, "
                    + $"but found {StrictJson.Describe(token)}.");
        }
        foreach (var (key, value) in map)
        {
            if (value is not JValue { Value: string source })
            {
                throw StrictJson.Error(value!, file,
                    "expected text, such as \"datasheet: document, page\", "
                        + $"but found {StrictJson.Describe(value!)}.");
            }
            if (SourceTag.Parse(source).Problem is { } problem)
                throw StrictJson.Error(value, file, problem);
            sources.Add(key, source);
        }
        return sources;
    }

    private static ConfigNode Cover(JToken token, ConfigOrigin origin, string? source)
    {
        var node = new ConfigNode
        {
            Origin = origin,
            Line = StrictJson.Line(token),
            Path = StrictJson.Path(token),
            Source = source,
        };
        switch (token)
        {
            case JObject members:
                var inner = members["source"] is { } own ? Key(own, origin) : source;
                var isRoot = node.Path == "$";
                return node with
                {
                    Members = members.Properties()
                        .Where(member => member.Name != "source"
                            && !(isRoot && member.Name is "sources" or "$schema"))
                        .ToDictionary(
                            member => member.Name,
                            member => Cover(member.Value, origin, inner)),
                };
            case JArray items:
                return node with
                {
                    Items = [.. items.Select(item => Cover(item, origin, source))],
                };
            default:
                return node with { Scalar = (JValue)token };
        }
    }

    private static string Key(JToken token, ConfigOrigin origin)
    {
        if (token is not JValue { Value: string key })
        {
            throw StrictJson.Error(token, origin.File,
                $"expected a key of \"sources\", but found {StrictJson.Describe(token)}.");
        }
        return origin.Sources.ContainsKey(key)
            ? key
            : throw StrictJson.Error(token, origin.File, UnknownKey(key, origin));
    }

    /// <summary>What to say about a key that <c>sources</c> lacks.</summary>
    public static string UnknownKey(string key, ConfigOrigin origin) => key.Length == 0
        ? "nothing stands behind \"@\"; name a key of \"sources\"."
        : $"\"{key}\" is not in this file's \"sources\"; "
            + NearestName.Hint(key, [.. origin.Sources.Keys]);
}
