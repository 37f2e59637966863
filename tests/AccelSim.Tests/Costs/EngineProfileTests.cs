using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Tests.Serving;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

public sealed class EngineProfileTests
{
    private const string Text = """
        {
          "name": "round numbers",
          "sources": { "t": "assumed: test" }, "source": "t",
          "host": {
            "perStep": "3 ms", "perSequence": "10 us", "perLaunch": "1 ms", "perRequest": "20 ms"
          },
          "graphs": { "decode": true, "mostPromptTokens": 8 },
          "scheduler": {
            "maxNumSeqs": 7, "maxNumBatchedTokens": 99, "gpuMemoryUtilization": 0.5,
            "chunkedPrefill": false, "prefill": "first", "outputReserve": 1
          }
        }
        """;

    [Fact]
    public void ShippedProfiles_NameASourceOfEveryFigure()
    {
        Assert.Contains(EngineCatalog.Default, EngineCatalog.Ids);
        Assert.Contains(EngineCatalog.Native, EngineCatalog.Ids);
        foreach (var id in EngineCatalog.Ids)
        {
            var host = EngineCatalog.Open(id).Host;
            var figures = new[] { host.PerStep, host.PerSequence, host.PerLaunch, host.PerRequest };
            foreach (var figure in figures.OfType<Fact<Seconds>>())
            {
                Assert.DoesNotContain(
                    "no source", figure.Source.Reference, StringComparison.Ordinal);
            }
            new EngineSettings().Under(EngineCatalog.Open(id)).Validate();
        }
    }

