using System.Collections;
using Newtonsoft.Json.Linq;

namespace AccelSim.Configuration;

/// <summary>The reading of one tree: what is wrong with it is collected here.</summary>
public sealed class BindingSession(IReadOnlyList<IValueBinder> binders)
{
    private readonly List<ConfigException> _problems = [];

    /// <summary>Notes a problem at a value.</summary>
    /// <returns>Null, so that a reader can return it.</returns>
    public object? Fail(ConfigNode node, string problem)
    {
        ArgumentNullException.ThrowIfNull(node);
        _problems.Add(node.Error(problem));
        return null;
    }

    /// <summary>Throws all problems noted, in the order of their lines.</summary>
    public void ThrowIfFailed()
    {
        if (_problems.Count == 0) return;
        var file = _problems[0].File;
        throw ConfigException.Of(_problems
            .OrderBy(problem => problem.File == file ? 0 : 1)
            .ThenBy(problem => problem.Line));
    }

    /// <summary>Reads one value; reports and returns null where it is wrong.</summary>
    public object? Bind(BindingTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var type = Nullable.GetUnderlyingType(target.Type) ?? target.Type;
        target = target with { Type = type };
        var node = target.Node;
        if (node.IsNull)
            return Fail(node, $"is null; remove the member or give {Expectation(type)}.");
        foreach (var binder in binders)
        {
            if (binder.Handles(type)) return binder.Bind(target, this);
        }
        if (QuantityReader.For(type) is { } quantity)
        {
            return quantity.TextOf(node) is { } text
                ? quantity.Read(text, node, target.Limits, this)
                : Mismatch(target);
        }
        if (type.IsEnum) return BindEnum(type, node);
        if (MapTypes(type) is { } map) return BindMap(map.Key, map.Value, target);
        if (ItemType(type) is { } item) return BindList(item, target);
        return BindPlain(target) ?? (IsPlain(type) ? null : BindRecord(type, node));
    }

