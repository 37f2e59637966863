using System.Text;
using AccelSim.Inference.Tests.Weights;
using AccelSim.Inference.Tokenizers;
using AccelSim.Inference.Weights;
using FsCheck;
using FsCheck.Fluent;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests.Tokenizers;

public class TokenizerTests
{
    private static readonly ITokenizer TinyTokenizer =
        TokenizerJson.Read(Path.Combine(Tiny.Draft, "tokenizer.json"));

    private static readonly ITokenizer Llama2 =
        TokenizerJson.Parse(TokenizerTexts.Llama2().ToString(), "t");

    /// <summary>Texts and ids that the training script's own encoder wrote.</summary>
    [Fact]
    public void Encodes_AsTheTrainingScript()
    {
        foreach (var golden in Tiny.Golden["texts"]!)
        {
            var text = (string)golden["text"]!;
            var ids = golden["ids"]!.Select(id => (int)id).ToArray();
            Assert.Equal(ids, TinyTokenizer.Encode(text, addSpecial: false));
            Assert.Equal(text, TinyTokenizer.Decode(ids, skipSpecial: false));
        }
    }

    [Fact]
    public void HeldOutText_HasAsManyTokensAsInTraining() => Assert.Equal(
        (int)Tiny.Golden["models"]!["target"]!["held_out_tokens"]! + 1,
        TinyTokenizer.Encode(Tiny.HeldOut, addSpecial: false).Length);

    [Theory]
    [InlineData("target")]
    [InlineData("draft")]
    public void Prompts_EncodeAndContinuationsDecode_AsTheTrainingScript(string model)
    {
        foreach (var golden in Tiny.Golden["models"]![model]!["prompts"]!)
        {
            Assert.Equal(
                golden["ids"]!.Select(id => (int)id),
                TinyTokenizer.Encode((string)golden["prompt"]!));
            Assert.Equal(
                (string)golden["text"]!,
                TinyTokenizer.Decode(golden["greedy"]!.Select(id => (int)id)));
        }
    }

