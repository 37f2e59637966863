using AccelSim.Events;

namespace AccelSim.Tests.Events;

public sealed class WaitsForGraphTests
{
    [Fact]
    public void ADeadlock_IsReportedWithItsCycle()
    {
        var graph = new WaitsForGraph();
        graph.Wait("request 1", "request 2", "4 KV blocks");
        graph.Wait("request 2", "link 0", "a transfer");
        graph.Wait("link 0", "request 3", "a buffer");
        graph.Wait("request 3", "request 2", "1 KV block");
        var report = graph.FindCycle();
        Assert.True(report.IsCycle);
        Assert.Equal(
            "request 2 waits for link 0 (a transfer), link 0 waits for request 3 (a buffer), "
            + "request 3 waits for request 2 (1 KV block)",
            report.Description);
    }

    [Fact]
    public void WithoutACycle_TheLongestChainIsReported()
    {
        var graph = new WaitsForGraph();
        graph.Wait("b", "c", "data");
        graph.Wait("x", "y", "data");
        graph.Wait("a", "b", "space");
        var report = graph.FindCycle();
        Assert.False(report.IsCycle);
        Assert.Equal(
            "a waits for b (space), b waits for c (data); c waits for nobody.",
            report.Description);
    }

    [Fact]
    public void AReleasedWait_BreaksTheCycle()
    {
        var graph = new WaitsForGraph();
        graph.Wait("a", "b", "x");
        graph.Wait("b", "a", "y");
        graph.Release("b");
        Assert.False(graph.FindCycle().IsCycle);
        graph.Release("a");
        Assert.Equal("Nobody waits.", graph.FindCycle().Description);
    }

    [Fact]
    public void AnActorThatWaitsForItself_IsACycle()
    {
        var graph = new WaitsForGraph();
        graph.Wait("a", "a", "a lock");
        Assert.Equal("a waits for a (a lock)", graph.FindCycle().Description);
    }
}
