using Newtonsoft.Json.Linq;

namespace AccelSim.Configuration;

/// <summary>Reads records from JSON strictly.</summary>
/// <remarks>
/// A member is the camelCase name of a property that can be initialised (or of a constructor
/// parameter). Unknown, missing and null members are errors; so is a bare number where a quantity
/// with a unit belongs. Optional members keep the default that the record gives them. All problems
/// of a file are reported together.
/// </remarks>
public static class RecordBinder
{
    /// <summary>Reads a record from a JSON object.</summary>
    /// <param name="root">As <see cref="StrictJson.ReadObject"/> returns it.</param>
    /// <param name="file">The file as the user named it.</param>
    /// <param name="binders">Kinds of value beyond the built-in ones.</param>
    /// <exception cref="ConfigException">Anything is wrong; tells all problems.</exception>
    public static T Bind<T>(JObject root, string file, params IReadOnlyList<IValueBinder> binders)
        where T : notnull =>
        Bind<T>(ConfigNode.Of(root, new ConfigOrigin(file)), binders);

    /// <summary>Reads a record from a tree that may come from several files.</summary>
    /// <inheritdoc cref="Bind{T}(JObject, string, IReadOnlyList{IValueBinder})"/>
    public static T Bind<T>(ConfigNode root, params IReadOnlyList<IValueBinder> binders)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(root);
        var session = new BindingSession(binders);
        var record = session.Bind(new(typeof(T), root, null, null));
        session.ThrowIfFailed();
        return (T)record!;
    }
}
