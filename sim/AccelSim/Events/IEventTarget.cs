namespace AccelSim.Events;

/// <summary>Something that events happen to.</summary>
/// <remarks>
/// There is no cancellation: a target ignores codes that have become stale. Its
/// <see cref="object.ToString"/> names it when the loop reports that nothing moves on.
/// </remarks>
public interface IEventTarget
{
    /// <summary>The scheduled moment has come.</summary>
    /// <param name="code">What the target told the loop when it scheduled.</param>
    void Fire(int code);
}
