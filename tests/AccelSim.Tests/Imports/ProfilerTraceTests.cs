using System.IO.Compression;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Imports;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Tests.Imports;

/// <summary>Traces of PyTorch's profiler, made by hand.</summary>
public sealed class ProfilerTraceTests : IDisposable
{
    private const string Bf16 = "\"c10::BFloat16\",\"c10::BFloat16\",\"c10::BFloat16\"";

    private readonly string _folder = Directory.CreateTempSubdirectory("accelsim-prof").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("aten::mm", "[[64,4096],[4096,512]]", "", "linear", "m=64 n=512 k=4096")]
    [InlineData("aten::addmm", "[[512],[64,4096],[4096,512]]", "", "linear",
        "m=64 n=512 k=4096")]
    [InlineData("aten::mm", "[[64,4096],[99,512]]", "",
        "product, sizes or format not in a table", "")]
    [InlineData("aten::_flash_attention_forward", "[[2,64,8,128],[2,64,2,128],[],[],[]]",
        "\"\",\"\",\"\",\"\",\"\",\"64\",\"64\",\"0.\",\"True\"", "prefill attention",
        "batch=2 seq=64 heads=8 kv_heads=2 head_dim=128 window=0")]
    [InlineData("aten::_flash_attention_forward", "[[2,1,8,128],[2,64,2,128],[],[],[]]",
        "\"\",\"\",\"\",\"\",\"\",\"1\",\"64\",\"0.\",\"False\"", "decode attention",
        "batch=2 kv_len=64 heads=8 kv_heads=2 head_dim=128 window=0")]
    // Packed prompts: their lengths are in a tensor.
    [InlineData("aten::_flash_attention_forward", "[[64,8,128],[64,2,128],[],[3],[3]]",
        "\"\",\"\",\"\",\"\",\"\",\"64\",\"64\",\"0.\",\"True\"",
        "attention, lengths not recorded", "")]
    [InlineData("flash_attn::_flash_attn_forward", "[[1,64,8,128],[1,64,2,128],[]]",
        "\"\",\"\",\"\",\"0.\",\"0.1\",\"True\",\"-1\"", "prefill attention",
        "batch=1 seq=64 heads=8 kv_heads=2 head_dim=128 window=0")]
    [InlineData("vllm::unified_attention_with_output", "[[64,1024]]", "",
        "attention, lengths not recorded", "")]
    [InlineData("_C::rms_norm", "[[64,1024]]", "", "normalisation", "")]
    [InlineData("aten::frobnicate", "[[64,1024]]", "", "other", "")]
    public void Operators_AreKnownByNameAndSizes(
        string name, string dims, string values, string kind, string shape)
    {
        var trace = Read(Operator(1, name, dims, Bf16, values), Kernel(1, "k1", 30),
            Kernel(1, "k2", 2));
        var one = Assert.Single(trace.Operators);
        Assert.Equal(
            (kind, name, shape, 1, 32.0),
            (one.Kind, one.Name, one.Shape, one.Count, one.MedianMicroseconds));
    }

    [Fact]
    public void OtherFormats_AreInNoTable() => Assert.Equal(
        "", Assert.Single(Read(
            Operator(1, "aten::mm", "[[6,4],[4,5]]", "\"float\",\"float\"", ""),
            Kernel(1, "k", 3)).Operators).Table);

    [Fact]
    public void KernelsOfNoOperator_AreCountedUnderTheirNames()
    {
        // As those of a CUDA graph, which all have the id of its launch.
        var trace = Read(
            Kernel(9, "void first<float>(int)", 5), Kernel(9, "second", 7), Kernel(9, "second", 9));
        Assert.Equal(
            [("other", "second", 2, 16.0), ("other", "void first", 1, 5.0)],
            trace.Operators.Select(one =>
                (one.Kind, one.Name, one.Count, one.TotalMicroseconds)));
        Assert.Equal(3, trace.Kernels);
    }

    [Fact]
    public void AKernelMayComeBeforeItsOperator()
    {
        var trace = Read(
            Kernel(1, "k", 3), Operator(1, "aten::mm", "[[6,4],[4,5]]", Bf16, ""));
        Assert.Equal("linear", Assert.Single(trace.Operators).Kind);
    }

    [Fact]
    public void Collectives_TellTheirMessages()
    {
        var trace = Read("""
            {"ph":"X","cat":"kernel","name":"ncclDevKernel_AllReduce","ts":1,"dur":40,"args":
            {"External id":1,"Collective name":"allreduce","In msg nelems":1024,
            "Out msg nelems":1024,"Group size":8,"dtype":"BFloat16"}}
            """);
        Assert.Equal("ranks=8 bytes=2048", Assert.Single(trace.Operators).Shape);
    }

    [Theory]
    [InlineData("t.json", false)]
    [InlineData("t.json.gz", false)]
    [InlineData("t.json", true)]
    public void TimesOfOneShape_BecomeItsMedian(string name, bool isList)
    {
        string[] events = [.. Enumerable.Range(1, 5).SelectMany(i => new[]
        {
            Operator(i, "aten::mm", "[[6,4],[4,5]]", Bf16, ""), Kernel(i, "k", i * i),
        })];
        Write(name, isList ? $"[{string.Join(',', events)}]" : Text(events));
        var trace = ProfilerTrace.Read(Path.Combine(_folder, name));
        using (var tables = new ImportedTables(_folder, "h100-sxm")) trace.Write(tables);
        using var file = File.OpenRead(Path.Combine(_folder, "gemm.csv.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        Assert.Equal(
            "device,dtype,m,n,k,latency_us,backend\nh100_sxm,bfloat16,6,5,4,9,\n",
            reader.ReadToEnd());
    }

    /// <summary>Old Kineto's names, which newer ones write otherwise.</summary>
    [Fact]
    public void NamesOfOldProfiles_AreKnown()
    {
        var trace = Read(
            Operator(1, "aten::mm", "[[6,4],[4,5]]", Bf16, "").Replace("cpu_op", "Operator")
                .Replace("External id", "external id").Replace("Input Dims", "Input dims"),
            Kernel(1, "k", 3).Replace("\"kernel\"", "\"Kernel\"")
                .Replace("External id", "external id"),
            Kernel(8, "Memcpy HtoD", 2).Replace("\"kernel\"", "\"Memcpy\""));
        Assert.Equal(["linear", "copy"], trace.Operators.Select(one => one.Kind));
    }

    /// <summary>Of a PyTorch that was built without Kineto.</summary>
    [Fact]
    public void AProfileOfTheHostAlone_IsTold()
    {
        Write("t.json", """
            [{"name": "aten::mm", "ph": "X", "ts": 9525, "dur": 17, "tid": 1,
            "pid": "CPU functions", "args": {}}, {"name": "aten::argmax", "ph": "X", "ts": 9544,
            "dur": 3, "tid": 1, "pid": "CPU functions", "args": {}}]
            """);
        var refusal = Damage.Refusal(
            () => ProfilerTrace.Read(Path.Combine(_folder, "t.json")));
        Assert.EndsWith("t.json: holds 2 spans of the host, but no kernel of a device; profile "
            + "with ProfilerActivity.CUDA, and with record_shapes=True for sizes. Where a "
            + "processor was profiled, --hardware names it, such as epyc-9654.",
            refusal!.Message, StringComparison.Ordinal);
        Assert.EndsWith("t.json: holds no operator of the host (cpu_op) among 2 spans; profile "
            + "with ProfilerActivity.CPU, and with record_shapes=True for sizes, by a PyTorch that "
            + "was built with Kineto.",
            Damage.Refusal(() => ProfilerTrace.Read(Path.Combine(_folder, "t.json"), true))!
                .Message, StringComparison.Ordinal);
    }

    /// <summary>As Kineto writes it, before the events.</summary>
    [Fact]
    public void Devices_AreRead()
    {
        Write("t.json", Text(Kernel(1, "k", 3)).Replace("{\"id\":0}", """
            { "id": 0, "name": "NVIDIA A100-SXM4-80GB", "totalGlobalMem": 85174583296,
              "computeMajor": 8, "computeMinor": 0, "warpSize": 32, "numSms": 108
            , "regsPerMultiprocessor": 65536 }, {"id": 1, "name": null}, 7
            """, StringComparison.Ordinal));
        Assert.Equal(
            [
                new ProfiledDevice("NVIDIA A100-SXM4-80GB", 85174583296, 108),
                new ProfiledDevice("", null, null),
            ],
            ProfilerTrace.Read(Path.Combine(_folder, "t.json")).Devices);
    }

    [Theory]
    [InlineData("{}", "(1): has no traceEvents; a trace of PyTorch's profiler has them.")]
    [InlineData("7", "(1): is no list of events, nor an object with traceEvents.")]
    [InlineData("{\"traceEvents\":7}", "(1): traceEvents is no list of events.")]
    [InlineData("{\"traceEvents\":[\n7]}", "(2): an event is no object {…}.")]
    [InlineData("{\"traceEvents\":[]}", "holds no kernel of a device; profile with ")]
    [InlineData("{\"traceEvents\":[{\"ph\":\"X\",\"dur\":-1}]}",
        "(1): an event's dur is no time in microseconds.")]
    [InlineData("{\"traceEvents\":[{\"ph\":\"X\"}]}",
        "(1): an event of phase X has no dur; it is no whole span.")]
    [InlineData("{\"traceEvents\":[{\"ph\":\"X\",", "(1): is not well-formed JSON here; ")]
    [InlineData("{\"traceEvents\":[\n{\"ph\"x", "(2): is not well-formed JSON here; ")]
    public void WhatIsWrong_IsTold(string text, string message)
    {
        Write("t.json", text);
        var error = Assert.Throws<ConfigException>(
            () => ProfilerTrace.Read(Path.Combine(_folder, "t.json")));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.json", 7)]
    [InlineData("t.json.gz", 1)]
    public void DamagedTraces_AreReadOrTold(string name, int step)
    {
        Write(name, Text(
            Operator(1, "aten::mm", "[[6,4],[4,5]]", Bf16, ""), Kernel(1, "k", 3),
            Operator(2, "aten::silu", "[[6,4]]", Bf16, "\"x\""), Kernel(2, "k", 3)));
        var sound = File.ReadAllBytes(Path.Combine(_folder, name));
        foreach (var bytes in Damage.Each(sound, step)) Check(name, bytes);
        Prop.ForAll(Damage.Of(sound).ToArbitrary(), bytes => Check(name, bytes))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(250));
    }

    /// <summary>One endless event, and one endless text, stay within bounds.</summary>
    [Theory]
    [InlineData("{\"traceEvents\":[{\"name\":\"")]
    [InlineData("{\"traceEvents\":[{\"a\":1},{\"args\":[")]
    public void EventsWithoutEnd_AreRefused(string start)
    {
        const int far = 20 << 20;
        Write("t.json", start + new string(start.EndsWith('"') ? 'x' : ' ', far));
        var refusal = Damage.Refusal(
            () => ProfilerTrace.Read(Path.Combine(_folder, "t.json")));
        Assert.Contains("no event has one", refusal!.Message, StringComparison.Ordinal);
    }

    /// <summary>Events before the fault are counted once.</summary>
    [Fact]
    public void AFault_IsToldWithItsLine()
    {
        Write("t.json", $"[\n{Kernel(1, "a", 1)},\n{Kernel(2, "b", 2)},\n\n{{\"ph\":oops}}]\n");
        var refusal = Damage.Refusal(
            () => ProfilerTrace.Read(Path.Combine(_folder, "t.json")));
        Assert.Equal(5, refusal!.Line);
    }

    private void Check(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(_folder, name), bytes);
        Damage.Refusal(() => ProfilerTrace.Read(Path.Combine(_folder, name)));
    }

    private ProfilerTrace Read(params string[] events)
    {
        Write("t.json", Text(events));
        return ProfilerTrace.Read(Path.Combine(_folder, "t.json"));
    }

    private static string Text(params string[] events) =>
        "{\"schemaVersion\":1,\"deviceProperties\":[{\"id\":0}],\n\"traceEvents\":[\n"
        + string.Join(",\n", events) + "\n],\"traceName\":\"t\"}\n";

    private static string Operator(
        int id, string name, string dims, string types, string values) =>
        $"{{\"ph\":\"X\",\"cat\":\"cpu_op\",\"name\":\"{name}\",\"ts\":1.5,\"dur\":2,\"args\":"
        + $"{{\"External id\":{id},\"Input Dims\":{dims},\"Input type\":[{types}],"
        + $"\"Concrete Inputs\":[{values}]}}}}";

    private static string Kernel(int id, string name, int microseconds) =>
        $"{{\"ph\":\"X\",\"cat\":\"kernel\",\"name\":\"{name}\",\"ts\":9,\"dur\":{microseconds},"
        + $"\"args\":{{\"External id\":{id},\"stream\":7}}}}";

    private void Write(string name, string text)
    {
        using var file = File.Create(Path.Combine(_folder, name));
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
