using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads;
using AccelSim.Workloads.Runs;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Tests.Workloads.Runs;

/// <summary>What became of requests, read from files of three kinds.</summary>
public sealed class RunReaderTests
{
    private const string Csv = "id,arrival_s,first_token_s,last_token_s,prompt_tokens,"
        + "output_tokens,cached_tokens,status\n";

    private const string SoundCsv = Csv
        + "0,0.25,0.5,1.5,100,11,0,completed\n1,0.5,,,9999,1,0,rejected\n"
        + "2,0.125,0.625,0.625,20,1,16,completed\n";

    private const string SoundLog =
        "{\"input_toks\":7,\"output_toks\":3,\"queued_ts\":100.5,\"first_token_ts\":101,"
        + "\"last_token_ts\":102}\n"
        + "{\"input_toks\":8,\"output_toks\":1,\"queued_ts\":100.25,\"first_token_ts\":100.5,"
        + "\"last_token_ts\":100.5}\n";

    private const string SoundJson = "{\"backend\":\"vllm\",\"request_rate\":2.0,"
        + "\"start_times\":[10.5,10.0,11.0],\"input_lens\":[100,200,300],"
        + "\"output_lens\":[3,1,0],\"ttfts\":[0.5,0.25,0.0],\"itls\":[[0.125,0.25],[],[]],"
        + "\"errors\":[\"\",\"\",\"lost\"],\"generated_texts\":[\"a\",\"b\",\"c\"]}";

    [Fact]
    public void Csv_IsSortedAndCountedFromTheFirstArrival()
    {
        var run = Parse(SoundCsv);
        Assert.Equal([4, 2], run.Requests.Select(one => one.Line));
        Assert.Equal([0, 0.125], run.Requests.Select(one => one.Arrival.Seconds));
        Assert.Equal([0.5, 0.25], run.Requests.Select(one => one.Ttft.Value));
        Assert.Equal([0.5, 1.25], run.Requests.Select(one => one.Latency.Value));
        Assert.Equal([null, 0.1], run.Requests.Select(one => one.Tpot?.Value));
        Assert.Equal((1, 16, false), (run.Failed, run.CachedTokens, run.BehindFrontEnd));
    }

    [Fact]
    public void Log_TellsTimesOfTheEnginesQueue()
    {
        var run = Parse(SoundLog);
        Assert.Equal([8, 7], run.Requests.Select(one => one.PromptTokens));
        Assert.Equal([0.25, 0.5], run.Requests.Select(one => one.Ttft.Value));
        Assert.Equal(1.5, run.Requests[1].Latency.Value);
        Assert.True(run.BehindFrontEnd);
    }

    [Fact]
    public void Benchmark_AddsGapsToFirstTokens()
    {
        var run = Parse(SoundJson);
        Assert.Equal([2, 1], run.Requests.Select(one => one.Line));
        Assert.Equal([0, 0.5], run.Requests.Select(one => one.Arrival.Seconds));
        Assert.Equal([0.25, 0.875], run.Requests.Select(one => one.Latency.Value));
        Assert.Equal(0.1875, run.Requests[1].Tpot!.Value.Value);
        Assert.Equal((1, null), (run.Failed, run.MaxConcurrency));
    }

    [Fact]
    public void BenchmarkWithoutStartTimes_IsAClosedLoopOfItsConcurrency()
    {
        var run = Parse(Without("start_times").Replace(
            "\"request_rate\":2.0", "\"request_rate\":\"inf\",\"max_concurrency\":2,"
            + "\"duration\":7.5", StringComparison.Ordinal));
        Assert.Equal([0, 0], run.Requests.Select(one => one.Arrival.Seconds));
        Assert.Equal((2, 7.5), (run.MaxConcurrency, run.Duration));
        Assert.Equal(2, run.Workload.MaxConcurrency);
    }

