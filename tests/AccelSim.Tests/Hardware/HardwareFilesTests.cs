using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

/// <summary>Files on disk: paths, parents, cycles, and what is inherited.</summary>
public sealed class HardwareFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("accelsim").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void UnknownId_NamesTheNearest() => Assert.Equal(
        "\"h100\" is not shipped; near it: h100-sxm, h100-pcie, h100-l40s-mixed. "
            + "\"accelsim list hardware\" shows all; a path ends in .json.",
        Said(() => Catalog.Open("h100")));

    [Fact]
    public void MissingFile_NamesTheNearestBesideIt()
    {
        Write("my-chip.json", "{}");
        Assert.Equal("F/my-chp.json: not found; near it: my-chip.json.",
            Said(() => Catalog.Open(At("my-chp.json"))));
    }

    [Fact]
    public void MissingFolder_IsSaid() => Assert.Equal(
        "F/no/x.json: not found; nor is its folder \"F/no\".",
        Said(() => Catalog.Open(At("no/x.json"))));

    [Fact]
    public void Folder_IsNoFile() => Assert.Equal(
        "F/: is a folder; a file is expected.", Said(() => Catalog.Open(_folder + "/")));

    [Fact]
    public void BinaryFile_IsRefused()
    {
        File.WriteAllBytes(At("bin.json"), [0x80, 0xFF, 0xFE, 0x00]);
        Assert.Equal("F/bin.json: is not text in UTF-8; it may be binary.",
            Said(() => Catalog.Open(At("bin.json"))));
    }

    [Fact]
    public void FileWithZeros_IsRefused()
    {
        Write("zero.json", "{ \0 }");
        Assert.Equal("F/zero.json: is binary; a JSON object is expected.",
            Said(() => Catalog.Open(At("zero.json"))));
    }

    [Fact]
    public void Cycle_IsNamed()
    {
        Write("a.json", """{ "extends": "b.json" }""");
        Write("b.json", """{ "extends": "./sub/../c.json" }""");
        Write("c.json", """{ "extends": "a.json" }""");
        Assert.Equal(
            "F/c.json(1): $.extends: extends itself: F/a.json → F/b.json → F/c.json → F/a.json; "
                + "one of them must stand alone.",
            Said(() => Catalog.Open(At("a.json"))));
    }

    [Fact]
    public void SelfExtension_IsACycle()
    {
        Write("a.json", """{ "extends": "a.json" }""");
        Assert.Equal(
            "F/a.json(1): $.extends: extends itself: F/a.json → F/a.json; one of them must stand "
                + "alone.",
            Said(() => Catalog.Open(At("a.json"))));
    }

    [Fact]
    public void MissingParent_NamesTheChain()
    {
        Write("a.json", """{ "extends": "b.json" }""");
        Write("b.json", """{ "extends": "gone.json" }""");
        Assert.Equal(
            "F/b.json(1): $.extends: \"F/gone.json\" not found; nothing in its folder is "
                + "called alike. (reached by F/a.json → F/b.json)",
            Said(() => Catalog.Open(At("a.json"))));
    }

    [Fact]
    public void ErrorInAParent_NamesTheParent()
    {
        Write("a.json", """{ "extends": "b.json" }""");
        Write("b.json", """
            { "extends": "h100-sxm",
              "power": { "tdp": 700 } }
            """);
        Assert.Equal(
            "F/b.json(2): $.power.tdp: expected text with a unit, such as \"700 W\", but found the "
                + "number 700.",
            Said(() => _ = Catalog.Open(At("a.json")).Accelerator));
    }

    [Fact]
    public void ClusterForAnAccelerator_IsRefused() => Assert.Equal(
        "hwconfigs/clusters/dgx-h100.json: is a cluster; one accelerator is expected here.",
        Said(() => _ = Catalog.Open("dgx-h100").Accelerator));

    [Fact]
    public void Child_OverridesOneFieldAndKeepsTheRest()
    {
        Write("fast.json", """
            {
              "extends": "h100-sxm",
              "memory": { "hbm": { "bandwidth": "4.8 TB/s" } }
            }
            """);
        var document = Catalog.Open(At("fast.json"));
        var bandwidth = document.Accelerator.Memory["hbm"].Bandwidth!.Value;
        Assert.Equal("fast", document.Accelerator.Id);
        Assert.Equal(4.8e12, bandwidth.Value.Value);
        Assert.Equal(
            new FactSource(Provenance.Assumed, "no source given", At("fast.json"), 3,
                "$.memory.hbm.bandwidth", "4.8 TB/s"),
            bandwidth.Source);
        var capacity = document.Accelerator.Memory["hbm"].Capacity.Source;
        Assert.Equal(Provenance.Datasheet, capacity.Tag);
        Assert.Equal("hwconfigs/accelerators/h100-sxm.json", capacity.File);
    }

    [Fact]
    public void Null_RemovesAnOptionalMember()
    {
        Write(
            "bare.json",
            """{ "extends": "h100-sxm", "links": null, "price": { "perHour": null } }""");
        var accelerator = Catalog.Open(At("bare.json")).Accelerator;
        Assert.Empty(accelerator.Links);
        Assert.Null(accelerator.Price.PerHour);
        Assert.NotNull(accelerator.Price.Purchase);
    }

    [Fact]
    public void Diff_ShowsOnlyWhatDiffers()
    {
        Write("fast.json", """
            { "extends": "h100-sxm", "name": "Fast",
              "memory": { "hbm": { "bandwidth": "6704 GB/s", "capacity": "81920 MiB" } },
              "power": { "burst": "800 W" } }
            """);
        var rows = HardwareDiff.Compare(Catalog.Open("h100-sxm"), Catalog.Open(At("fast.json")));
        Assert.Equal(
            [
                "$.name: NVIDIA H100 SXM5 80 GB | Fast | ",
                "$.memory.hbm.bandwidth: 3352 GB/s | 6704 GB/s | 2",
                "$.power.burst:  | 800 W | ",
            ],
            rows.Select(row => $"{row.Path}: {row.Left?.Text} | {row.Right?.Text} | {row.Ratio}"));
        Assert.Equal((2, At("fast.json")), (rows[1].Right!.Line, rows[1].Right!.File));
    }

    [Fact]
    public void Scaling_InsideACluster_ReachesItsAccelerator()
    {
        const string path = "pools.gpu.accelerator.memory.hbm.bandwidth";
        var scaled = Catalog.Open("dgx-h100").WithScaled(path, 1.5);
        Assert.Equal(5.028e12,
            scaled.Cluster.Pools["gpu"].Accelerator.Memory["hbm"].Bandwidth!.Value.Value.Value, 0);
    }

    [Fact]
    public void Scaling_AName_IsRefused() => Assert.Equal(
        "hwconfigs/accelerators/h100-sxm.json(3): $.name: is not a quantity, so it cannot be "
            + "scaled.",
        Said(() => Catalog.Open("h100-sxm").WithScaled("name", 2)));

    [Fact]
    public void Scaling_AnUnknownField_NamesTheNearest() => Assert.Equal(
        "hwconfigs/accelerators/h100-sxm.json: $.memory.hbm.bandwith: no such field; near it: "
            + "$.memory.hbm.bandwidth, $.memory.hbm.busWidth, $.memory.hbm.capacity.",
        Said(() => Catalog.Open("h100-sxm").WithScaled("memory.hbm.bandwith", 2)));

    [Fact]
    public void AllProblems_AreReportedTogether()
    {
        var problem = Assert.Throws<ConfigException>(() => HardwareDocument.Parse(
            """
            { "extends": "h100-sxm",
              "memory": { "hbm": { "capacity": 80 } },
              "power": { "tdp": "700" },
              "price": { "rent": "3 USD/h" } }
            """, "x.json").Accelerator);
        Assert.Equal([2, 3, 4], problem.All.Select(one => one.Line));
        Assert.Equal(problem.Message, string.Join('\n', problem.All.Select(one => one.Message)));
    }

    private string At(string name) => _folder + "/" + name;

    private void Write(string name, string text) => File.WriteAllText(At(name), text);

    private string Said(Action action) => Assert.Throws<ConfigException>(action).Message
        .Replace(_folder, "F", StringComparison.Ordinal);
}