    [Fact]
    public void ByteLevel_DecodesWhatItEncodes() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>().Generator.ToArbitrary(),
        text =>
        {
            var whole = Whole(text ?? "");
            var ids = TinyTokenizer.Encode(whole);
            Assert.Equal(whole, TinyTokenizer.Decode(ids));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void ByteLevel_DecodesWhatItEncodesOfAnyCharacters() => Prop.ForAll(
        Characters().ToArbitrary(),
        text =>
        {
            Assert.Equal(text, TinyTokenizer.Decode(TinyTokenizer.Encode(text)));
            Assert.Equal(text, Llama2.Decode(Llama2.Encode(text)));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Stream_HoldsBackCharactersUntilTheyAreWhole()
    {
        var ids = TinyTokenizer.Encode("é😀", addSpecial: false);
        var decoder = TinyTokenizer.Decoder();
        var pieces = ids.Select(decoder.Push).Append(decoder.Finish()).ToArray();
        Assert.True(pieces.Length > 3);
        Assert.Equal("é😀", string.Concat(pieces));
        Assert.All(pieces, piece => Assert.DoesNotContain('\ufffd', piece));
    }

    [Fact]
    public void Stream_EndsWithAMarkForACharacterThatNeverBecameWhole()
    {
        var ids = TinyTokenizer.Encode("\ud83d\ude00", addSpecial: false);
        var decoder = TinyTokenizer.Decoder();
        Assert.Equal("", decoder.Push(ids[0]));
        Assert.Equal("\ufffd", decoder.Finish());
    }

    [Fact]
    public void SpecialTokens_AreFoundInTextAndLeftOutOfIt()
    {
        var end = TinyTokenizer.Find("<|end_of_text|>")!.Value;
        var ids = TinyTokenizer.Encode("a<|end_of_text|>b");
        Assert.Equal(TinyTokenizer.Find("<|begin_of_text|>"), ids[0]);
        Assert.Contains(end, ids);
        Assert.Equal("ab", TinyTokenizer.Decode(ids));
        Assert.Equal("a<|end_of_text|>b", TinyTokenizer.Decode(ids[1..], skipSpecial: false));
    }

    [Fact]
    public void UnknownIds_StandForNothing() =>
        Assert.Equal("", TinyTokenizer.Decode([-1, 1_000_000, int.MaxValue]));

    /// <summary>Merges take their turn: "a b" first, so "abc" is ab + c before b + c.</summary>
    [Theory]
    [InlineData("abc", "▁ab c")]
    [InlineData("bc", "▁ bc")]
    [InlineData("a", "▁a")]
    [InlineData("ab ab", "▁ab ▁ab")]
    [InlineData("a\n", "▁a <0x0A>")]
    [InlineData("é", "▁ <0xC3> <0xA9>")]
    [InlineData("a</s>b", "▁a </s> ▁ b")]
    public void Characters_AreMergedInTurn(string text, string tokens)
    {
        int[] expected = [1, .. tokens.Split(' ').Select(token => Llama2.Find(token)!.Value)];
        Assert.Equal(expected, Llama2.Encode(text));
    }

    /// <summary>Scores say the same as merges where they fall in the same order.</summary>
    [Theory]
    [InlineData("abc", "▁ab c")]
    [InlineData("bc", "▁ bc")]
    [InlineData("xab", "▁ <0x78> ab")]
    public void Gguf_MergesByScore(string text, string tokens)
    {
        using var file = new TempFile("m.gguf", GgufBytes.Llama().WithTokens().ToArray());
        using var gguf = GgufFile.Open(file.Path);
        var tokenizer = GgufTokenizer.ReadOrNull(gguf)!;
        int[] expected = [1, .. tokens.Split(' ').Select(token => tokenizer.Find(token)!.Value)];
        Assert.Equal(expected, tokenizer.Encode(text));
        Assert.Equal(text, tokenizer.Decode(expected));
    }

    [Fact]
    public void IgnoredMerges_TakeAWholePieceFirst()
    {
        var json = TokenizerTexts.ByteLevel(
            """{"type": "ByteLevel", "add_prefix_space": false}""", "a b", "c d", "ab cd");
        ((JArray)json["model"]!["merges"]!).RemoveAt(2);
        Assert.Equal([256, 257], TokenizerJson.Parse(json.ToString(), "t").Encode("abcd"));
        json["model"]!["ignore_merges"] = true;
        Assert.Equal([258], TokenizerJson.Parse(json.ToString(), "t").Encode("abcd"));
    }

    [Fact]
    public void Merges_MayBeWrittenAsPairs()
    {
        var json = TokenizerTexts.ByteLevel("""{"type": "ByteLevel"}""", "a b");
        json["model"]!["merges"] = new JArray { new JArray("a", "b") };
        Assert.Equal([256], TokenizerJson.Parse(json.ToString(), "t").Encode("ab")[1..]);
    }

    /// <summary>One piece of 300,000 characters: merging must not take their square.</summary>
    [Fact]
    public void LongPieces_AreMerged()
    {
        var text = string.Concat(Enumerable.Repeat("abc", 100_000));
        var ids = Llama2.Encode(text);
        Assert.Equal(text, Llama2.Decode(ids));
        Assert.Equal(100_002, ids.Length);
    }

    [Fact]
    public void Normalisation_ComposesCharacters()
    {
        var json = TokenizerTexts.ByteLevel("""{"type": "ByteLevel", "add_prefix_space": false}""");
        json["normalizer"] = new JObject { ["type"] = "NFC" };
        var tokenizer = TokenizerJson.Parse(json.ToString(), "t");
        Assert.Equal("\u00e9", tokenizer.Decode(tokenizer.Encode("e\u0301")));
    }

    /// <summary>Text as bytes hold it: halves of characters become U+FFFD.</summary>
    private static string Whole(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static Gen<string> Characters()
    {
        var rune = Gen.OneOf(
            Gen.Choose(0, 0x7f), Gen.Choose(0x80, 0x2580), Gen.Choose(0x2600, 0xd7ff),
            Gen.Choose(0x10000, 0x10ffff), Gen.Elements(' ', ' ', '\n', 'a', 'b', 'c')
                .Select(c => (int)c));
        return Gen.ListOf(rune).Select(
            runes => string.Concat(runes.Select(r => new Rune(r).ToString())));
    }
}
