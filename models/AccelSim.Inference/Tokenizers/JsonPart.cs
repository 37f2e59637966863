using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tokenizers;

/// <summary>An object of a tokenizer.json, read member by member.</summary>
internal sealed record JsonPart(JObject Json, string File)
{
    /// <summary>What kind of part it is.</summary>
    public string Type => Text("type");

    public string Text(string name) => TextOrNull(name)
        ?? throw Error(name, "is missing; a text is expected.");

    public string? TextOrNull(string name) => Json[name] switch
    {
        null or { Type: JTokenType.Null } => null,
        JValue { Value: string text } => text,
        var other => throw Wrong(other, "a text"),
    };

    public bool Flag(string name, bool other = false) => Json[name] switch
    {
        null or { Type: JTokenType.Null } => other,
        JValue { Value: bool flag } => flag,
        var found => throw Wrong(found, "true or false"),
    };

    public long? WholeOrNull(string name) => Json[name] switch
    {
        null or { Type: JTokenType.Null } => null,
        JValue { Value: long number } => number,
        var other => throw Wrong(other, "a whole number"),
    };

    /// <summary>One of some texts.</summary>
    public string Choice(string name, string other, params string[] known)
    {
        var text = TextOrNull(name) ?? other;
        return known.Contains(text) ? text : throw Unknown(name, text, known);
    }

    public JsonPart? PartOrNull(string name) => Json[name] switch
    {
        null or { Type: JTokenType.Null } => null,
        JObject inner => new(inner, File),
        var other => throw Wrong(other, "an object"),
    };

    /// <summary>Objects of a list; none where the list is missing.</summary>
    public IEnumerable<JsonPart> Parts(string name) => Items(name).Select(item =>
        item is JObject inner ? new JsonPart(inner, File) : throw Wrong(item, "an object"));

    public IEnumerable<JToken> Items(string name) => Json[name] switch
    {
        null or { Type: JTokenType.Null } => [],
        JArray list => list,
        var other => throw Wrong(other, "a list"),
    };

    public ConfigException Unknown(string name, string found, params string[] known) =>
        Error(name, $"\"{found}\" is not understood; known are {string.Join(", ", known)}.");

    public ConfigException Error(string name, string problem) =>
        Json[name] is { } token
            ? StrictJson.Error(token, File, problem)
            : new(File, StrictJson.Line(Json), StrictJson.Path(Json) + "." + name, problem);

    public ConfigException Wrong(JToken token, string expected) => StrictJson.Error(
        token, File, $"expected {expected}, but found {StrictJson.Describe(token)}.");
}
