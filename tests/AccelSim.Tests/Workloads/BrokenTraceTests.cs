using System.IO.Compression;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

public class BrokenTraceTests
{
    private const string Azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    private const string Row = "2023-11-16 18:15:46.6805900,374,44\n";
    private const string Later = "2023-11-16 18:15:50.9951690,";
    private const string Burst =
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n";
    private const string Splitwise = "request_id,request_type,application_id,arrival_timestamp,"
        + "batch_size,prompt_size,token_size\n";
    private const string Vidur = "arrived_at,num_prefill_tokens,num_decode_tokens\n";

    internal const string KnownFormats =
        "known are azure-llm (CSV TIMESTAMP, ContextTokens, GeneratedTokens); "
        + "mooncake (JSONL timestamp, input_length, output_length, hash_ids); burstgpt "
        + "(CSV Timestamp, Model, Request tokens, Response tokens, Total tokens, Log "
        + "Type); splitwise (CSV request_id, request_type, application_id, "
        + "arrival_timestamp, batch_size, prompt_size, token_size); vidur (CSV "
        + "arrived_at, num_prefill_tokens, num_decode_tokens); accelsim-run (CSV "
        + "arrival_s, prompt_tokens, output_tokens); sharegpt-lengths (CSV "
        + "prompt_tokens, output_tokens); llmservingsim (JSONL input_toks, output_toks, "
        + "arrival_time_ns); llmservingsim (JSONL arrival_time_ns, sub_requests); "
        + "bench-log (JSONL input_toks, output_toks, arrival_time); "
        + "vllm-bench (JSONL input_lens, output_lens); "
        + "accelsim-requests (JSONL format, version).";

