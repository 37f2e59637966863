using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

public class SharedTraceTests
{
    [SharedDataTheory("workloads/AzureLLMInferenceTrace_conv.csv")]
    [InlineData("AzureLLMInferenceTrace_conv.csv", 19_366, 22_361_870, 4_088_665)]
    [InlineData("AzureLLMInferenceTrace_code.csv", 8_819, 18_059_974, 245_896)]
    [InlineData("mooncake_conversation_trace.jsonl", 12_031, 144_793_823, 4_122_048)]
    [InlineData("mooncake_synthetic_trace.jsonl", 3_993, 61_194_628, 595_432)]
    public void SharedTrace_HasItsKnownRowsAndTokens(
        string file, int rows, long prompt, long output)
    {
        var workload = WorkloadReader.Read(RepositoryRoot.Shared("workloads/" + file)!);

        Assert.Equal(rows, workload.Requests.Count);
        Assert.Equal(prompt, workload.Requests.Sum(r => (long)r.PromptTokens));
        Assert.Equal(output, workload.Requests.Sum(r => (long)r.OutputTokens));
        Assert.Equal(0, workload.Requests[0].Arrival.Picoseconds);
    }
}
