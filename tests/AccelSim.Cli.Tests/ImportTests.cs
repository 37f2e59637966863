using AccelSim.Cli.Output;

namespace AccelSim.Cli.Tests;

/// <summary>import as a user types it.</summary>
public sealed class ImportTests
{
    private const string Perf = "framework,version,device,op_name,kernel_source,gemm_dtype,m,n,k,"
        + "latency\nVLLM,1,x,gemm,y,bfloat16,8,4096,4096,0.02\nVLLM,1,x,gemm,y,nvfp4,8,4,4,0.02\n";

    private const string Profile = """
        {"traceEvents":[
        {"ph":"X","cat":"cpu_op","name":"aten::mm","ts":1,"dur":2,"args":{"External id":1,
        "Input Dims":[[8,4096],[4096,4096]],"Input type":["c10::Half","c10::Half"]}},
        {"ph":"X","cat":"kernel","name":"gemm","ts":2,"dur":15,"args":{"External id":1}},
        {"ph":"X","cat":"kernel","name":"odd<int>(x)","ts":9,"dur":5,"args":{"External id":7}}]}
        """;

    private static readonly string OfHost =
        Profile[..Profile.IndexOf(",\n{\"ph\":\"X\",\"cat\":\"kernel\"")] + "]}";

    [Fact]
    public void AProfile_BecomesTablesThatValidateReads()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.json", Profile);
        var run = Typed.Run($"import {file} --hardware h100-sxm --out {folder["tables"]}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.Contains("linear       1     1   0.01500     75 %  gemm\n"
            + "other        1     1  0.005000     25 %  –\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(
            [
                "kind,operator,shape,table,count,median_us,total_us",
                "linear,aten::mm,m=8 n=4096 k=4096,gemm,1,15,15", "other,odd,,,1,5,5",
            ],
            File.ReadLines(folder["tables/operators.csv"]));
        Assert.Contains("over 1 row.", Typed.Run($"validate --tables {folder["tables"]}").Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public void CollectorTables_AreKnownByTheirHeaders()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("whatever.txt", Perf);
        var run = Typed.Run($"import {file} --hardware h100-sxm --out {folder["tables"]}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.StartsWith(
            "Left out 1 row: weights in \"nvfp4\".\nWrote gemm.csv.gz: 1 row\n", run.Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AProfileWithoutTables_StillTellsItsOperators()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.json", Profile.Replace("c10::Half", "float"));
        var run = Typed.Run($"import {file} --hardware h100-sxm --out {folder["tables"]}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.EndsWith(
            $"Wrote operators.csv to {folder["tables"]}. No operator fits a table; 1 of 2 are "
            + "other.\n", run.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["tables/operators.csv"]));
    }

