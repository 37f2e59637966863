using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Tests.Serving;

/// <summary>Weights outside main memory come in beside the layers that run.</summary>
public sealed class WeightOffloadTests
{
    private static readonly (string, string) Flash = (
        "\"capacity\": \"1000 GB\", \"bandwidth\": \"1 TB/s\"\n    }",
        "\"capacity\": \"1000 GB\", \"bandwidth\": \"1 TB/s\"\n    },\n    \"nand\": { "
        + "\"role\": \"offload\", \"technology\": \"NAND\", \"capacity\": \"1 GB\", "
        + "\"bandwidth\": \"2 GB/s\", \"latency\": \"50 us\" }");

    private static readonly StepShape Decode = new()
    {
        DecodeTokens = 1, DecodeSequences = 1, DecodeKvTokens = 100, SampledTokens = 1,
    };

    private static Deployment Deploy(
        long bytes, AwayPlace place = AwayPlace.Host, params (string, string)[] changes) =>
        Rig.Deploy(Rig.Chip(changes), spec: Rig.Spec(new EngineSettings
        {
            OffloadWeights = new Bytes(bytes), OffloadTo = place,
        }));

    private static StepCost Price(Deployment deployment, StepShape shape)
    {
        deployment.Stages[0].Price(shape, out var cost);
        return cost;
    }

    [Fact]
    public void Decode_WaitsForItsWeights_WhereTheyTakeLonger() =>
        // 1 MB over 10 GB/s is 100 us; the step itself takes a few.
        Assert.Equal(100e-6, Price(Deploy(1_000_000), Decode).Seconds, 1e-15);

    [Fact]
    public void FlashHasItsOwnBandwidth_AndALatencyForEachLayer() =>
        Assert.Equal(
            4 * 50e-6 + 1e6 / 2e9,
            Price(Deploy(1_000_000, AwayPlace.Flash, Flash), Decode).Seconds, 1e-15);

    [Fact]
    public void LongPrompt_HidesTheLoads()
    {
        var prompt = new StepShape
        {
            PrefillTokens = 8192, PrefillSequences = 1, PrefillPairs = 8192L * 8193 / 2,
            PrefillKvTokens = 8192, SampledTokens = 1,
        };
        Assert.Equal(
            Price(Rig.Deploy(Rig.Chip()), prompt).Seconds,
            Price(Deploy(1_000_000), prompt).Seconds);
    }

    [Fact]
    public void Energy_GrowsByTheBytesThatComeIn()
    {
        var deployment = Deploy(1_000_000);
        var more = Price(deployment, Decode).Energy.Sum()
            - Price(Rig.Deploy(Rig.Chip()), Decode).Energy.Sum();
        Assert.Equal(1e6 * deployment.Away!.Energy.Value.Value, more, 1e-12);
    }

    [Fact]
    public void WaitingIsBlamedOnTheWire()
    {
        var deployment = Deploy(1_000_000);
        var cost = Price(deployment, Decode);
        Assert.Equal(cost.Seconds, cost.Share.Sum(), 1e-15);
        Assert.InRange(cost.Share[deployment.AwayLink], 0.9 * cost.Seconds, cost.Seconds);
    }

    [Fact]
    public void MainMemoryKeepsTheRest_AndTwoSharesThatComeAndGo()
    {
        var all = Rig.Deploy(Rig.Chip()).Memory.Weights;
        Assert.Equal(all - new Bytes(1_000_000 - 2 * 250_000), Deploy(1_000_000).Memory.Weights);
    }

    [Fact]
    public void Run_WithLeaps_EqualsOneWithoutThem()
    {
        var requests = Rig.Requests((1, 50, 40), (2, 30, 60));
        string Ends(bool leaps) => string.Join(' ', Rig
            .Simulate([Deploy(1_000_000)], requests, leaps).Records
            .Select(record => record.E2eLatency));
        Assert.Equal(Ends(leaps: false), Ends(leaps: true));
    }

    [Fact]
    public void RanksOnOneBus_LoadOneAfterTheOther()
    {
        var settings = new EngineSettings { OffloadWeights = new Bytes(500_000) };
        var one = Rig.Deploy(Rig.OnBus(), spec: Rig.Spec(settings));
        var two = Rig.Deploy(Rig.OnBus(), spec: Rig.Spec(settings, tp: 2));
        Assert.Equal(50e-6, Price(one, Decode).Seconds, 1e-15);
        Assert.Equal(100e-6, Price(two, Decode).Seconds, 1e-15);
    }

    [Fact]
    public void MoreThanTheWeights_IsRefused()
    {
        var problem = Assert.Throws<InfeasiblePlanException>(() => Deploy(1L << 30));
        Assert.StartsWith("--offload-weights 1 GiB is more than the ", problem.Message);
    }

    [Fact]
    public void MoreThanTheFlash_IsRefused()
    {
        var problem = Assert.Throws<ConfigException>(
            () => Deploy(2_000_000_000, AwayPlace.Flash, Flash));
        Assert.Equal(
            "chip.json: --offload-weights: 2 GB for each accelerator is more than the 1 GB that "
            + "it keeps outside.", problem.Message);
    }

    [Fact]
    public void WithoutFlash_IsRefused()
    {
        var problem = Assert.Throws<ConfigException>(() => Deploy(1000, AwayPlace.Flash));
        Assert.Equal(
            "chip.json: --offload-weights: chip states no memory level with the role \"offload\" "
            + "and a bandwidth to load weights from; add one.", problem.Message);
    }
}
