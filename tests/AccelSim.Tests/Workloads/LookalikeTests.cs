using System.IO.Compression;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads;
using AccelSim.Workloads.Runs;

namespace AccelSim.Tests.Workloads;

/// <summary>Requests that look like files of another kind, and the other way round.</summary>
public sealed class LookalikeTests
{
    private const string Row = "\"timestamp\":0,\"input_length\":9,\"output_length\":2,"
        + "\"hash_ids\":[1]";

    /// <summary>Rows may say more than is read, under any name.</summary>
    [Theory]
    [InlineData("\"memory\":4")]
    [InlineData("\"extends\":\"x\",\"fabric\":{}")]
    [InlineData("\"kind\":\"ph\"")]
    [InlineData("\"ph\":\"X\"")]
    [InlineData("\"note\":{\"traceEvents\":[]}")]
    [InlineData("\"model\":\"m\",\"replicas\":2")]
    [InlineData("\"command\":\"c\",\"inputs\":[]")]
    [InlineData("\"architectures\":[],\"model_type\":\"llama\"")]
    public void RowsWithOtherMembers_AreRequests(string member)
    {
        var text = $"{{{member},{Row}}}\n{{{Row},{member}}}\n";
        Assert.Equal(2, Parse("t.jsonl", text).Requests.Count);
        Assert.Equal(2, Parse("t.jsonl", text, "mooncake").Requests.Count);
    }

    [Fact]
    public void TimedRowsWithOtherMembers_AreARun()
    {
        const string row = "{\"memory\":4,\"ph\":\"X\",\"input_toks\":9,\"output_toks\":2,"
            + "\"queued_ts\":0,\"first_token_ts\":1,\"last_token_ts\":2}\n";
        Assert.Single(RunReader.Parse("log.jsonl", Encoding.UTF8.GetBytes(row)).Requests);
    }

    [Fact]
    public void LengthsWithOtherMembers_AreRequests() => Assert.Single(Parse(
        "t.json", "[{\"prompt_tokens\":9,\"output_tokens\":2,\"memory\":1,\"of\":\"ph\"}]")
        .Requests);

    /// <summary>Rows of no known format are not hardware because of one word.</summary>
    [Theory]
    [InlineData("{\"a\":1,\"memory\":2}\n{\"a\":2,\"memory\":3}\n")]
    [InlineData("{\"a\":\"ph\"}\n")]
    [InlineData("{\"a\":{\"traceEvents\":[]}}\n")]
    [InlineData("{\"a\":[{\"ph\":\"X\"}]}\n")]
    public void RowsOfNoKnownFormat_AreNotCalledAnother(string text) => Assert.Contains(
        "is of no known format; known are ", Error("t.jsonl", text), StringComparison.Ordinal);

    [Theory]
    [InlineData("t.json", "{\"schemaVersion\":1,\n\"traceEvents\":[]}", "it is a Chrome trace; ")]
    [InlineData("t.json", "[{\"args\":{\"a\":[1]},\"ph\":\"X\"}]", "it is a Chrome trace; ")]
    [InlineData("t.jsonl", "{\"name\":\"x\",\"memory\":{}}\n", "it describes hardware, ")]
    [InlineData("t.json", "{\n\"memory\": {}, \"fabric\": {", "it describes hardware, ")]
    [InlineData("t.json", "{\"replicas\":[],\"model\":\"m\"}", "it is a scenario, ")]
    [InlineData("t.json", "{\"command\":\"c\",\"inputs\":[]}", "it is the manifest of a ")]
    public void FilesOfAnotherKind_AreNamed(string name, string text, string kind) =>
        Assert.StartsWith(
            $"{name}: has no requests: {kind}", Error(name, text), StringComparison.Ordinal);

    /// <summary>Who names a format is told what is wrong with it as that.</summary>
    [Fact]
    public void ANamedFormat_Decides() => Assert.DoesNotContain(
        "it describes hardware", Error("t.jsonl", "{\"memory\":{}}\n", "mooncake"),
        StringComparison.Ordinal);

    /// <summary>A small file may hold much; it takes no more than that.</summary>
    [Fact]
    public void PackedFile_IsUnpackedWithoutCopies()
    {
        const int size = 64 << 20;
        var packed = Packed(Enumerable.Repeat((byte)' ', size).ToArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ConfigException>(
            () => WorkloadReader.Parse("t.csv.gz", packed));
        Assert.Equal(
            "t.csv.gz: is empty; a file of requests is expected.", error.Message);
        Assert.InRange(
            GC.GetAllocatedBytesForCurrentThread() - before, size, 1.1 * size);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(200)]
    [InlineData(7)]
    public void PackedFile_OfAnotherSizeThanStated_IsRefused(int stated)
    {
        var packed = Packed(new byte[201]);
        BitConverter.TryWriteBytes(packed.AsSpan(packed.Length - 4), stated);
        var error = Assert.Throws<ConfigException>(
            () => WorkloadReader.Parse("t.csv.gz", packed));
        Assert.StartsWith(
            "t.csv.gz: is packed with gzip, and cannot be unpacked: ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void PackedFile_ThatHoldsTooMuch_IsRefusedBeforeItIsUnpacked()
    {
        var packed = new byte[2 << 20];
        Packed([1]).CopyTo(packed, 0);
        BitConverter.TryWriteBytes(packed.AsSpan(packed.Length - 4), (1 << 30) + 1);
        var error = Assert.Throws<ConfigException>(
            () => WorkloadReader.Parse("t.csv.gz", packed));
        Assert.EndsWith(
            ": More than 1,073,741,824 bytes are packed in it, or it is cut off.", error.Message,
            StringComparison.Ordinal);
    }

    private static Workload Parse(string name, string text, string? format = null) =>
        WorkloadReader.Parse(
            name, Encoding.UTF8.GetBytes(text),
            WorkloadReadOptions.Default with { Format = format });

    private static string Error(string name, string text, string? format = null) =>
        Assert.Throws<ConfigException>(() => Parse(name, text, format)).All[0].Message;

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest)) stream.Write(bytes);
        return packed.ToArray();
    }
}
