namespace AccelSim.Reports;

/// <summary>What a reader needs to repeat a run.</summary>
/// <param name="Version">Of AccelSim, such as <c>0.1.0</c>.</param>
/// <param name="Command">The command line that repeats the run.</param>
/// <param name="Inputs">Every file that was read.</param>
public sealed record RunContext(
    string Version, string Command, IReadOnlyList<InputFile> Inputs);

/// <summary>A file that a run depends on.</summary>
/// <param name="Role">
/// Such as <c>hardware</c>, <c>model</c>, <c>workload</c>, <c>scenario</c>.
/// </param>
/// <param name="File">As the user named it, or the embedded name.</param>
/// <param name="Embedded">Whether it ships inside the program.</param>
/// <param name="Sha256">Of its bytes, in lower-case hexadecimal digits.</param>
public sealed record InputFile(string Role, string File, bool Embedded, string Sha256);

/// <summary>
/// What simulating cost, as the caller measured it: not part of the simulated world.
/// </summary>
/// <param name="WallSeconds">Time from loaded input to result.</param>
/// <param name="PeakMemoryBytes">Most memory that the process held.</param>
public sealed record SimulationCost(double WallSeconds, long PeakMemoryBytes);
