using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace AccelSim.Configuration;

/// <summary>The members that a record has in JSON.</summary>
public sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Shapes = new();
    private readonly ConstructorInfo _constructor;
    private readonly ParameterInfo[] _parameters;

    private RecordShape(Type type)
    {
        // A record's copy constructor takes the record itself.
        _constructor = type.GetConstructors()
            .Where(candidate => candidate.GetParameters() is not [var only]
                || only.ParameterType != type)
            .OrderBy(candidate => candidate.GetParameters().Length)
            .FirstOrDefault()
            ?? throw new ArgumentException($"{type} has no public constructor.", nameof(type));
        _parameters = _constructor.GetParameters();
        var taken = _parameters.Select(parameter => parameter.Name).ToHashSet();
        Members =
        [
            .. _parameters.Select(parameter => new RecordMember(
                JsonNames.Of(parameter.Name!), parameter.ParameterType,
                !parameter.HasDefaultValue,
                parameter.GetCustomAttribute<LimitsAttribute>(), null, type)),
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0
                    && !taken.Contains(property.Name)
                    && !property.IsDefined(typeof(FromFileNameAttribute)))
                .OrderBy(property => property.MetadataToken)
                .Select(property => new RecordMember(
                    JsonNames.Of(property.Name), property.PropertyType,
                    property.IsDefined(typeof(RequiredMemberAttribute)),
                    property.GetCustomAttribute<LimitsAttribute>(), property, type)),
        ];
        FileName = type.GetProperties()
            .FirstOrDefault(property => property.IsDefined(typeof(FromFileNameAttribute)));
    }

    /// <summary>The members in the order of their declaration.</summary>
    public IReadOnlyList<RecordMember> Members { get; }

    /// <summary>The property that the file's name fills; usually null.</summary>
    public PropertyInfo? FileName { get; }

    /// <summary>The shape of a record type.</summary>
    public static RecordShape Of(Type type) => Shapes.GetOrAdd(type, key => new(key));

    /// <summary>Makes the record; members that are absent keep their defaults.</summary>
    internal object Create(IReadOnlyDictionary<RecordMember, object> values, string file)
    {
        var arguments = _parameters
            .Select((parameter, i) => values.TryGetValue(Members[i], out var value)
                ? value
                : parameter.DefaultValue)
            .ToArray();
        var record = _constructor.Invoke(arguments);
        foreach (var (member, value) in values) member.Property?.SetValue(record, value);
        FileName?.SetValue(record, Path.GetFileNameWithoutExtension(file));
        return record;
    }
}

/// <summary>One member of a record in JSON.</summary>
/// <param name="Name">In camelCase.</param>
/// <param name="Type">What it becomes.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Limits">The values that make sense; null for the default of its kind.</param>
/// <param name="Property">The property to set; null for a constructor parameter.</param>
/// <param name="Owner">The record type.</param>
public sealed record RecordMember(
    string Name, Type Type, bool Required, LimitsAttribute? Limits, PropertyInfo? Property,
    Type Owner);
