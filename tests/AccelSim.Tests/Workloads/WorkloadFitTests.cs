using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

/// <summary>The shipped demo workload; UPDATE_GOLDEN=1 fits it anew.</summary>
public class WorkloadFitTests
{
    private const string Trace = "workloads/AzureLLMInferenceTrace_conv.csv";
    private const string Name = "azure-conv-2023-fit";

    [SharedDataFact(Trace)]
    public void ShippedFit_IsWhatTheTraceGives()
    {
        var text = WorkloadSpecFile.Write(WorkloadFit.FromTrace(
            WorkloadReader.Read(RepositoryRoot.Shared(Trace)!),
            new()
            {
                Name = Name,
                Requests = 2000,
                Arrivals = new() { Kind = ArrivalKind.AllAtOnce },
                Input = LengthSpec.Constant(1),
                Output = LengthSpec.Constant(1),
            },
            new()
            {
                Source = "github.com/Azure/AzurePublicDataset, AzureLLMInferenceTrace_conv.csv "
                    + "(2023-11-16, one hour)",
                Licence = "CC-BY 4.0; distributions fitted, no rows copied",
                Citation = "Patel et al., Splitwise: Efficient Generative LLM Inference Using "
                    + "Phase Splitting, ISCA 2024",
                Date = "2026-11-21",
            }));
        var path = Path.Combine(RepositoryRoot.Path, "traces", "requests", Name + ".json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, text);

        Assert.Equal(File.ReadAllText(path), text);
    }

    [SharedDataTheory(Trace)]
    [InlineData(1)]
    [InlineData(42)]
    public void GeneratedRequests_AreDistributedAsTheTraceIs(int seed)
    {
        var trace = WorkloadReader.Read(RepositoryRoot.Shared(Trace)!).Requests;
        var drawn = WorkloadReader.Read(Name, new() { MaxRequests = 20_000, Seed = seed }).Requests;

        // Two samples of 20,000 of the same distribution differ by more than 0.02 once in 2,000.
        Assert.InRange(Distance(trace, drawn, r => r.PromptTokens), 0, 0.02);
        Assert.InRange(Distance(trace, drawn, r => r.OutputTokens), 0, 0.02);
        Assert.InRange(
            drawn.Average(r => r.PromptTokens) / trace.Average(r => r.PromptTokens), 0.98, 1.02);
        Assert.InRange(
            drawn.Average(r => r.OutputTokens) / trace.Average(r => r.OutputTokens), 0.98, 1.02);
        Assert.InRange(
            drawn[^1].Arrival.Seconds / drawn.Count
                / (trace[^1].Arrival.Seconds / trace.Count), 0.98, 1.02);
    }

    [Fact]
    public void ShippedFit_Has2000RequestsAtTheTracesRate()
    {
        var workload = WorkloadReader.Read(Name);

        Assert.Equal(2000, workload.Requests.Count);
        Assert.InRange(workload.Requests[^1].Arrival.Seconds, 2000 / 5.9, 2000 / 5.2);
    }

    [Fact]
    public void Fit_FindsTheGammaShapeThatItWasDrawnFrom()
    {
        var drawn = WorkloadGenerator.Generate(Spec(LengthKind.Lognormal));
        var fitted = WorkloadFit.FromTrace(drawn, Spec(LengthKind.Lognormal), Origin);

        Assert.Equal(ArrivalKind.Gamma, fitted.Arrivals.Kind);
        Assert.Equal(0.5, fitted.Arrivals.Burstiness!.Value, 0.02);
        Assert.Equal(3, fitted.Arrivals.RequestsPerSecond!.Value, 0.1);
        Assert.Equal(0.6, fitted.LengthCorrelation, 0.02);
        Assert.InRange(fitted.Fit!.KsInputLognormal, 0, 0.01);
    }

    private static WorkloadFit Origin { get; } =
        new() { Source = "test", Licence = "none", Citation = "none", Date = "2026-01-01" };

    private static WorkloadSpec Spec(LengthKind kind) => new()
    {
        Requests = 40_000,
        Arrivals = new() { Kind = ArrivalKind.Gamma, RequestsPerSecond = 3, Burstiness = 0.5 },
        Input = new() { Kind = kind, Median = 500, Sigma = 1 },
        Output = new() { Kind = kind, Median = 200, Sigma = 0.7 },
        LengthCorrelation = 0.6,
    };

    private static double Distance(
        IEnumerable<Request> left, IEnumerable<Request> right, Func<Request, double> value)
    {
        double[] a = [.. left.Select(value).Order()];
        double[] b = [.. right.Select(value).Order()];
        return WorkloadFit.Distance(a, x =>
        {
            var place = Array.BinarySearch(b, x + 0.5); // lengths are whole, so never found
            return ~place / (double)b.Length;
        });
    }
}
