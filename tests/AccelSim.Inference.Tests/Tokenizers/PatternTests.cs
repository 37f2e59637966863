using AccelSim.Inference.Tokenizers;

namespace AccelSim.Inference.Tests.Tokenizers;

/// <summary>Where the patterns of GPT-2, Llama 3 and Qwen 2 cut a text.</summary>
public class PatternTests
{
    [Theory]
    [InlineData("Hello world", "Hello| world")]
    [InlineData("don't I'VE", "don|'t| I|'|VE")]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n b  ", "a| \n| b|  ")]
    [InlineData("x=12345;", "x|=|12345|;")]
    [InlineData("naïve 日本語!", "naïve| 日本語|!")]
    [InlineData("hi😀there", "hi|😀|there")]
    public void Gpt2(string text, string pieces) => AssertPieces(PreTokenizers.Gpt2, text, pieces);

    [Theory]
    [InlineData("don't I'VE", "don|'t| I|'VE")]
    [InlineData("x=12345;", "x|=|123|45|;")]
    [InlineData("(hello)", "(hello|)")]
    [InlineData("a\n\n  b", "a|\n\n| | b")]
    [InlineData("end.\n\nNext", "end|.\n\n|Next")]
    [InlineData("hi 😀there", "hi| 😀|there")]
    [InlineData("😀there", "😀there")]
    [InlineData("𝐀𝐁c", "𝐀𝐁c")]
    [InlineData("𝟏𝟐𝟑𝟒", "𝟏𝟐𝟑|𝟒")]
    [InlineData("𠀀𠀁 𠀂", "𠀀𠀁| 𠀂")]
    public void Llama3(string text, string pieces) =>
        AssertPieces(PreTokenizers.Llama3, text, pieces);

    [Theory]
    [InlineData("x=123", "x|=|1|2|3")]
    [InlineData("𝟏𝟐", "𝟏|𝟐")]
    [InlineData("it's\t\tok", "it|'s|\t|\tok")]
    public void Qwen2(string text, string pieces) =>
        AssertPieces(PreTokenizers.Qwen2, text, pieces);

    [Theory]
    [InlineData(nameof(SplitBehaviour.Isolated), "a|--|b|-|c")]
    [InlineData(nameof(SplitBehaviour.Removed), "a|b|c")]
    [InlineData(nameof(SplitBehaviour.MergedWithPrevious), "a--|b-|c")]
    [InlineData(nameof(SplitBehaviour.MergedWithNext), "a|--b|-c")]
    public void Behaviours_PutWhatIsFoundWhereTheySay(string behaviour, string pieces)
    {
        var split = PreTokenizers.Split(
            PreTokenizers.Pattern("-+", "t", 0, ""), Enum.Parse<SplitBehaviour>(behaviour), false,
            "t");
        Assert.Equal(pieces.Split('|'), split("a--b-c", true));
    }

    [Theory]
    [InlineData("always", true, "▁a|▁b")]
    [InlineData("first", true, "▁a|▁b")]
    [InlineData("first", false, "a|▁b")]
    [InlineData("never", true, "a|▁b")]
    public void Metaspace_PutsAMarkForSpaces(string prepend, bool isFirst, string pieces) =>
        Assert.Equal(
            pieces.Split('|'), PreTokenizers.Metaspace('▁', prepend, true)("a b", isFirst));

    private static void AssertPieces(string pattern, string text, string pieces)
    {
        var split = PreTokenizers.Split(
            PreTokenizers.Pattern(pattern, "t", 0, ""), SplitBehaviour.Isolated, false, "t");
        Assert.Equal(pieces.Split('|'), split(text, true));
    }
}
