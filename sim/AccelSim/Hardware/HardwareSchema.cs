using System.Reflection;
using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Hardware;

/// <summary>
/// The JSON Schemas of hardware files, made from the records: completion in editors.
/// </summary>
public static class HardwareSchema
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The schema of <c>hwconfigs/accelerators/*.json</c>.</summary>
    /// <param name="describe">
    /// The description of a type or property; null where it has none.
    /// </param>
    public static string Accelerator(Func<MemberInfo, string?> describe) =>
        Extendable(typeof(Accelerator), "An accelerator", describe);

    /// <summary>The schema of <c>hwconfigs/clusters/*.json</c>.</summary>
    /// <inheritdoc cref="Accelerator"/>
    public static string Cluster(Func<MemberInfo, string?> describe) =>
        Extendable(typeof(Cluster), "A cluster", describe);

    /// <summary>The schema of <c>hwconfigs/estimators.json</c>.</summary>
    /// <inheritdoc cref="Accelerator"/>
    public static string Estimators(Func<MemberInfo, string?> describe)
    {
        var schema = new JsonSchema(describe, Special, hasSources: true);
        var root = schema.Record(typeof(Estimators), isPartial: false);
        AddHead(root);
        return Text("Estimators", root, schema);
    }

    /// <summary>The schema of <c>hwconfigs/uncertainty.json</c>.</summary>
    /// <inheritdoc cref="Accelerator"/>
    public static string Uncertainty(Func<MemberInfo, string?> describe)
    {
        var schema = new JsonSchema(describe, Special, hasSources: true);
        var root = schema.Record(typeof(Uncertainty), isPartial: false);
        AddHead(root);
        return Text("Uncertainty", root, schema);
    }

    /// <summary>The schema of <c>hwconfigs/classes/*.json</c>.</summary>
    /// <inheritdoc cref="Accelerator"/>
    public static string KernelClass(Func<MemberInfo, string?> describe)
    {
        var schema = new JsonSchema(describe, Special, hasSources: true);
        var root = schema.Record(typeof(KernelClass), isPartial: false);
        AddHead(root);
        return Text("A class of kernels", root, schema);
    }

    private static string Extendable(
        Type type, string title, Func<MemberInfo, string?> describe)
    {
        var schema = new JsonSchema(describe, Special, hasSources: true);
        foreach (var isPartial in new[] { false, true })
        {
            schema.Define((isPartial ? "partial" : "") + type.Name, () =>
            {
                var record = schema.Record(type, isPartial);
                AddHead(record);
                if (isPartial)
                {
                    ((JObject)record["properties"]!)["extends"] = new JObject
                    {
                        ["type"] = "string",
                        ["description"] =
                            "The name of a shipped file, or a path relative to this one.",
                    };
                }
                if (type == typeof(Accelerator)) record["allOf"] = FabricOfClass(schema, isPartial);
                return record;
            });
        }
        var root = new JObject
        {
            ["if"] = new JObject { ["required"] = new JArray("extends") },
            ["then"] = new JObject { ["$ref"] = "#/$defs/partial" + type.Name },
            ["else"] = new JObject { ["$ref"] = "#/$defs/" + type.Name },
        };
        return Text(title, root, schema);
    }

    private static void AddHead(JObject record)
    {
        var properties = (JObject)record["properties"]!;
        properties["$schema"] = new JObject { ["type"] = "string" };
        properties["sources"] = new JObject
        {
            ["type"] = "object",
            ["description"] = "What facts rest on, by the key that stands behind them after @.",
            ["additionalProperties"] = new JObject
            {
                ["type"] = "string",
                ["pattern"] = "^\\s*("
                    + string.Join('|', JsonNames.OfEnum(typeof(Provenance))) + ")\\s*:.*\\S",
            },
        };
    }

    private static JArray FabricOfClass(JsonSchema schema, bool isPartial) => new(
        Enum.GetValues<DeviceClass>().Select(one => new JObject
        {
            ["if"] = new JObject
            {
                ["properties"] = new JObject { ["class"] = Const(one) },
                ["required"] = new JArray("class"),
            },
            ["then"] = new JObject
            {
                ["properties"] = new JObject
                {
                    ["fabric"] = schema.Reference(FabricBinder.TypeOf(one), isPartial),
                },
            },
        }));

    private static JObject Const(DeviceClass one) =>
        new() { ["const"] = JsonNames.Of(one.ToString()) };

    private static JObject? Special(JsonSchema schema, SchemaRequest request)
    {
        var type = request.Type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Fact<>))
            return schema.Quantity(type.GetGenericArguments()[0], hasKey: true);
        if (type == typeof(Accelerator))
            return new JObject { ["type"] = "string", ["examples"] = new JArray("h100-sxm") };
        if (type != typeof(Fabric)) return null;
        if (request.Member.Owner == typeof(Accelerator))
        {
            // Without a class beside it, a fabric may be of any.
            return request.IsPartial
                ? AnyOf(Enum.GetValues<DeviceClass>().Select(one =>
                    schema.Reference(FabricBinder.TypeOf(one), isPartial: true)))
                : new JObject { ["type"] = "object" };
        }
        return AnyOf(Enum.GetValues<DeviceClass>()
            .Where(one => one != DeviceClass.Edge)
            .Select(one => Engine(schema, one, request.IsPartial)));
    }

    private static JObject Engine(JsonSchema schema, DeviceClass one, bool isPartial)
    {
        var type = FabricBinder.TypeOf(one);
        return schema.Define((isPartial ? "partialEngine" : "engine") + type.Name, () =>
        {
            var engine = schema.Record(type, isPartial);
            ((JObject)engine["properties"]!).AddFirst(new JProperty("class", Const(one)));
            if (!isPartial) ((JArray)engine["required"]!).AddFirst("class");
            return engine;
        });
    }

    private static JObject AnyOf(IEnumerable<JObject> choices) =>
        new() { ["anyOf"] = new JArray(choices) };

    private static string Text(string title, JObject root, JsonSchema schema)
    {
        var whole = new JObject { ["$schema"] = Draft, ["title"] = title };
        foreach (var property in root.Properties()) whole.Add(property.Name, property.Value);
        whole["$defs"] = schema.Definitions();
        return whole.ToString().ReplaceLineEndings("\n") + "\n";
    }
}