    [Theory]
    [InlineData("\"perSequence\": \"10 us\"", "\"perSequence\": \"10\"", "perSequence")]
    [InlineData("\"perSequence\": \"10 us\", ", "", "perSequence")]
    [InlineData("\"prefill\": \"first\"", "\"prefill\": \"last\"", "known: mixed, first")]
    [InlineData("\"outputReserve\": 1", "\"outputReserve\": 2", "outputReserve")]
    [InlineData("\"graphs\"", "\"grafs\"", "grafs")]
    public void WrongProfile_IsRefused(string old, string replacement, string named)
    {
        var error = Assert.Throws<ConfigException>(() => EngineCatalog.Read(
            Text.Replace(old, replacement, StringComparison.Ordinal), "own.json"));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("own.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownProfile_IsToldWithTheNearest() => Assert.Contains(
        "did you mean \"vllm\"",
        Assert.Throws<ConfigException>(() => EngineCatalog.Open("vlm")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Settings_TakeFromTheProfileWhatTheyDoNotState()
    {
        var settings = new EngineSettings { MaxNumSeqs = 5 }
            .Under(EngineCatalog.Read(Text, "p.json"));
        Assert.Equal((5, 99), (settings.MaxNumSeqs, settings.MaxNumBatchedTokens));
        Assert.Equal(PrefillPolicy.First, settings.PrefillPolicy);
        Assert.False(settings.EnableChunkedPrefill);
        Assert.Equal((0.5, 1), (settings.GpuMemoryUtilization, settings.OutputReserve));
    }

    [Fact]
    public void Step_TakesHostTimeAndAShareOfEachSequence()
    {
        var bare = Price(EngineCatalog.Open("native"), Decode(3));
        Assert.Equal(
            bare + 3e-3 + 3 * 10e-6, Price(EngineCatalog.Read(Text, "p.json"), Decode(3)), 1e-12);
    }

    [Fact]
    public void DeviceFile_ThatStatesHostTime_IsHeardFirst()
    {
        var profile = EngineCatalog.Read(Text, "p.json");
        Assert.Equal(
            Price(profile, Decode(3)) - 2e-3,
            Price(profile, Decode(3), "\"hostPerStep\": \"1 ms\""), 1e-12);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(9, true)]
    public void Prompt_IsReplayedUpToItsMostTokens_BeyondTheHostStartsEachKernel(
        int tokens, bool waits)
    {
        // Kernels of four small layers take far less than the 1 ms that the host takes for each.
        var seconds = Price(EngineCatalog.Read(Text, "p.json"), default(StepShape)
            .WithPrompt(0, tokens, true, 0));
        if (waits) Assert.InRange(seconds, 40e-3, 80e-3);
        else Assert.InRange(seconds, 3e-3, 4e-3);
    }

    [Fact]
    public void Overlap_OfOne_AddsStartingAndRunning_AndALargeOneTakesTheSlower()
    {
        var eager = Text.Replace("\"decode\": true", "\"decode\": false", StringComparison.Ordinal);
        double Step(string overlap) => Price(EngineCatalog.Read(eager.Replace(
            "\"perRequest\"", $"\"overlap\": \"{overlap}\", \"perRequest\"",
            StringComparison.Ordinal), "p.json"), Decode(3));
        var slower = Price(EngineCatalog.Read(eager, "p.json"), Decode(3));
        var kernels = Price(EngineCatalog.Open("native"), Decode(3));
        Assert.Equal(slower + kernels, Step("1"), 1e-9);
        Assert.Equal(slower, Step("1000"), 1e-9);
        Assert.InRange(Step("3"), slower, slower + kernels);
    }

    [Fact]
    public void SampledPrices_OverlapAsTheirModelDoes()
    {
        var eager = EngineCatalog.Read(Text
            .Replace("\"decode\": true", "\"decode\": false", StringComparison.Ordinal)
            .Replace("\"perRequest\"", "\"overlap\": \"3\", \"perRequest\"",
                StringComparison.Ordinal), "p.json");
        var device = Device.From(Rig.Chip().Accelerator, Catalog.Estimators);
        var costs = new EngineCosts(
            Rig.Deploy(Rig.Chip()).Stages[0].Model, device, eager);
        var sampled = new SampledCosts(costs, new ErrorSample(1, 1, Catalog.Uncertainty));
        Assert.Equal(3, sampled.LaunchOverlap);
        Assert.Equal(costs.ContextGrain, sampled.ContextGrain);
    }

    [Fact]
    public void FusedOperator_CostsNothing()
    {
        var text = Text.Replace(
            "\"graphs\"", "\"fused\": [\"lm_head\"], \"graphs\"", StringComparison.Ordinal);
        Assert.True(Price(EngineCatalog.Read(text, "p.json"), Decode(3))
            < Price(EngineCatalog.Read(Text, "p.json"), Decode(3)));
    }

    [Theory]
    [InlineData("0 W", 0)]
    [InlineData("50 W", 50)]
    public void WorkingDevice_DrawsActivePowerForAsLongAsItsKernelsRun(string active, double watts)
    {
        var work = Joules(active) - Joules("0 W");
        var seconds = Price(EngineCatalog.Open("native"), Decode(3));
        Assert.Equal(watts * seconds, work, 1e-9);
    }

    [Fact]
    public void Energy_StaysWithinThePowerLimit()
    {
        var seconds = Price(EngineCatalog.Open("native"), Decode(3));
        // The chip may draw 1 MW, of which it draws 100 W idle.
        Assert.Equal((1e6 - 100) * seconds, Joules("5000000 W"), 1e-3);
    }

    private static double Joules(string active)
    {
        var chip = Rig.Chip(("\"active\": \"0 W\"", $"\"active\": \"{active}\""));
        Rig.Deploy(chip).Stages[0].Price(Decode(3), out var cost);
        return cost.Energy.Sum();
    }

    [Fact]
    public void Request_WaitsForTheFrontEnd()
    {
        var bare = FirstToken(EngineCatalog.Open("native"));
        var text = Text.Replace("\"3 ms\"", "\"0 ms\"", StringComparison.Ordinal)
            .Replace("\"10 us\"", "\"0 us\"", StringComparison.Ordinal);
        Assert.Equal(bare + 20e-3, FirstToken(EngineCatalog.Read(text, "p.json")), 1e-9);
    }

    private static StepShape Decode(int sequences) => new()
    {
        DecodeTokens = sequences,
        DecodeSequences = sequences,
        DecodeKvTokens = 10 * sequences,
        SampledTokens = sequences,
    };

    private static Deployment Deploy(
        EngineProfile profile, string hostPerStep = "\"runtimeReserve\": \"0 B\"")
    {
        var chip = Rig.Chip(("\"hostPerStep\": \"0 ms\",", ""));
        if (hostPerStep.Contains("hostPerStep", StringComparison.Ordinal))
            chip = Rig.Chip(("\"hostPerStep\": \"0 ms\"", hostPerStep));
        if (profile.Id == EngineCatalog.Native) chip = Rig.Chip();
        return new DeploymentBuilder(Rig.Model, "auto", "auto", "auto", 16)
        {
            Engine = profile,
            Rung = CostRung.Named("roofline", ""),
        }
            .Build(chip, Rig.Spec());
    }

    private static double Price(
        EngineProfile profile, StepShape shape, string hostPerStep = "")
    {
        Deploy(profile, hostPerStep).Stages[0].Price(shape, out var cost);
        return cost.Seconds;
    }

    private static double FirstToken(EngineProfile profile) =>
        Rig.Simulate(Deploy(profile), Rig.Requests((0, 8, 2))).Records[0].Ttft.Value;
}
