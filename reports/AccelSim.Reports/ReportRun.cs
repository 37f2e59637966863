using AccelSim.Metrics;

namespace AccelSim.Reports;

/// <summary>A run in a report.</summary>
/// <param name="Name">What the report calls it, such as <c>h100-sxm</c>.</param>
/// <param name="Result">The run.</param>
/// <param name="Recorder">What listened to it, for the timeline; null leaves that out.</param>
public sealed record ReportRun(string Name, RunResult Result, RunRecorder? Recorder = null);