    /// <summary>Reads an object into a record.</summary>
    /// <param name="type">The record type.</param>
    /// <param name="node">What was written.</param>
    /// <param name="ignored">Members that the caller has read itself.</param>
    public object? BindRecord(Type type, ConfigNode node, params IReadOnlyList<string> ignored)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Members is null)
            return Fail(node, $"expected {Expectation(type)}, but found {node.Describe()}.");
        var shape = RecordShape.Of(type);
        var before = _problems.Count;
        RefuseUnknown(shape, node, ignored);
        var values = new Dictionary<RecordMember, object>();
        foreach (var member in shape.Members)
        {
            if (node.Members.TryGetValue(member.Name, out var written))
            {
                if (member.Required && written.IsNull)
                {
                    Fail(written, $"is null; give {Expectation(member.Type)}.");
                    continue;
                }
                var value = Bind(new(member.Type, written, node, member.Limits));
                if (value is not null) values.Add(member, value);
            }
            else if (member.Required)
            {
                Fail(node, $"lacks \"{member.Name}\": {Expectation(member.Type)}.");
            }
        }
        return _problems.Count > before ? null : shape.Create(values, node.Origin.File);
    }

    /// <summary>What a type expects, as a clause for messages.</summary>
    public string Expectation(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        type = Nullable.GetUnderlyingType(type) ?? type;
        foreach (var binder in binders)
        {
            if (binder.Handles(type)) return binder.Expectation(type);
        }
        if (QuantityReader.For(type) is { } quantity) return quantity.Expectation;
        if (type.IsEnum) return "one of " + string.Join(", ", JsonNames.OfEnum(type));
        if (type == typeof(string)) return "text";
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(double)) return "a number";
        return ItemType(type) is not null ? "a list […]" : "an object {…}";
    }

    /// <summary>Key and value types of a map; null for other types.</summary>
    internal static (Type Key, Type Value)? MapTypes(Type type) =>
        type.IsGenericType
            && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            && type.GetGenericArguments() is [var key, var value]
            ? (key, value)
            : null;

    /// <summary>The item type of a list; null for other types.</summary>
    internal static Type? ItemType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : null;

    private static bool IsPlain(Type type) => type == typeof(string) || type.IsPrimitive;

    private object? Mismatch(BindingTarget target) => Fail(
        target.Node,
        $"expected {Expectation(target.Type)}, but found {target.Node.Describe()}.");

    private void RefuseUnknown(
        RecordShape shape, ConfigNode node, IReadOnlyList<string> ignored)
    {
        string[] known = [.. shape.Members.Select(member => member.Name)];
        foreach (var (name, value) in node.Members!)
        {
            if (known.Contains(name) || ignored.Contains(name)) continue;
            if (name == "$schema" && node.Path == "$") continue;
            Fail(value, "unknown member; " + NearestName.Hint(name, known));
        }
    }

    private object? BindPlain(BindingTarget target)
    {
        var node = target.Node;
        var value = node.Scalar?.Value;
        if (target.Type == typeof(string))
        {
            if (node.Text is not { } text) return Mismatch(target);
            return string.IsNullOrWhiteSpace(text) ? Fail(node, "is empty; give text.") : text;
        }
        if (target.Type == typeof(bool)) return value is bool ? value : Mismatch(target);
        if (target.Type == typeof(long))
            return value is long whole ? WithinLimits(whole, whole, target) : Mismatch(target);
        if (target.Type == typeof(int))
        {
            if (value is not long whole) return Mismatch(target);
            return whole is >= int.MinValue and <= int.MaxValue
                ? WithinLimits((int)whole, whole, target)
                : Fail(node, $"{whole} is too large.");
        }
        if (target.Type != typeof(double)) return null;
        if (node.Scalar?.Type is not (JTokenType.Integer or JTokenType.Float))
            return Mismatch(target);
        var number = (double)node.Scalar;
        return WithinLimits(number, number, target);
    }

    private object? WithinLimits(object boxed, double number, BindingTarget target) =>
        target.Limits?.Violation(number) is { } must
            ? Fail(target.Node, $"must be {must}, but {JsonNames.Number(number)} is not.")
            : boxed;

    private object? BindEnum(Type type, ConfigNode node)
    {
        if (node.Text is not { } text)
            return Fail(node, $"expected {Expectation(type)}, but found {node.Describe()}.");
        return EnumOf(type, text) ?? Fail(node, UnknownName(type, text));
    }

    private static object? EnumOf(Type type, string text)
    {
        foreach (var name in Enum.GetNames(type))
        {
            if (JsonNames.Of(name) == text) return Enum.Parse(type, name);
        }
        return null;
    }

    private static string UnknownName(Type type, string text) =>
        $"\"{text}\" is no {JsonNames.Words(type)}; "
            + NearestName.Hint(text, JsonNames.OfEnum(type));

    private object? BindMap(Type key, Type value, BindingTarget target)
    {
        if (target.Node.Members is not { } members) return Mismatch(target);
        var map = (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(key, value))!;
        var before = _problems.Count;
        foreach (var (name, node) in members)
        {
            object? bound = key == typeof(string) ? name : EnumOf(key, name);
            if (bound is null) Fail(node, UnknownName(key, name));
            else if (string.IsNullOrWhiteSpace(name)) Fail(node, "a name must not be empty.");
            var item = Bind(new(value, node, target.Node, target.Limits));
            if (bound is not null && item is not null) map.Add(bound, item);
        }
        return _problems.Count > before ? null : map;
    }

    private object? BindList(Type item, BindingTarget target)
    {
        if (target.Node.Items is not { } items) return Mismatch(target);
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        var before = _problems.Count;
        foreach (var node in items)
        {
            var value = Bind(new(item, node, target.Node, target.Limits));
            if (value is not null) list.Add(value);
        }
        return _problems.Count > before ? null : list;
    }
}
