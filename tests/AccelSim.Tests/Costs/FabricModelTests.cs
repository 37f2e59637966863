using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Tests.Costs;

/// <summary>Whole models on every fabric that is no GPU.</summary>
public sealed class FabricModelTests
{
    private static readonly StepShape[] Shapes =
    [
        new()
        {
            DecodeTokens = 8, DecodeSequences = 8, DecodeKvTokens = 8000,
            WindowDecodeKvTokens = 1000, SampledTokens = 8,
        },
        new()
        {
            PrefillTokens = 2048, PrefillSequences = 1, PrefillPairs = 2048L * 2049 / 2,
            PrefillKvTokens = 2048, WindowPrefillPairs = 2048 * 128,
            WindowPrefillKvTokens = 2048, SampledTokens = 1,
        },
    ];

    public static TheoryData<string> Devices => FabricKernelTests.Devices;

    /// <summary>All of an operator's time is somebody's fault, and nothing is allocated.</summary>
    [Theory]
    [MemberData(nameof(Devices))]
    public void EveryOperator_IsBlamedInFull(string id)
    {
        var device = Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators);
        var rung = CostRung.Named("analytical", "$.costModel");
        foreach (var name in new[] { "llama-3.1-8b", "mixtral-8x7b", "jamba-v0.1" })
        {
            var model = ModelCatalog.Load(name);
            var formats = FormatPlan.For(model, device, "auto", "auto", "auto");
            var graph = OperatorGraph.Build(model, new ParallelismPlan(1, 1, 1, 1), formats);
            var costs = rung.Make(
                device, formats, new Dictionary<CommunicationGroup, GroupLink>());
            foreach (var shape in Shapes)
            {
                var operators = graph.Stages[0].Select(one => one.At(shape)).ToArray();
                foreach (var one in operators)
                {
                    costs.Price(one, out var cost);
                    Assert.InRange(
                        cost.Share.Sum(), cost.Seconds * (1 - 1e-9), cost.Seconds * (1 + 1e-9));
                }
                var before = GC.GetAllocatedBytesForCurrentThread();
                foreach (var one in operators) costs.Price(one, out _);
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
    }
}
