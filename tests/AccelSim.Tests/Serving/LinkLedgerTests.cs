using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>Time and energy that links take beyond the operators stand in the ledgers.</summary>
public sealed class LinkLedgerTests
{
    private static readonly EngineSettings Swapping = new()
    {
        PreemptionMode = PreemptionMode.Swap, NumGpuBlocksOverride = 5,
    };

    [Fact]
    public void SwappedBlocks_AreBlamedOnTheHostLink()
    {
        var deployment = Rig.Deploy(Rig.Chip(), spec: Rig.Spec(Swapping));
        var run = Rig.Simulate(deployment, Rig.Requests((0, 32, 20), (0, 32, 20)));
        // Two blocks of 16 tokens (4 layers, 2 heads of 32, keys and values, bf16), out and back.
        const double bytes = 2 * 2 * 16 * 4 * 2 * 32 * 2 * 2;
        Rig.Near(bytes / 10e9, Seconds(run, "pcie"), 1e-6);
        var energy = deployment.Away!.Energy.Value.Value;
        Rig.Near(Seconds(run, "pcie") * 10e9 * energy, Joules(run, "pcie"), 1e-6);
    }

    [Fact]
    public void WaitingForOthersOnABus_IsBlamedOnTheBus()
    {
        var spec = Rig.Spec(tp: 2, count: 2);
        var model = ModelCatalog.Load("llama-3.2-1b");
        var deployment = Rig.Deploy(Rig.OnBus(), model, spec);
        var alone = Rig.Simulate([deployment, deployment], Rig.Requests((0, 500, 20)));
        var both = Rig.Simulate(
            [deployment, deployment], Rig.Requests((0, 500, 20), (0, 500, 20)));
        var held = both.Records[0].E2eLatency - alone.Records[0].E2eLatency;
        Assert.True(held.Value > 0);
        Rig.Near(
            held.Value, Seconds(both, "pcie") / 2 - Seconds(alone, "pcie"), 1e-6);
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 2, 1)]
    public void PipelinesOnABus_SlowEachOtherDown(int tp, int pp, int dp)
    {
        var spec = Rig.Spec(tp: tp, pp: pp, dp: dp, count: 2);
        var deployment = Rig.Deploy(Rig.OnBus(), ModelCatalog.Load("llama-3.2-1b"), spec);
        // Handing over delays the next stage; it is nobody's step time.
        AssertSlower(deployment, inLedger: tp > 1);
    }

    [Fact]
    public void LockstepReplicasOnABus_SlowEachOtherDown()
    {
        var spec = Rig.Spec(dp: 2, ep: 2, count: 2);
        var model = ModelCatalog.Load("qwen3-30b-a3b");
        AssertSlower(Rig.Deploy(Rig.OnBus(), model, spec));
    }

    [Fact]
    public void PipelineAloneOnABus_TakesAsLongAsOverAsManyWires_WhenOneRequestRuns()
    {
        var model = ModelCatalog.Load("llama-3.2-1b");
        var one = Rig.Requests((0, 500, 20));
        var bus = Rig.Simulate(Rig.Deploy(Rig.OnBus(), model, Rig.Spec(pp: 2)), one);
        var wires = Rig.Simulate(
            Rig.Deploy(
                Rig.Chip(("\"100 GB/s\", \"latency\"", "\"10 GB/s\", \"latency\"")), model,
                Rig.Spec(pp: 2)), one);
        Rig.Near(
            wires.Records[0].E2eLatency.Value, bus.Records[0].E2eLatency.Value, 1e-6);
    }

    [Fact]
    public void SwapSpaceBeyondHostMemory_IsRefused()
    {
        var engine = new EngineSettings
        {
            PreemptionMode = PreemptionMode.Swap, SwapSpace = Quantity.Parse<Bytes>("1 TB"),
        };
        var problem = Assert.Throws<ConfigException>(() => Rig.Deploy(
            Catalog.Open("dgx-h100"), ModelCatalog.Load("llama-3.1-8b"),
            Rig.Spec(engine)));
        Assert.Equal(
            "hwconfigs/clusters/dgx-h100.json: --swap-space: 1 TB for each of 8 accelerators is "
            + "8 TB; the node's host memory is 2 TB.", problem.Message);
    }

    private static void AssertSlower(Deployment deployment, bool inLedger = true)
    {
        var alone = Rig.Simulate([deployment, deployment], Rig.Requests((0, 500, 20)));
        var both = Rig.Simulate(
            [deployment, deployment], Rig.Requests((0, 500, 20), (0, 500, 20)));
        Assert.True(both.Records[0].E2eLatency > alone.Records[0].E2eLatency);
        Assert.Equal(inLedger, Seconds(both, "pcie") > 2 * Seconds(alone, "pcie"));
    }

    private static double Seconds(ServingSimulation run, string link) =>
        Sum(run, link, (ledger, i) => ledger.Share[i]);

    private static double Joules(ServingSimulation run, string link) =>
        Sum(run, link, (ledger, i) => ledger.Energy[i]);

    private static double Sum(
        ServingSimulation run, string link, Func<StepLedger, int, double> figure)
    {
        double sum = 0;
        foreach (var replica in run.Replicas)
        {
            for (var stage = 0; stage < replica.Ledgers.Count; stage++)
            {
                var resources = replica.Deployment.Stages[stage].Model.Resources;
                var index = resources.ToList().FindIndex(resource => resource.Name == link);
                foreach (var kind in Enum.GetValues<StepKind>())
                    sum += figure(replica.Ledgers[stage][kind], index);
            }
        }
        return sum;
    }
}
