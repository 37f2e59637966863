using System.Text;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

public class WorkloadReaderTests
{
    [Fact]
    public void Azure2023_KeepsSevenDecimalsAndCountsFromTheFirst()
    {
        var workload = Parse(
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
            + "2023-11-16 23:59:59.9999999,374,44\r\n2023-11-17 00:00:00.5,396,109");

        AssertRequests(workload, (0, 374, 44), (500_000_100_000, 396, 109));
    }

    [Fact]
    public void Azure2024_ReadsTheOffsetFromUtc()
    {
        var workload = Parse(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n"
            + "2024-05-10 00:00:00.009930+00:00,2162,5\n2024-05-10 02:00:01+02:00,2399,6\n");

        AssertRequests(workload, (0, 2162, 5), (990_070_000_000, 2399, 6));
    }

    [Fact]
    public void Azure2025_ReadsImages()
    {
        var workload = Parse(
            "TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2024-10-15 00:00:00,3,900,5\n");

        Assert.Equal(3, workload.Requests[0].Images);
    }

    [Fact]
    public void Mooncake_KeepsItsHashesAsKeysOf512Tokens()
    {
        var workload = Parse(
            "{\"timestamp\": 27, \"input_length\": 513, \"output_length\": 5, "
            + "\"hash_ids\": [7, 9]}\n"
            + "{\"timestamp\": 30, \"input_length\": 12, \"output_length\": 6, "
            + "\"hash_ids\": [7]}\n");

        AssertRequests(workload, (0, 513, 5), (3_000_000_000, 12, 6));
        Assert.Equal(512, workload.HashBlockTokens);
        Assert.Equal([7, 9], workload.Requests[0].PrefixKeys!);
    }

    [Fact]
    public void ServingSimSessions_AreChainsOfCalls()
    {
        var workload = Parse(
            "{\"session_id\":\"a\",\"arrival_time_ns\":5000,\"sub_requests\":[{\"input_toks\":10,"
            + "\"output_toks\":2,\"tool_duration_ns\":1000},{\"input_toks\":20,"
            + "\"output_toks\":3}]}\n{\"input_toks\":7,\"output_toks\":1,"
            + "\"arrival_time_ns\":8000}\n");

        AssertRequests(workload, (0, 10, 2), (1_000_000, 20, 3), (3_000_000, 7, 1));
        Assert.Equal([null, 0, null], workload.Requests.Select(request => request.After));
    }

    /// <summary>As sessions of our own format, which end with the last line that is read.</summary>
    [Fact]
    public void ServingSimSessions_AreCutAtTheLimit()
    {
        var workload = Parse(
            "{\"arrival_time_ns\":5000,\"sub_requests\":[{\"input_toks\":10,\"output_toks\":2},"
            + "{\"input_toks\":20,\"output_toks\":3},{\"input_toks\":30,\"output_toks\":4}]}\n",
            new WorkloadReadOptions { MaxRequests = 2 });
        Assert.Equal([10, 20], workload.Requests.Select(request => request.PromptTokens));
    }

    [Fact]
    public void BurstGpt_SkipsFailedCallsWhenAsked()
    {
        var workload = Parse(
            "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,"
            + "Log Type\n5,s1,2.5,ChatGPT,472,18,490,Conversation log\n6,,1,GPT-4,31,0,31,API log\n"
            + "7.25,,1,GPT-4,31,2,33,API log\n",
            new() { SkipFailed = true });

        AssertRequests(workload, (0, 472, 18), (2_250_000_000_000, 31, 2));
        Assert.Equal("t (burstgpt, 1 failed call left out)", workload.Origin);
    }

    [Fact]
    public void Splitwise_IsReadByItsSevenColumns()
    {
        var workload = Parse(
            "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,"
            + "token_size\n0,2,0,0.0,1,374,44\n1,2,0,4.314579,1,396,109\n");

        AssertRequests(workload, (0, 374, 44), (4_314_579_000_000, 396, 109));
    }

