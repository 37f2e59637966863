namespace AccelSim.Serving;

/// <summary>Something came from nothing or got lost: a bug of ours, never the user's.</summary>
/// <param name="message">What does not add up; the run's seed is added on the way out.</param>
public sealed class ConservationException(string message) : Exception(message);
