using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Hardware;

/// <summary>The part of JSON Schema that our schemas use; unknown keywords are refused.</summary>
internal sealed class MiniValidator(JObject schema)
{
    /// <summary>What does not fit, as "path: problem"; empty where the value is fine.</summary>
    public IReadOnlyList<string> Validate(JToken value) => [.. Check(value, schema)];

    private IEnumerable<string> Check(JToken value, JToken rule)
    {
        if (rule.Type == JTokenType.Boolean)
            return (bool)rule ? [] : [$"{value.Path}: not allowed"];
        return ((JObject)rule).Properties().SelectMany(keyword =>
            Check(value, (JObject)rule, keyword.Name, keyword.Value));
    }

    private IEnumerable<string> Check(JToken value, JObject rule, string keyword, JToken given) =>
        keyword switch
        {
            "$schema" or "title" or "description" or "examples" or "$defs" => [],
            "then" or "else" => [],
            "$ref" => Check(value, schema.SelectToken(
                "['$defs']['" + ((string)given!)["#/$defs/".Length..] + "']")!),
            "if" => Fits(value, given)
                ? rule["then"] is { } then ? Check(value, then) : []
                : rule["else"] is { } other ? Check(value, other) : [],
            "allOf" => given.SelectMany(each => Check(value, each)),
            "anyOf" => given.Any(each => Fits(value, each))
                ? []
                : [$"{value.Path}: fits none: "
                    + string.Join(" | ", given.Select(each => Check(value, each).First()))],
            "const" => JToken.DeepEquals(value, given) ? [] : [$"{value.Path}: is not {given}"],
            "enum" => given.Any(each => JToken.DeepEquals(each, value))
                ? []
                : [$"{value.Path}: is none of the names"],
            "type" => (given is JArray types ? types.AsEnumerable() : [given])
                .Any(type => IsType(value, (string)type!)) ? [] : [$"{value.Path}: is no {given}"],
            "pattern" => value.Type != JTokenType.String
                || Regex.IsMatch((string)value!, (string)given!)
                    ? []
                    : [$"{value.Path}: \"{value}\" does not match"],
            "minLength" => value.Type != JTokenType.String || ((string)value!).Length >= (int)given
                ? []
                : [$"{value.Path}: too short"],
            "minimum" => (double)value >= (double)given ? [] : [$"{value.Path}: too small"],
            "maximum" => (double)value <= (double)given ? [] : [$"{value.Path}: too large"],
            "required" => value is not JObject members
                ? []
                : given.Where(name => !members.ContainsKey((string)name!))
                    .Select(name => $"{value.Path}: lacks {name}"),
            "properties" => value is not JObject members
                ? []
                : members.Properties().Where(one => given[one.Name] is not null)
                    .SelectMany(one => Check(one.Value, given[one.Name]!)),
            "additionalProperties" => value is not JObject members
                ? []
                : members.Properties().Where(one => rule["properties"]?[one.Name] is null)
                    .SelectMany(one => Check(one.Value, given)),
            "propertyNames" => value is not JObject members
                ? []
                : members.Properties().SelectMany(one => Check(new JValue(one.Name), given)),
            "items" => value is not JArray items ? [] : items.SelectMany(one => Check(one, given)),
            _ => throw new NotSupportedException(keyword),
        };

    private bool Fits(JToken value, JToken rule) => !Check(value, rule).Any();

    private static bool IsType(JToken value, string type) => type switch
    {
        "object" => value.Type == JTokenType.Object,
        "array" => value.Type == JTokenType.Array,
        "string" => value.Type == JTokenType.String,
        "boolean" => value.Type == JTokenType.Boolean,
        "null" => value.Type == JTokenType.Null,
        "integer" => value.Type == JTokenType.Integer,
        "number" => value.Type is JTokenType.Integer or JTokenType.Float,
        _ => throw new NotSupportedException(type),
    };
}