    [Theory]
    [InlineData("run.csv", SoundCsv, "accelsim-run", 3)]
    [InlineData("run.json", SoundJson, "vllm-bench", 2)]
    public void Requests_CanBeServedAgain(string name, string text, string format, int count)
    {
        var workload = WorkloadReader.Parse(name, Encoding.UTF8.GetBytes(text));
        Assert.Equal($"{name} ({format})", workload.Origin);
        Assert.Equal(count, workload.Requests.Count);
        Assert.Equal(
            workload.Requests.OrderBy(one => one.Arrival), workload.Requests);
    }

    /// <summary>Later turns stand with their session, before what comes earlier.</summary>
    [Fact]
    public void ALimit_IsOfThoseThatComeFirst() => Assert.Equal(
        [(0, 1), (0.5, 3)],
        WorkloadReader.Parse(
            "t", "arrival_s,prompt_tokens,output_tokens\n1,1,5\n9,2,5\n1.5,3,5\n"u8.ToArray(),
            new WorkloadReadOptions { MaxRequests = 2 })
            .Requests.Select(one => (one.Arrival.Seconds, one.PromptTokens)));

    /// <summary>Files of these names that belong to other runs are not looked at.</summary>
    [Theory]
    [InlineData("requests.csv", SoundCsv, "summary.json")]
    [InlineData("mine.csv", SoundCsv, null)]
    [InlineData("requests.jsonl", SoundLog, "meta.json")]
    [InlineData("result.json", SoundJson, null)]
    public void Settings_AreOfTheFileThatBelongsToTheRun(
        string name, string text, string? settings)
    {
        var folder = Directory.CreateTempSubdirectory("accelsim-runs").FullName;
        try
        {
            // Neither has what its own reader needs, so that whichever is read is told.
            File.WriteAllText(Path.Combine(folder, "meta.json"), "{}");
            File.WriteAllText(Path.Combine(folder, "summary.json"), "{\"deployments\":[{}]}");
            File.WriteAllText(Path.Combine(folder, name), text);
            var refusal = Damage.Refusal(() => RunReader.Read(Path.Combine(folder, name)));
            Assert.Equal(settings, Path.GetFileName(refusal?.File));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("[]", "is missing or empty; it tells what served the run.")]
    [InlineData("[{\"replicas\":1},{\"replicas\":1}]",
        "tells of 2 kinds of replicas, but equal ones are simulated beside a run; ")]
    public void ARunOfOtherThanOneKindOfReplica_IsRefused(
        string deployments, string message)
    {
        var folder = Directory.CreateTempSubdirectory("accelsim-runs").FullName;
        try
        {
            File.WriteAllText(
                Path.Combine(folder, "summary.json"), $"{{\"deployments\":{deployments}}}");
            File.WriteAllText(Path.Combine(folder, "requests.csv"), SoundCsv);
            var refusal = Damage.Refusal(
                () => RunReader.Read(Path.Combine(folder, "requests.csv")));
            Assert.Contains(message, refusal!.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Lengths with arrivals are no lengths alone, which all come at once.</summary>
    [Fact]
    public void LengthsWithArrivals_KeepThem() => Assert.Equal(
        [0, 1.5],
        WorkloadReader.Parse("t", Encoding.UTF8.GetBytes(
            "arrival_s,prompt_tokens,output_tokens\n1,5,5\n2.5,5,5\n"))
            .Requests.Select(one => one.Arrival.Seconds));

    [Theory]
    [InlineData("a,b\n1,2\n", "t(1): the first line, \"a,b\", tells no times of requests; read are "
        + "a CSV with arrival_s, ")]
    [InlineData("arrival_s,prompt_tokens,output_tokens\n0,1,1\n",
        "t(1): first_token_s: the column is missing; ")]
    [InlineData(Csv, "t: has no requests.")]
    [InlineData(Csv + "0,0,,,5,5,0,rejected\n",
        "t: has no request that was answered; 1 failed or were refused.")]
    [InlineData(Csv + "0,5,4,6,5,5,0,completed\n",
        "t(2): first_token_s: the first token comes before the request.")]
    [InlineData(Csv + "0,5,6,5,5,5,0,completed\n",
        "t(2): last_token_s: the last token comes before the first.")]
    [InlineData(Csv + "0,x,6,5,5,5,0,completed\n",
        "t(2): arrival_s: \"x\" is not a time in seconds, 0 or more, such as 12.5.")]
    [InlineData("{\"input_toks\":7,\"output_toks\":3,\"queued_ts\":5,\"first_token_ts\":4,"
        + "\"last_token_ts\":9}", "t(1): first_token_ts: the first token comes before the ")]
    [InlineData("{\"input_toks\":7,\"output_toks\":3,\"queued_ts\":5}",
        "t(1): first_token_ts: is missing.")]
    [InlineData("{\"input_lens\":[1]}",
        "t: output_lens: is missing; a benchmark of text generation saves each request with "
        + "--save-result --save-detailed.")]
    [InlineData("{\"duration\":1,\"request_throughput\":2,\"latencies\":[1]}",
        "t: input_lens: is missing; a benchmark of text generation saves each request with "
        + "--save-result --save-detailed.")]
    [InlineData("{\"input_lens\":[1]}\n{\"input_lens\":[1]}",
        "t(2): begins a second result, as --append-result writes them; split the file, one "
        + "result each.")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1,2],\"itls\":[[]]}",
        "t: ttfts: has 2 entries, but input_lens has 1.")]
    [InlineData("{\"input_lens\":[1.5],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[[]]}",
        "t: input_lens[0]: 1.5 is not a whole number of tokens from 1 to 10,000,000.")]
    [InlineData("{\n\"input_lens\":[-1]}",
        "t(2): input_lens[0]: \"-1\" is not a number from 0 to 1,000,000,000.")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[3]}",
        "t(1): itls[0]: is no list of gaps in seconds.")]
    [InlineData("{\"input_lens\":[1],\"input_lens\":[1]}",
        "t(1): input_lens: stands twice; keep one.")]
    [InlineData("{\"input_lens\":[1",
        "t(1): is not well-formed JSON at byte 17 of the line; one ")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[[]],"
        + "\"request_rate\":3}", "t: start_times: is missing, so that nothing tells when ")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[[]]}",
        "t: start_times: is missing, so that nothing tells when ")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[[]],"
        + "\"request_rate\":\"4.0\"}", "t: start_times: is missing, so that nothing tells when ")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[[]],"
        + "\"request_rate\":\"4.0\",\"max_concurrency\":3}", "t: start_times: is missing, so ")]
    [InlineData("{\"input_lens\":[1],\"output_lens\":[1],\"ttfts\":[1],\"itls\":[[]],"
        + "\"max_concurrency\":3}", "t: duration: is missing or 0; ")]
    public void WhatIsWrong_IsTold(string text, string message)
    {
        var error = Assert.Throws<ConfigException>(() => Parse(text));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SoundCsv)]
    [InlineData(SoundLog)]
    [InlineData(SoundJson)]
    public void DamagedFiles_AreReadOrTold(string sound)
    {
        var bytes = Encoding.UTF8.GetBytes(sound);
        foreach (var damaged in Damage.Each(bytes, 1)) Check(damaged);
        Prop.ForAll(Damage.Of(bytes).ToArbitrary(), Check)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static void Check(byte[] bytes) => Damage.Refusal(() =>
    {
        var run = RunReader.Parse("t", bytes);
        Assert.All(run.Requests, one =>
        {
            Assert.InRange(one.PromptTokens, 1, WorkloadLimits.MaxTokens);
            Assert.True(one.Latency.Value >= one.Ttft.Value && one.Ttft.Value >= 0);
        });
    });

    private static MeasuredRun Parse(string text) =>
        RunReader.Parse("t", Encoding.UTF8.GetBytes(text));

    private static string Without(string member)
    {
        var start = SoundJson.IndexOf($"\"{member}\"", StringComparison.Ordinal);
        var end = SoundJson.IndexOf("],", start, StringComparison.Ordinal) + 2;
        return SoundJson[..start] + SoundJson[end..];
    }
}
