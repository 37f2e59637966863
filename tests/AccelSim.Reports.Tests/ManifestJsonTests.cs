using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Workloads;

namespace AccelSim.Reports.Tests;

public sealed class ManifestJsonTests
{
    [Fact]
    public void Inputs_NameTheShippedFilesWithTheHashesOfTheirBytes()
    {
        var model = SmallRun.Context.Inputs.Single(input => input.Role == "model");
        var bytes = File.ReadAllBytes(Path.Combine(Checkout.Path, model.File));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), model.Sha256);
        Assert.True(model.Embedded);
    }

    [Fact]
    public void Inputs_HoldScenarioParentsAndWorkload()
    {
        var folder = Directory.CreateTempSubdirectory("accelsim-inputs").FullName;
        File.WriteAllText(Path.Combine(folder, "mine.json"), """
            {
              "extends": "h100-sxm",
              "sources": { "": "assumed: what-if" },
              "power": { "tdp": "600 W" }
            }
            """);
        File.WriteAllText(
            Path.Combine(folder, "requests.csv"),
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n");
        var scenario = Path.Combine(folder, "scenario.json");
        File.WriteAllText(scenario, """
            {
              "model": "llama-3.1-8b",
              "replicas": [ { "hardware": "./mine.json" } ],
              "workload": { "file": "requests.csv" }
            }
            """);
        var runner = ScenarioRunner.Load(ScenarioReader.Read(scenario), folder);
        var files = InputFiles.Of(runner, scenario)
            .Select(input => $"{input.Role} {Path.GetFileName(input.File)}");
        Directory.Delete(folder, recursive: true);
        Assert.Equal(
            [
                "scenario scenario.json", "hardware mine.json", "hardware h100-sxm.json",
                "hardware estimators.json", "model llama-3.1-8b.json", "workload requests.csv",
            ],
            files);
    }

    [Fact]
    public void Inputs_HoldAShippedWorkload()
    {
        var runner = ScenarioRunner.Load(new Scenario
        {
            Model = "llama-3.1-8b",
            Replicas = [new ReplicaSpec { Hardware = "h100-sxm" }],
            Workload = new WorkloadSource { Shipped = "azure-conv-2023-fit", NumRequests = 5 },
        });
        Assert.Contains(
            InputFiles.Of(runner),
            input => input.File == "traces/requests/azure-conv-2023-fit.json" && input.Embedded);
    }

    [Fact]
    public void Manifest_SaysHowToRepeatTheRun()
    {
        using var stream = new MemoryStream();
        ManifestJson.Write(stream, SmallRun.Result, SmallRun.Context);
        var root = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
        Assert.Equal(7, root.GetProperty("seed").GetInt32());
        Assert.Equal(SmallRun.Context.Command, root.GetProperty("command").GetString());
        Assert.Equal(3, root.GetProperty("inputs").GetArrayLength());
    }
}
