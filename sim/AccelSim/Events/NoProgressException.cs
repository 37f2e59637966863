namespace AccelSim.Events;

/// <summary>The simulation runs without getting anywhere: a bug, never the user's input.</summary>
public sealed class NoProgressException : Exception
{
    /// <summary>Says who is stuck.</summary>
    public NoProgressException(string message) : base(message) { }

    /// <summary>Says who is stuck, and what led there.</summary>
    public NoProgressException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Without a text; for serialisers only.</summary>
    public NoProgressException() { }
}