    public static TheoryData<string, string> Cases { get; } = new()
    {
        {
            "",
            "t: is empty; a file of requests is expected."
        },
        {
            " \r\n\n",
            "t: is empty; a file of requests is expected."
        },
        {
            "a\0b",
            "t: is binary; a text file of requests is expected."
        },
        {
            "foo,bar\n1,2\n",
            "t(1): the first line, \"foo,bar\", is of no known format; " + KnownFormats
        },
        {
            "374,44\n",
            "t(1): the first line, \"374,44\", is of no known format; " + KnownFormats
        },
        {
            "{ not json\n",
            "t(1): the first line, \"{ not json\", is of no known format; " + KnownFormats
        },
        {
            "\u00ff\u00fe garbage",
            "t(1): the first line, \"ÿþ garbage\", is of no known format; " + KnownFormats
        },
        {
            "5\n",
            "t(1): the first line, \"5\", is of no known format; " + KnownFormats
        },
        {
            Azure,
            "t: has no requests."
        },
        {
            Azure + "\n\n",
            "t: has no requests."
        },
        {
            "TIMESTAMP,ContextTokens\n2023-11-16 18:15:46,374\n",
            "t(1): GeneratedTokens: the column is missing; the header has TIMESTAMP, "
            + "ContextTokens (nearest: \"ContextTokens\")."
        },
        {
            "TIMESTAMP,ContextTokens,ContextTokens,GeneratedTokens\n"
            + "2023-11-16 18:15:46,1,2,3\n",
            "t(1): ContextTokens: the column stands twice in the header; keep one."
        },
        {
            Azure + Row + Later + "-5,10\n",
            "t(3): ContextTokens: \"-5\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "0,10\n",
            "t(3): ContextTokens: \"0\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "7,0\n",
            "t(3): GeneratedTokens: \"0\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "abc,10\n",
            "t(3): ContextTokens: \"abc\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + ",10\n",
            "t(3): ContextTokens: \"\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "3.5,10\n",
            "t(3): ContextTokens: \"3.5\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "1e3,10\n",
            "t(3): ContextTokens: \"1e3\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "NaN,10\n",
            "t(3): ContextTokens: \"NaN\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "10000001,10\n",
            "t(3): ContextTokens: \"10000001\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Azure + Row + Later + "99999999999999999999,10\n",
            "t(3): ContextTokens: \"99999999999999999999\" is not a whole number of "
            + "tokens from 1 to 10,000,000."
        },
        {
            Azure + Row + "2023-11-16 18:15:45,10,10\n",
            "t(3): TIMESTAMP: \"2023-11-16 18:15:45\" is earlier than \"2023-11-16 "
            + "18:15:46.6805900\" on the line before; sort the rows by time."
        },
        {
            Azure + Row + "\n" + Row,
            "t(3): the line is empty; remove it."
        },
        {
            Azure + Row + Later + "10\n" + Row,
            "t(3): the line has 2 fields, but the header has 3."
        },
        {
            Azure + Row + Later + "10",
            "t(3): the line has 2 fields, but the header has 3; the file may be "
            + "truncated."
        },
        {
            Azure + Row + "2023-11-",
            "t(3): the line has 1 field, but the header has 3; the file may be truncated."
        },
        {
            Azure + Row + Later + "10,10,10\n",
            "t(3): the line has 4 fields, but the header has 3."
        },
        {
            Azure + "yesterday,10,10\n",
            "t(2): TIMESTAMP: \"yesterday\" is not a time; write it as \"2023-11-16 "
            + "18:15:46.6805900\", with \"+00:00\" or without."
        },
        {
            Azure + "2023-02-30 00:00:00,10,10\n",
            "t(2): TIMESTAMP: \"2023-02-30 00:00:00\" is not a time; write it as "
            + "\"2023-11-16 18:15:46.6805900\", with \"+00:00\" or without."
        },
        {
            Azure + "2023-11-16 24:00:00,10,10\n",
            "t(2): TIMESTAMP: \"2023-11-16 24:00:00\" is not a time; write it as "
            + "\"2023-11-16 18:15:46.6805900\", with \"+00:00\" or without."
        },
        {
            Azure + "2023-11-16 18:15:46.12345678,10,10\n",
            "t(2): TIMESTAMP: \"2023-11-16 18:15:46.12345678\" is not a time; write it as "
            + "\"2023-11-16 18:15:46.6805900\", with \"+00:00\" or without."
        },
        {
            Azure + "2023-11-16 18:15:46+25:00,10,10\n",
            "t(2): TIMESTAMP: \"2023-11-16 18:15:46+25:00\" is not a time; write it as "
            + "\"2023-11-16 18:15:46.6805900\", with \"+00:00\" or without."
        },
        {
            Azure + "2023-11-16 18:15:46 UTC,10,10\n",
            "t(2): TIMESTAMP: \"2023-11-16 18:15:46 UTC\" is not a time; write it as "
            + "\"2023-11-16 18:15:46.6805900\", with \"+00:00\" or without."
        },
        {
            "TIMESTAMP,ContextTokens,GeneratedTokens,NumImages\n"
            + "2023-11-16 18:15:46,10,10,-1\n",
            "t(2): NumImages: \"-1\" is not a whole number from 0 to 10,000."
        },
        {
            Burst + "5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,31,0,31,API log\n",
            "t(3): Response tokens: 0 tokens mark a failed call; leave such calls out "
            + "with --skip-failed (skipFailed in a scenario's workload)."
        },
        {
            Burst + "5,ChatGPT,0,0,0,Conversation log\n",
            "t(2): Request tokens: 0 tokens mark a failed call; leave such calls out "
            + "with --skip-failed (skipFailed in a scenario's workload)."
        },
        {
            Burst + "5,ChatGPT,472,18,491,Conversation log\n",
            "t(2): Total tokens: 491 is not the sum of request and response tokens, 472 + "
            + "18."
        },
        {
            Burst + "-5,ChatGPT,472,18,490,Conversation log\n",
            "t(2): Timestamp: \"-5\" is not a time in seconds, 0 or more, such as 12.5."
        },
        {
            Burst + "5,ChatGPT,4,1,5,API log\n9000006,ChatGPT,4,1,5,API log\n",
            "t(3): Timestamp: \"9000006\" is more than 9,000,000 s after the first; read "
            + "fewer requests or split the file."
        },
        {
            "Timestamp,Model,Request tokens,Response tokens,Log Type\n5,ChatGPT,"
            + "472,18,API log\n",
            "t(1): Total tokens: the column is missing; the header has Timestamp, Model, "
            + "Request tokens, Response tokens, Log Type (nearest: \"Request tokens\")."
        },
        {
            Splitwise + "0,1,0,0.5,2,100,10\n",
            "t(2): batch_size: \"2\" is not 1; batches form while serving, write one row "
            + "per request."
        },
        {
            Splitwise + "0,1,0,0.5,1,100,10\n0,1,0,0.6,1,100,10\n",
            "t(3): request_id: 0 stands on line 2 already."
        },
        {
            Splitwise + "x,1,0,0.5,1,100,10\n",
            "t(2): request_id: \"x\" is not a whole number."
        },
        {
            Vidur + "1.5,100,10\n1.25,100,10\n",
            "t(3): arrived_at: \"1.25\" is earlier than \"1.5\" on the line before; sort "
            + "the rows by time."
        },
        {
            Vidur + "soon,100,10\n",
            "t(2): arrived_at: \"soon\" is not a time in seconds, 0 or more, such as "
            + "12.5."
        },
        {
            Vidur + "1e400,100,10\n",
            "t(2): arrived_at: \"1e400\" is not a time in seconds, 0 or more, such as "
            + "12.5."
        },
        {
            "arrived_at,num_prefill_tokens\n1,2\n",
            "t(1): num_decode_tokens: the column is missing; the header has arrived_at, "
            + "num_prefill_tokens (nearest: \"num_prefill_tokens\")."
        },
        {
            "prompt_tokens,output_tokens\n12,-4\n",
            "t(2): output_tokens: \"-4\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            "TIMESTAMP,ContextToken,GeneratedTokens\n" + Row,
            "t(1): ContextTokens: the column is missing; the header has TIMESTAMP, "
            + "ContextToken, GeneratedTokens (nearest: \"ContextToken\")."
        },
        {
            Azure + "1970-01-01 00:00:00,10,10\n" + Row,
            "t(3): TIMESTAMP: \"2023-11-16 18:15:46.6805900\" is more than 9,000,000 s "
            + "after the first; read fewer requests or split the file."
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void BrokenTrace_IsRefusedWithItsMessage(string text, string message)
    {
        var error = Assert.Throws<ConfigException>(
            () => WorkloadReader.Parse("t", Encoding.UTF8.GetBytes(text)));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void UnknownFormatName_IsRefusedWithTheNearest()
    {
        var error = Assert.Throws<ConfigException>(() => WorkloadReader.Parse(
            "t", Encoding.UTF8.GetBytes(Azure + Row), new() { Format = "azure" }));

        Assert.Equal(
            "\"azure\" is not a format of requests; known are azure-llm, mooncake, burstgpt, "
            + "splitwise, vidur, accelsim-run, sharegpt-lengths, llmservingsim, bench-log, "
            + "vllm-bench, accelsim-requests (nearest: azure-llm).",
            error.Message);
    }

    [Fact]
    public void MissingFile_IsRefused()
    {
        var error = Assert.Throws<ConfigException>(() => WorkloadReader.Read("no/such/file.csv"));

        Assert.Equal(
            "no/such/file.csv: not found; nor is its folder \"no/such\"; give a file of requests, "
            + "or the name of a workload that ships with AccelSim: azure-conv-2023-fit.",
            error.Message);
    }

    [Fact]
    public void PackedFile_ThatIsBroken_IsRefused()
    {
        byte[] gzip = [0x1F, 0x8B, 8, 0, 1, 2];
        var error = Assert.Throws<ConfigException>(() => WorkloadReader.Parse("t.csv.gz", gzip));

        Assert.StartsWith(
            "t.csv.gz: is packed with gzip, and cannot be unpacked: ", error.Message,
            StringComparison.Ordinal);
    }

    /// <summary>Half a file would be half the requests.</summary>
    [Fact]
    public void PackedFile_ThatIsCutOff_IsRefused()
    {
        var packed = Packed(Encoding.UTF8.GetBytes(
            "ContextTokens,GeneratedTokens,TIMESTAMP\n" + new string('1', 5000)));
        var error = Assert.Throws<ConfigException>(
            () => WorkloadReader.Parse("t.csv.gz", packed.AsMemory(0, packed.Length / 2)));

        Assert.StartsWith(
            "t.csv.gz: is packed with gzip, and cannot be unpacked: ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void FilePackedTwice_IsRefused() => Assert.Equal(
        "t.csv.gz: is packed with gzip twice; unpack it once.",
        Assert.Throws<ConfigException>(
            () => WorkloadReader.Parse("t.csv.gz", Packed(Packed([1, 2, 3])))).Message);

    [Theory]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n"
        + "2023-11-16 18:17:03.9799600,4808,10\n")]
    [InlineData("{\"timestamp\":0,\"input_length\":9,\"output_length\":2,\"hash_ids\":[1]}\n")]
    public void PackedFile_IsReadAsItIs(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);

        Assert.Equivalent(
            WorkloadReader.Parse("t", plain).Requests,
            WorkloadReader.Parse("t.gz", Packed(plain)).Requests, strict: true);
    }

    [Theory]
    [InlineData("{\n \"version\": \"1\",\n \"name\": \"\",\n \"seed\": 42,\n \"model\": \"m\",\n"
        + " \"workload\": \"w\",\n \"cost_model\": \"analytical\",\n \"memory\": {}}",
        "it is the summary of a simulated run, whose requests are in requests.csv beside it.")]
    [InlineData("{\"version\":\"1\",\"seed\":1,\"command\":\"c\",\"inputs\":[]}",
        "it is the manifest of a simulated run, whose requests are in requests.csv beside it.")]
    [InlineData("{\"model\":\"m\",\"replicas\":[]}",
        "it is a scenario, which \"accelsim simulate\" takes as its first word.")]
    [InlineData("{\"extends\":\"h100-sxm\"}",
        "it describes hardware, which --hardware takes.")]
    [InlineData("{\"model_type\":\"llama\"}",
        "it is a model's config.json, which --model takes.")]
    [InlineData("{\"schema\":\"accelsim-operators/1\"}\n{\"step\":0}\n",
        "it is a captured run, which \"accelsim replay\", \"accelsim compare\" without --run and "
        + "\"accelsim calibrate --trace\" take.")]
    public void FileOfAnotherKind_IsNamed(string text, string found)
    {
        foreach (var name in new[] { "t.json", "t.jsonl" })
        {
            var error = Assert.Throws<ConfigException>(
                () => WorkloadReader.Parse(name, Encoding.UTF8.GetBytes(text)));

            Assert.Equal($"{name}: has no requests: {found}", error.Message);
        }
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest)) gzip.Write(bytes);
        return memory.ToArray();
    }

    [Fact]
    public void AskingForNoRequests_IsRefused()
    {
        var error = Assert.Throws<ConfigException>(() => WorkloadReader.Parse(
            "t", Encoding.UTF8.GetBytes(Azure + Row), new() { MaxRequests = 0 }));

        Assert.Equal("t: 0 requests cannot be read; ask for at least 1.", error.Message);
    }
}
