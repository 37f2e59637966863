namespace AccelSim.Benchmarks;

/// <summary>Where benchmarks put their numbers.</summary>
public interface IReport
{
    /// <summary>
    /// Runs an action once to warm up and then several times, and prints the median.
    /// </summary>
    /// <param name="label">What is measured, such as <c>10 k pending</c>.</param>
    /// <param name="unit">What the action counts, such as <c>events</c>.</param>
    /// <param name="action">Does the work and returns how many units it did.</param>
    /// <param name="runs">How many runs the median is of.</param>
    void Measure(string label, string unit, Func<long> action, int runs = 5);

    /// <summary>Prints a line as it is.</summary>
    void Note(string text);
}
