using System.Reflection;
using System.Text.RegularExpressions;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Configuration;

/// <summary>
/// Writes JSON Schema (draft 2020-12) for records that <see cref="RecordBinder"/> reads.
/// </summary>
/// <param name="describe">The description of a type or property; null where it has none.</param>
/// <param name="special">
/// The schema of a type that the binder does not know by itself; null for all others.
/// </param>
/// <param name="hasSources">Whether every object may hold a <c>source</c>.</param>
/// <remarks>
/// Every record has two definitions: whole, and partial for files that extend another, in which
/// nothing is required and null removes.
/// </remarks>
public sealed class JsonSchema(
    Func<MemberInfo, string?> describe, Func<JsonSchema, SchemaRequest, JObject?> special,
    bool hasSources)
{
    private readonly SortedDictionary<string, JObject> _definitions =
        new(StringComparer.Ordinal);

    /// <summary>The definitions that references so far point to.</summary>
    public JObject Definitions() => new(_definitions.Select(
        definition => new JProperty(definition.Key, definition.Value)));

    /// <summary>A reference to the definition of a type, which is made if need be.</summary>
    public JObject Reference(Type type, bool isPartial)
    {
        ArgumentNullException.ThrowIfNull(type);
        var name = (isPartial ? "partial" : "") + type.Name;
        return Define(name, () => Record(type, isPartial));
    }

    /// <summary>A reference to a definition of that name.</summary>
    public JObject Define(string name, Func<JObject> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (!_definitions.ContainsKey(name))
        {
            // Put in before it is made, so that a type may refer to itself.
            _definitions.Add(name, []);
            _definitions[name] = make();
        }
        return new JObject { ["$ref"] = "#/$defs/" + name };
    }

    /// <summary>An object with the members of a record.</summary>
    public JObject Record(Type type, bool isPartial)
    {
        ArgumentNullException.ThrowIfNull(type);
        var shape = RecordShape.Of(type);
        var properties = new JObject();
        foreach (var member in shape.Members)
        {
            var schema = Value(new(member.Type, isPartial, member));
            if (member.Property is { } property && describe(property) is { } text)
                schema["description"] = text;
            if (isPartial && !member.Required)
                schema = new JObject { ["anyOf"] = new JArray(schema, Null()) };
            properties.Add(member.Name, schema);
        }
        if (hasSources) properties["source"] = SourceKey();
        var record = new JObject { ["type"] = "object" };
        if (describe(type) is { } summary) record["description"] = summary;
        record["properties"] = properties;
        var required = shape.Members.Where(member => member.Required).Select(one => one.Name);
        if (!isPartial && required.Any()) record["required"] = new JArray(required);
        record["additionalProperties"] = false;
        return record;
    }

    /// <summary>The schema of a quantity, with or without the key of a source behind it.</summary>
    public JObject Quantity(Type type, bool hasKey)
    {
        var dimension = QuantityReader.For(type)!.Dimension;
        return Define((hasKey ? "factOf" : "") + type.Name, () =>
        {
            var units = string.Join('|', dimension.Units.Keys.Select(Regex.Escape));
            var key = hasKey ? "(\\s*@\\s*\\S+)?" : "";
            return new JObject
            {
                ["type"] = dimension.Symbol.Length == 0
                    ? new JArray("string", "number")
                    : "string",
                ["pattern"] = $"^\\s*[+]?[0-9.]+([eE][+-]?[0-9]+)?\\s*({units}){key}\\s*$",
                ["examples"] = new JArray(dimension.Example),
            };
        });
    }

    /// <summary>The schema of any value.</summary>
    public JObject Value(SchemaRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var type = Nullable.GetUnderlyingType(request.Type) ?? request.Type;
        request = request with { Type = type };
        if (special(this, request) is { } own) return own;
        if (QuantityReader.For(type) is not null) return Quantity(type, hasKey: false);
        if (type.IsEnum) return new JObject { ["enum"] = new JArray(JsonNames.OfEnum(type)) };
        if (BindingSession.MapTypes(type) is var (key, value)) return Map(key, value, request);
        if (BindingSession.ItemType(type) is { } item)
        {
            return new JObject
            {
                ["type"] = "array", ["items"] = Value(request with { Type = item }),
            };
        }
        if (type == typeof(string)) return new JObject { ["type"] = "string", ["minLength"] = 1 };
        if (type == typeof(bool)) return new JObject { ["type"] = "boolean" };
        return type.IsPrimitive ? Number(type, request) : Reference(type, request.IsPartial);
    }

    private JObject Map(Type key, Type value, SchemaRequest request)
    {
        var item = Value(request with { Type = value });
        if (request.IsPartial) item = new JObject { ["anyOf"] = new JArray(item, Null()) };
        var map = new JObject { ["type"] = "object" };
        if (key.IsEnum)
        {
            var names = JsonNames.OfEnum(key).Concat(hasSources ? ["source"] : []);
            map["propertyNames"] = Define(
                JsonNames.Of(key.Name) + "Name",
                () => new JObject { ["enum"] = new JArray(names) });
        }
        if (hasSources) map["properties"] = new JObject { ["source"] = SourceKey() };
        map["additionalProperties"] = item;
        return map;
    }

    private static JObject Number(Type type, SchemaRequest request)
    {
        var schema = new JObject { ["type"] = type == typeof(double) ? "number" : "integer" };
        if (request.Member?.Limits is not { } limits) return schema;
        if (double.IsFinite(limits.AtLeast)) schema["minimum"] = limits.AtLeast;
        if (double.IsFinite(limits.AtMost)) schema["maximum"] = limits.AtMost;
        if (double.IsFinite(limits.MoreThan)) schema["exclusiveMinimum"] = limits.MoreThan;
        return schema;
    }

    private static JObject Null() => new() { ["type"] = "null" };

    private JObject SourceKey() => Define("sourceKey", () => new JObject
    {
        ["type"] = "string",
        ["description"] = "A key of \"sources\": what the facts below rest on.",
    });
}

/// <summary>A value whose schema is asked for.</summary>
/// <param name="Type">What it becomes.</param>
/// <param name="IsPartial">Whether the file may leave members to the one that it extends.</param>
/// <param name="Member">The member it belongs to.</param>
public sealed record SchemaRequest(Type Type, bool IsPartial, RecordMember Member);
