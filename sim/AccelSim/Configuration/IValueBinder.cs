namespace AccelSim.Configuration;

/// <summary>Teaches <see cref="RecordBinder"/> a kind of value that it does not know.</summary>
public interface IValueBinder
{
    /// <summary>Whether it reads values of this type.</summary>
    bool Handles(Type type);

    /// <summary>What is expected, as a clause such as <c>text with a unit</c>.</summary>
    string Expectation(Type type);

    /// <summary>Reads a value, or reports to the session and returns null.</summary>
    object? Bind(BindingTarget target, BindingSession session);
}

/// <summary>One value to be read.</summary>
/// <param name="Type">What it must become.</param>
/// <param name="Node">What was written.</param>
/// <param name="Parent">The object it stands in; null for the root.</param>
/// <param name="Limits">The values that make sense; null for the default of its kind.</param>
public sealed record BindingTarget(
    Type Type, ConfigNode Node, ConfigNode? Parent, LimitsAttribute? Limits);
