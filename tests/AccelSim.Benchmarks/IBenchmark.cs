namespace AccelSim.Benchmarks;

/// <summary>
/// One thing that is measured. Found by reflection: a public class with no arguments.
/// </summary>
public interface IBenchmark
{
    /// <summary>
    /// What the command line's filter is looked for in, such as <c>event-queue</c>.
    /// </summary>
    string Name { get; }

    /// <summary>Measures, and tells the report.</summary>
    void Run(IReport report);
}
