using System.IO.Compression;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Traces;

namespace AccelSim.Tests.Traces;

/// <summary>What is no captured run says what it is.</summary>
public sealed class WrongTraceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("accelsim-wrong").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" \n", "it is empty")]
    [InlineData("\0\u0001\u0002", "it is binary")]
    [InlineData("hello\r\nworld\n", "it begins with \"hello\"")]
    [InlineData("a,b,c\n1,2,3\n", "it begins with \"a,b,c\"")]
    [InlineData("{}\n", "it begins with \"{}\"")]
    [InlineData("[1]", "it begins with \"[1]\"")]
    [InlineData("{\n \"what\": 1 }", "it is JSON that begins with the member \"what\"")]
    [InlineData("{\n // Words.\n \"extends\": \"h100-sxm\",\n \"name\": \"x\"",
        "it describes hardware, which --hardware takes")]
    [InlineData("{\"hidden_size\":8,\"model_type\":\"llama\"}",
        "it is a model's config.json, which --model takes")]
    [InlineData("{\n\"schemaVersion\": 1, \"traceEvents\": [\n", "it is a Chrome trace; of a "
        + "PyTorch profile \"accelsim import\" makes tables of kernel times")]
    [InlineData("[{\"ph\":\"X\",\"name\":\"k\"}]", "it is a Chrome trace; of a PyTorch profile ")]
    [InlineData("{\"input_toks\":9,\"output_toks\":3,\"arrival_time_ns\":0}\n",
        "it lists requests (llmservingsim), which \"accelsim compare --run\" takes where they ")]
    [InlineData("request_id,arrival_s,prompt_tokens,output_tokens,first_token_s\n0,0,9,2,1\n",
        "it lists requests (accelsim-run), which \"accelsim compare --run\" takes where they ")]
    [InlineData("{\"date\":\"x\",\"input_lens\":[9],\"output_lens\":[2]}",
        "it lists requests (vllm-bench), which \"accelsim compare --run\" takes where they ")]
    public void EachKind_IsNamed(string text, string found)
    {
        var message = Message("run.jsonl", Encoding.UTF8.GetBytes(text));
        Assert.StartsWith(In("run.jsonl(1): is no captured run: " + found), message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "; \"accelsim capture\" and \"accelsim measure\" write one, such as run.jsonl.gz.",
            message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run.jsonl.gz", false, "its name ends with .gz, but it is not packed with gzip; ")]
    [InlineData("run.jsonl", true, "it is packed with gzip, but its name does not end with .gz; ")]
    [InlineData("run.jsonl.gz", true, "it begins with \"hello\"; ")]
    public void PackingThatItsNameDoesNotTell_IsNamed(string name, bool isPacked, string found)
    {
        var bytes = "hello\n"u8.ToArray();
        Assert.Contains(
            "is no captured run: " + found, Message(name, isPacked ? Packed(bytes) : bytes),
            StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsPackedTwice_IsNamed() => Assert.Contains(
        "it is packed with gzip twice; ", Message("run.jsonl.gz", Packed(Packed([1]))),
        StringComparison.Ordinal);

    /// <summary>Weights are one line of gigabytes; the first bytes tell.</summary>
    [Fact]
    public void AHugeBinaryLine_IsNotReadWhole()
    {
        var bytes = new byte[100 << 20];
        bytes.AsSpan().Fill(0xEE);
        File.WriteAllBytes(In("run.jsonl"), bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("it is binary", Refusal("run.jsonl"), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void AFolder_IsNamed() => Assert.StartsWith(
        _folder + ": is no captured run: it is a folder; ",
        Assert.Throws<ConfigException>(() => new TraceReader(_folder)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void AFileThatIsNotThere_IsToldWithItsLikes()
    {
        File.WriteAllText(In("runs.jsonl"), "");
        Assert.EndsWith(
            "run.jsonl: not found; near it: runs.jsonl.", Refusal("run.jsonl"),
            StringComparison.Ordinal);
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest)) gzip.Write(bytes);
        return memory.ToArray();
    }

    private string Message(string name, byte[] bytes)
    {
        File.WriteAllBytes(In(name), bytes);
        return Refusal(name);
    }

    private string Refusal(string name) =>
        Assert.Throws<ConfigException>(() => new TraceReader(In(name))).Message;

    private string In(string name) => Path.Combine(_folder, name);
}