    [Fact]
    public void Vidur_ReadsExponents()
    {
        var workload = Parse(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n0,10,20\n5e-05,30,40\n");

        AssertRequests(workload, (0, 10, 20), (50_000_000, 30, 40));
    }

    [Theory]
    [InlineData("prompt_tokens,output_tokens\n10,20\n30,40\n")]
    [InlineData("[{\"prompt_tokens\":10,\"output_tokens\":20},\n{\"id\":[1],"
        + "\"output_tokens\":40,\"prompt_tokens\":30}]")]
    public void ShareGptLengths_ArriveAtOnce(string text) =>
        AssertRequests(Parse(text), (0, 10, 20), (0, 30, 40));

    [Fact]
    public void ServingSim_CountsNanoseconds()
    {
        var workload = Parse(
            "{\"input_toks\":10,\"output_toks\":20,\"arrival_time_ns\":1000}\n"
            + "{\"input_toks\":30,\"output_toks\":40,\"arrival_time_ns\":1001,"
            + "\"input_tok_ids\":[1]}\n");

        AssertRequests(workload, (0, 10, 20), (1_000, 30, 40));
    }

    [Fact]
    public void BenchLog_CountsSecondsOfTheEpoch()
    {
        var workload = Parse(
            "{\"input_toks\":10,\"output_toks\":20,\"arrival_time\":1787267980.0827403}\n"
            + "{\"input_toks\":30,\"output_toks\":40,\"arrival_time\":1787267980.5827403}\n");

        AssertRequests(workload, (0, 10, 20), (500_000_000_000, 30, 40));
    }

    [Fact]
    public void Arrivals_MayBeDrawnAnew()
    {
        var options = new WorkloadReadOptions
        {
            Arrivals = new() { Kind = ArrivalKind.Fixed, RequestsPerSecond = 4 },
        };
        var workload = Parse("prompt_tokens,output_tokens\n10,20\n30,40\n", options);

        AssertRequests(workload, (0, 10, 20), (250_000_000_000, 30, 40));
    }

    [Fact]
    public void MaxRequests_StopsBeforeTheFaultBehindThem()
    {
        var workload = Parse(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n0,10,20\nbroken\n",
            new() { MaxRequests = 1 });

        Assert.Single(workload.Requests);
    }

    [Fact]
    public void ByteOrderMark_IsNoPartOfTheHeader() => Assert.Single(
        Parse("\uFEFFarrived_at,num_prefill_tokens,num_decode_tokens\n0,10,20\n").Requests);

    [Fact]
    public void OwnFormat_LinksTurnsAndSharesTheirText()
    {
        var workload = Parse(
            "{\"format\":\"accelsim-requests\",\"version\":1,\"block_tokens\":16}\n"
            + "{\"session\":\"a\",\"turn\":0,\"arrival_s\":2,\"input_tokens\":50,"
            + "\"output_tokens\":30,"
            + "\"prefix\":\"system\",\"prefix_tokens\":32,\"images\":1,\"slo_class\":\"chat\","
            + "\"priority\":3}\n"
            + "{\"arrival_s\":2.5,\"input_tokens\":8,\"output_tokens\":1}\n"
            + "{\"session\":\"a\",\"turn\":1,\"think_s\":4,\"input_tokens\":20,"
            + "\"output_tokens\":5}\n");

        var (first, lone, second) =
            (workload.Requests[0], workload.Requests[1], workload.Requests[2]);
        AssertRequests(
            workload, (0, 50, 30), (500_000_000_000, 8, 1), (4_000_000_000_000, 100, 5));
        Assert.Null(lone.PrefixKeys);
        Assert.Equal(0, second.After);
        Assert.Equal((1, "chat", 3), (first.Images, first.SloClass, first.Priority));
        Assert.Equal(4, first.PrefixKeys!.Count);
        Assert.Equal(first.PrefixKeys, second.PrefixKeys!.Take(4));
        // Block 4, tokens 64…79, is the end of the answer; block 6 is new text.
        Assert.Equal(ContentKeys.Mix(first.OutputKey!.Value, 4), second.PrefixKeys![4]);
        Assert.Equal(7, second.PrefixKeys.Count);
    }

    [Fact]
    public void OwnFormat_SharesAPrefixAcrossSessions()
    {
        const string Rest = "\"arrival_s\":0,\"input_tokens\":64,\"output_tokens\":4,"
            + "\"prefix\":\"system\",\"prefix_tokens\":40}\n";
        var workload = Parse(
            "{\"format\":\"accelsim-requests\",\"version\":1}\n{" + Rest + "{" + Rest);

        var (first, second) = (workload.Requests[0].PrefixKeys!, workload.Requests[1].PrefixKeys!);
        Assert.Equal(first.Take(2), second.Take(2));
        Assert.NotEqual(first[2], second[2]); // 40 tokens fill two blocks of 16 and a half
    }

    private static Workload Parse(string text, WorkloadReadOptions? options = null) =>
        WorkloadReader.Parse("t", Encoding.UTF8.GetBytes(text), options);

    private static void AssertRequests(
        Workload workload, params (long Picoseconds, int Prompt, int Output)[] expected)
    {
        Assert.Equal(
            expected.Select(e => (new SimTime(e.Picoseconds), e.Prompt, e.Output)),
            workload.Requests.Select(r => (r.Arrival, r.PromptTokens, r.OutputTokens)));
        Assert.Equal(Enumerable.Range(0, expected.Length), workload.Requests.Select(r => r.Id));
    }
}
