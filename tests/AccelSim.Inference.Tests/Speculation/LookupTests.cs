using AccelSim.Inference.Speculation;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Speculation;

/// <summary>What is proposed from the text alone.</summary>
public sealed class LookupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Automaton_FindsTheLongestRepeatedEnd(int letters)
    {
        var random = new SimRandom(letters, "text");
        var automaton = new SuffixAutomaton();
        List<int> text = [];
        for (var i = 0; i < 120; i++)
        {
            text.Add(random.NextInt(0, letters));
            automaton.Add(text[^1]);
            Assert.Equal(BySearch(text), automaton.Repeated());
        }
    }

    [Fact]
    public void Suffix_ProposesWhatFollowedTheLongestEnd()
    {
        var proposal = new SuffixProposer().Propose([9, 2, 3, 7, 1, 2, 3, 4, 5, 1, 2, 3], 2);
        Assert.Equal([4, 5], proposal.Tokens);
    }

    [Fact]
    public void Suffix_ForgetsASequenceThatIsOver()
    {
        var proposer = new SuffixProposer();
        Assert.Equal([7], proposer.Propose([1, 2, 7, 1, 2], 1).Tokens);
        Assert.Equal([8], proposer.Propose([1, 2, 8, 1, 2], 1).Tokens);
    }

    [Fact]
    public void Ngram_TakesTheLatestPlace() =>
        Assert.Equal(
            [6, 1], new NgramProposer().Propose([1, 2, 5, 1, 2, 6, 1, 2], 2).Tokens);

    [Fact]
    public void Repetition_GoesOnPastTheEnd() =>
        Assert.Equal(
            [4, 3, 4, 3, 4], new NgramProposer().Propose([9, 3, 4, 3, 4, 3], 5).Tokens);

    [Fact]
    public void NothingRepeated_ProposesNothing()
    {
        Assert.Empty(new NgramProposer().Propose([1, 2, 3, 1], 4).Tokens);
        Assert.Empty(new SuffixProposer().Propose([1, 2, 3, 1], 4).Tokens);
    }

    private static (int Length, int End) BySearch(List<int> text)
    {
        for (var length = text.Count - 1; length > 0; length--)
        {
            for (var end = length - 1; end < text.Count - 1; end++)
            {
                if (text.GetRange(end - length + 1, length)
                    .SequenceEqual(text.TakeLast(length)))
                {
                    return (length, end);
                }
            }
        }
        return (0, -1);
    }
}
