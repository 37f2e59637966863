using System.Text;
using AccelSim.Configuration;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

/// <summary>JSON is written with ' for ", to stay readable.</summary>
public class WorkloadSpecFileTests
{
    private const string Lengths =
        "'input':{'kind':'fixed','tokens':5},\n'output':{'kind':'fixed','tokens':5}}";

    private const string Start = "{'requests':9,\n'arrivals':{'kind':'poisson',\n";

    [Fact]
    public void WrittenFile_ReadsBackTheSame()
    {
        var spec = new WorkloadSpec
        {
            Name = "day",
            Seed = 7,
            Requests = 50,
            Arrivals = new()
            {
                Kind = ArrivalKind.Diurnal,
                RequestsPerSecond = 2,
                Amplitude = 0.5,
                Period = new Seconds(3600),
            },
            Input = new() { Kind = LengthKind.Zipf, Min = 1, Max = 9, Exponent = 1.5 },
            Output = new() { Kind = LengthKind.Uniform, Min = 1, Max = 9 },
            Sessions = new() { Turns = LengthSpec.Constant(2), ThinkTime = new Seconds(1.5) },
            SharedPrefix = new() { Tokens = 64, Count = 3 },
            SloClass = "chat",
            Priority = 2,
        };

        Assert.Equal(spec, WorkloadSpecFile.Parse(WorkloadSpecFile.Write(spec), "f.json"));
    }

    [Theory]
    [InlineData(Start + "'requestsPerSecond':-1},\n" + Lengths,
        "f.json(3): $.arrivals.requestsPerSecond: -1 is not a number from 1E-06 to 1000000000.")]
    [InlineData(Start + "'burstiness':2},\n" + Lengths,
        "f.json(2): $.arrivals.requestsPerSecond: is missing; kind poisson needs it.\n"
        + "f.json(3): $.arrivals.burstiness: does not belong to kind poisson; remove it.")]
    [InlineData("{'requests':0,'arrivals':{'kind':'allAtOnce'}," + Lengths,
        "f.json(1): $.requests: 0 is not a whole number from 1 to 10,000,000.")]
    [InlineData("{'requests':5,'arrivals':{'kind':'closedLoop','users':3},'maxConcurrency':3,"
        + Lengths,
        "f.json(1): $.maxConcurrency: a closed loop's users already limit it; leave this out.")]
    [InlineData("{'requests':5,'arrivals':{'kind':'allAtOnce'},\n'input':{'kind':'empirical',\n"
        + "'quantiles':[5,4]},'output':{'kind':'uniform','min':9,'max':3}}",
        "f.json(3): $.input.quantiles[1]: 4 is less than the one before, 5; they must ascend.\n"
        + "f.json(3): $.output.max: 3 is less than the minimum, 9.")]
    [InlineData("{'requests':5,'arrivals':{'kind':'allAtOnce'},'seed':-1," + Lengths,
        "f.json(1): $.seed: is negative; write a whole number from 0.")]
    [InlineData("{'requests':5,'arrivals':{'kind':'allAtOnce'},'lengthCorrelation':2," + Lengths,
        "f.json(1): $.lengthCorrelation: 2 is not a number from -1 to 1.")]
    [InlineData("{'requests':5,'arrivals':{'kind':'fixed','requestsPerSecond':1e-6}," + Lengths
        + "garbage",
        "f.json(2): $: more text follows the end of the JSON object; remove it.")]
    public void BrokenSpec_IsRefusedWithItsMessages(string text, string message)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Replace('\'', '"'));
        var error = Assert.Throws<ConfigException>(() => WorkloadReader.Parse("f.json", bytes));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void ArrivalsPastTheClock_AreRefused()
    {
        var error = Assert.Throws<ConfigException>(() => WorkloadGenerator.Generate(new()
        {
            Requests = 50,
            Arrivals = new() { Kind = ArrivalKind.Fixed, RequestsPerSecond = 1e-6 },
            Input = LengthSpec.Constant(1),
            Output = LengthSpec.Constant(1),
        }));

        Assert.Equal(
            "$.arrivals: the requests arrive over more than the 106 days that the clock counts; "
            + "raise the rate or lower the number of requests.",
            error.Message);
    }
}
