using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Cli.Tests;

/// <summary>Every file that ships runs from the command line to the tables.</summary>
public sealed class ShippedFilesTests
{
    private const string Load =
        "--isl 32 --osl 8 --num-requests 4 --max-num-seqs 8 --max-num-batched-tokens 64";

    public static TheoryData<string> Hardware => [.. Catalog.Accelerators, .. Catalog.Clusters];

    public static TheoryData<string> Models => [.. ModelCatalog.Ids];

    public static TheoryData<string> Scenarios => [.. Directory
        .GetFiles(Path.Combine(RepositoryRoot.Path, "traces", "scenarios"), "*.json")
        .Select(path => Path.GetFileName(path))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Hardware))]
    public void EveryHardwareFile_EstimatesSimulatesAndShows(string id)
    {
        var document = Catalog.Open(id);
        var pool = document.IsCluster && document.Cluster.Pools.Count > 1
            ? "--pool " + document.Cluster.Pools.Keys.First()
            : "";
        var plan = $"--hardware {id} --model llama-68m {pool} ";
        Runs("estimate " + plan + "--isl 32 --osl 8 --max-num-seqs 8 --max-num-batched-tokens 64");
        Runs("simulate " + plan + Load);
        Runs("show hardware " + id);
        Runs("diff h100-sxm " + id);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryModel_EstimatesSimulatesAndShows(string id)
    {
        Runs("show model " + id);
        foreach (var tp in new[] { 1, 2, 4, 8, 16 })
        {
            var plan = $"--hardware gb200-nvl72 --model {id} --tp {tp} ";
            var estimate = Typed.Run("estimate " + plan + "--isl 32 --osl 8");
            if (estimate.Code == ExitCode.Failed) continue;
            Assert.Equal("", estimate.Error);
            Runs("simulate " + plan + Load);
            return;
        }
        Assert.Fail($"{id} fits no plan.");
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EveryScenario_Runs(string file) => Runs(
        "simulate " + Path.Combine(RepositoryRoot.Path, "traces", "scenarios", file));

    [Fact]
    public void SensitivityOfAScenario_IsToldForEachReplica()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("scenario.json", """
            {
              "model": "llama-3.1-8b",
              "replicas": [ { "hardware": "h100-sxm" }, { "hardware": "l40s" } ],
              "workload": { "shipped": "azure-conv-2023-fit", "numRequests": 30 }
            }
            """);
        var run = Typed.Run("explain", file, "--sensitivity");
        Assert.Equal("", run.Error);
        Assert.Contains("$.replicas[0], h100-sxm", run.Out, StringComparison.Ordinal);
        Assert.Contains("$.replicas[1], l40s", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Lint_OfEveryShippedFile_FindsNoError()
    {
        var run = Typed.Run(["lint", .. Catalog.Accelerators, .. Catalog.Clusters]);
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public void Lint_OfAUnitSlip_EndsWithOne()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("chip.json", """
            { "extends": "h100-sxm", "memory": { "hbm": { "bandwidth": "33.5 TB/s" } } }
            """);
        var run = Typed.Run("lint", file);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(
            $"{file}(1): error: $.memory.hbm.bandwidth", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Lint_OfAModelThatCannotFit_EndsWithOne()
    {
        var run = Typed.Run("lint h100-sxm --model llama-3.1-70b");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(
            "the weights of llama-3.1-70b take 141.1 GB", run.Out, StringComparison.Ordinal);
    }

    private static void Runs(string command)
    {
        var run = Typed.Run(command);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        Assert.NotEqual("", run.Out);
        Assert.DoesNotContain("NaN", run.Out, StringComparison.Ordinal);
    }
}
