using AccelSim.Costs;
using System.IO.Compression;
using System.Text;
using AccelSim.Reports;
using AccelSim.Validation;

namespace AccelSim.Cli.Tests;

/// <summary>The verb <c>validate</c>: its gate, files and messages.</summary>
public sealed class ValidateTests
{
    private const string Header = "device,dtype,m,n,k,latency_us,backend,version\n";

    /// <summary>The model says 42.06 µs: half of what was measured, and all of it.</summary>
    private const string Rows =
        "h100_sxm,bfloat16,1,8192,8192,84.12,x,1\nl40s,fp8,1,32,32,2,x,1\n";

    [Theory]
    [InlineData("60%", 0, "within the 60.0 % allowed.")]
    [InlineData("49 %", 1, "more than the 49.0 % allowed.")]
    public void MaxMedian_DecidesTheExitCodeOnTheLastLine(string most, int code, string end)
    {
        using var folder = Tables("h100_sxm,bfloat16,1,8192,8192,84.12,x,1\n");
        var run = Typed.Run(
            "validate", "--tables", folder.Path, "--rung", "roofline", "--max-median", most);
        Assert.Equal("", run.Error);
        Assert.Equal(code, run.Code);
        Assert.Equal(
            "Overall: median absolute error 50.0 % over 1 row; " + end, LastLine(run.Out));
    }

    [Fact]
    public void Validate_PrintsTheGoldenText()
    {
        using var folder = Tables(Rows);
        var run = Typed.Run("validate", "--tables", folder.Path, "--rung", "roofline");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        Golden.Compare("validate", run.Out);
    }

    [Fact]
    public void Out_HasTheSameBytesEveryTime()
    {
        using var folder = Tables(Rows);
        var first = Written(folder, "first");
        Assert.Equal(first, Written(folder, "second"));
        Assert.StartsWith(
            "rung,operator,device,format,regime,rows,median_abs_error,", first[0],
            StringComparison.Ordinal);
        Assert.Contains("\"gemm\":[[84.12,", first[1], StringComparison.Ordinal);
        var body = first[1][..first[1].IndexOf("<script>", StringComparison.Ordinal)];
        Assert.DoesNotContain("{{", body, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingJudged_Fails()
    {
        using var folder = Tables(Rows);
        var run = Typed.Run("validate", "--tables", folder.Path, "--devices", "b60");
        Assert.Equal(1, run.Code);
        Assert.Equal("Overall: no row was judged.", LastLine(run.Out));
    }

    [Fact]
    public void Devices_AreNamedAsTablesOrHardwareFilesDo()
    {
        using var folder = Tables(Rows);
        var byTable = Typed.Run("validate", "--tables", folder.Path, "--devices", "h100_sxm");
        var byFile = Typed.Run("validate", "--tables", folder.Path, "--devices", "h100-sxm");
        Assert.Equal(byTable, byFile);
        Assert.EndsWith("over 1 row.\n", byFile.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_ThatIsCutOff_IsToldWithItsLine()
    {
        using var folder = new TemporaryFolder();
        var text = new StringBuilder(Header);
        for (var i = 1; i < 2000; i++)
            text.Append($"h100_sxm,bfloat16,{i},{7919 * i % 8191 + 1},{31 * i % 1021 + 1},9,x,1\n");
        var file = folder["gemm.csv.gz"];
        File.WriteAllBytes(file, Packed(text.ToString())[..^2000]);
        var run = Typed.Run("validate", "--tables", folder.Path);
        Assert.Equal(2, run.Code);
        Assert.Matches(
            @"^\S+gemm\.csv\.gz\(\d+\): the compressed data is broken or cut off from here on\.\n$",
            run.Error);
    }

    [Theory]
    [InlineData("validate", "--tables: is missing; name the folder of the measured tables.")]
    [InlineData("validate --tables T --rung magic",
        "--rung: \"magic\" is not known; known: roofline, analytical, table, trace.")]
    [InlineData("validate --tables T --operators gem",
        "--operators: \"gem\" is not known; did you mean \"gemm\"? Known: gemm, "
        + "attention_prefill, attention_decode, mla, moe, allreduce, deployments, "
        + "served_run, power.")]
    [InlineData("validate --tables T --devices tpu",
        "--devices: \"tpu\" is not known; known: a100_sxm, b60, h100_sxm, h200_sxm, l40s.")]
    [InlineData("validate --tables T --folds 1",
        "--folds: must be at least 2: one part is left out, others are fitted.")]
    [InlineData("validate --tables T --folds 5 --rung roofline",
        "--folds: fits the analytical rung; leave --rung out.")]
    [InlineData("validate --tables T --transfer-from l40s --devices l40s",
        "--transfer-from: leaves no device to judge; lend from fewer, or name another with "
        + "--devices.")]
    [InlineData("validate --tables T",
        "T: not found; a folder of measured tables is expected.")]
    public void Flags_ThatAreWrong_AreTold(string command, string message)
    {
        var run = Typed.Run(command);
        Assert.Equal(2, run.Code);
        Assert.Equal(message + "\n", run.Error);
    }

    [Fact]
    public void MaxMedian_WithoutPercent_IsTold()
    {
        var run = Typed.Run("validate --tables T --max-median 10");
        Assert.Equal(2, run.Code);
        Assert.StartsWith(
            "--max-median: expected a share in percent, such as 10%, but found \"10\".\n",
            run.Error, StringComparison.Ordinal);
    }

    /// <summary>The page of figures is what its command writes.</summary>
    [SharedDataFact("groundtruth/gemm.csv.gz")]
    public void FidelityPage_IsGeneratedFromTheTables()
    {
        var tables = Path.GetDirectoryName(RepositoryRoot.Shared("groundtruth/gemm.csv.gz"))!;
        var result = new Validator(tables, CostRung.Named("analytical", "--rung")).Run();
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "fidelity.md"));
        Assert.EndsWith(
            ValidationMarkdown.Shipped(result), page.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }

    private static string[] Written(TemporaryFolder folder, string name)
    {
        var run = Typed.Run("validate", "--tables", folder.Path, "--out", folder[name]);
        Assert.Equal("", run.Error);
        return
        [
            File.ReadAllText(Path.Combine(folder[name], "validation.csv")),
            File.ReadAllText(Path.Combine(folder[name], "validation.html")),
        ];
    }

    private static TemporaryFolder Tables(string rows)
    {
        var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["gemm.csv.gz"], Packed(Header + rows));
        return folder;
    }

    private static byte[] Packed(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    private static string LastLine(string text) => text.TrimEnd('\n').Split('\n')[^1];
}