    [Fact]
    public void CollectorTablesWithoutARowThatFits_Fail()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.txt", Perf.Replace("bfloat16", "nvfp4"));
        var run = Typed.Run($"import {file} --hardware h100-sxm --out {folder["tables"]}");
        Assert.Equal(1, run.Code);
        Assert.EndsWith("No row fits a table.\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void AProfileOfAProcessor_BecomesTablesOfIt()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.json", OfHost);
        var run = Typed.Run($"import {file} --hardware epyc-9654 --out {folder["tables"]}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        Assert.StartsWith(
            "1 operator of the host, without those that it called", run.Out,
            StringComparison.Ordinal);
        Assert.Contains("over 1 row.", Typed.Run($"validate --tables {folder["tables"]}").Out,
            StringComparison.Ordinal);
    }

    /// <summary>Its times would be taken for another device's.</summary>
    [Fact]
    public void AProfileOfAnotherDevice_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.json", Named("NVIDIA A100-SXM4-80GB"));
        var run = Typed.Run($"import {file} --hardware h100-sxm --out {folder["tables"]}");
        Assert.Equal(2, run.Code);
        Assert.Equal($"{file}: $.deviceProperties: names the device \"NVIDIA A100-SXM4-80GB\", "
            + "but --hardware says h100-sxm, so that the tables would tell its times for "
            + "another's; name what was measured: a100-sxm-40gb or a100-sxm-80gb.\n",
            run.Error);
        Assert.False(Directory.Exists(folder["tables"]));
    }

    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3\",\"numSms\":132,\"totalGlobalMem\":85029158912,\"x\":\"",
        "")]
    [InlineData("NVIDIA H100 PCIe\",\"numSms\":114,\"x\":\"",
        "Warning: the profile's NVIDIA H100 PCIe has 114 multiprocessors, and h100-sxm 132; ")]
    [InlineData("NVIDIA H100\",\"numSms\":132,\"totalGlobalMem\":101997215744,\"x\":\"",
        "Warning: the profile's NVIDIA H100 has 102.0 GB of memory, and h100-sxm ")]
    [InlineData("NVIDIA Future",
        "Warning: the profile names the device \"NVIDIA Future\", which no shipped accelerator ")]
    public void AProfileThatMayBeOfAnotherDevice_WarnsOfIt(string name, string warning)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.json", Named(name));
        var run = Typed.Run($"import {file} --hardware h100-sxm --out {folder["tables"]}");
        Assert.Equal(("", 0), (run.Error, run.Code));
        var told = run.Out.ReplaceLineEndings(" ").Replace("     ", " ", StringComparison.Ordinal);
        if (warning.Length == 0) Assert.DoesNotContain("Warning", told, StringComparison.Ordinal);
        else Assert.StartsWith(warning, told, StringComparison.Ordinal);
    }

    private static string Named(string device) => Profile.Replace(
        "{\"traceEvents\"", "{\"deviceProperties\":[{\"id\":0,\"name\":\"" + device
        + "\"}],\"traceEvents\"", StringComparison.Ordinal);

    /// <summary>Nothing is said to be written before it is in its place.</summary>
    [Fact]
    public void WhatIsSaidToBeWritten_IsInItsPlace()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("whatever.txt", Perf);
        using var told = new Listener(folder["tables/gemm.csv.gz"]);
        var code = CommandLine.Run(
            ["import", file, "--hardware", "h100-sxm", "--out", folder["tables"]],
            new Terminal(told, told));
        Assert.Equal(0, code);
        Assert.Equal([true, true], told.WasThere);
    }

    /// <summary>Notes with each line on what was written whether a file is there.</summary>
    private sealed class Listener(string path) : StringWriter
    {
        public List<bool> WasThere { get; } = [];

        public override void WriteLine(string? value)
        {
            if (value?.StartsWith("Wrote", StringComparison.Ordinal) == true)
                WasThere.Add(File.Exists(path));
        }
    }

    [Fact]
    public void CollectorTables_AmongTables_AreSentToImport()
    {
        using var folder = new TemporaryFolder();
        folder.Write("gemm_perf.txt", Perf);
        var run = Typed.Run($"validate --tables {folder.Path}");
        Assert.Equal(2, run.Code);
        Assert.Contains("AIConfigurator's own tables go through \"accelsim import\" first.",
            run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import PROFILE --out X", "--hardware: is missing; name what was measured")]
    [InlineData("import PROFILE --hardware h100-sxm", "--out: is missing; name a folder")]
    [InlineData("import PROFILE --hardware h101 --out X",
        "--hardware: \"h101\" is no shipped accelerator")]
    [InlineData("import PROFILE --hardware h100-sxm --out X --format nsys",
        "--format: \"nsys\" is not known; known: kineto, aiconfigurator.")]
    [InlineData("import NONE --hardware h100-sxm --out X", ": not found; ")]
    [InlineData("import PROFILE --hardware h100-sxm --out X --format aiconfigurator",
        "(1): has no header of a known table")]
    [InlineData("import WORDS --hardware h100-sxm --out X",
        "(1): is neither a trace of PyTorch's profiler (kineto: JSON) nor a table of ")]
    [InlineData("import BENCH --hardware h100-sxm --out X",
        "is a run of requests, which needs no import; give it to \"accelsim compare --run\" ")]
    public void WrongInput_IsTold(string command, string message)
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run(command
            .Replace("PROFILE", folder.Write("t.json", Profile), StringComparison.Ordinal)
            .Replace("WORDS", folder.Write("words.txt", "hello\n"), StringComparison.Ordinal)
            .Replace("BENCH", folder.Write("b.json", "{\"date\":\"x\",\"input_lens\":[1]}"),
                StringComparison.Ordinal)
            .Replace("NONE", folder["none.json"], StringComparison.Ordinal)
            .Replace(" X", " " + folder["tables"], StringComparison.Ordinal));
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["tables"]));
    }
}
