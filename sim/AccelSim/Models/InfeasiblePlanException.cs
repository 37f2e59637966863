namespace AccelSim.Models;

/// <summary>
/// A parallelism plan does not divide a model: a design that cannot be, not bad input.
/// </summary>
/// <param name="reason">A sentence that names both numbers.</param>
public sealed class InfeasiblePlanException(string reason) : Exception(reason);
