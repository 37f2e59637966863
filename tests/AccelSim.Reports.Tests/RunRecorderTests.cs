namespace AccelSim.Reports.Tests;

public sealed class RunRecorderTests
{
    [Fact]
    public void Recorder_WithAnotherListener_TellsItEverything()
    {
        var next = new RunRecorder();
        var recorder = new RunRecorder(next);
        SmallRun.Load().Run(recorder);
        Assert.NotEmpty(recorder.Steps);
        Assert.Equal(recorder.Steps, next.Steps);
    }

    [Fact]
    public void Listening_ChangesNothing() => Assert.Equal(
        SummaryJson.Text(SmallRun.Result, "", null),
        SummaryJson.Text(SmallRun.Load().Run(new RunRecorder()), "", null));
}
