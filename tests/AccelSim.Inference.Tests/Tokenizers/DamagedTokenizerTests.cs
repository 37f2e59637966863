using System.Text;
using AccelSim.Configuration;
using AccelSim.Inference.Tokenizers;
using FsCheck;
using FsCheck.Fluent;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests.Tokenizers;

public class DamagedTokenizerTests
{
    private static readonly byte[] Sound =
        Encoding.UTF8.GetBytes(TokenizerTexts.Llama2().ToString(Newtonsoft.Json.Formatting.None));

    [Theory]
    [InlineData("model", "null", "is missing")]
    [InlineData("model", "[]", "an object")]
    [InlineData("model.type", "\"Unigram\"", "is not understood; known are BPE")]
    [InlineData("model.type", "7", "a text")]
    [InlineData("model.vocab", "null", "is missing")]
    [InlineData("model.vocab", "[]", "an object")]
    [InlineData("model.vocab", "{\"a\": -1}", "an id of its own")]
    [InlineData("model.vocab", "{\"a\": 0, \"b\": 0}", "an id of its own")]
    [InlineData("model.vocab", "{\"a\": 2000000000}", "an id of its own")]
    [InlineData("model.vocab", "{\"a\": 99999999999999999999}", "an id of its own")]
    [InlineData("model.vocab", "{\"a\": 0.5}", "an id of its own")]
    [InlineData("model.vocab", "{\"a\": null}", "an id of its own")]
    [InlineData("model.merges", "7", "a list")]
    [InlineData("model.merges", "[7]", "two tokens")]
    [InlineData("model.merges", "[\"a\"]", "two tokens")]
    [InlineData("model.merges", "[\"a b c\"]", "two tokens")]
    [InlineData("model.merges", "[\"a x\"]", "in the vocabulary")]
    [InlineData("model.merges", "[\"a a\"]", "in the vocabulary")]
    [InlineData("model.merges", "[[\"a\"]]", "two tokens")]
    [InlineData("model.unk_token", "\"?\"", "is not in the vocabulary")]
    [InlineData("model.unk_token", "7", "a text")]
    [InlineData("model.byte_fallback", "7", "true or false")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "is not understood")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "is not understood")]
    [InlineData("added_tokens", "7", "a list")]
    [InlineData("added_tokens", "[7]", "an object")]
    [InlineData("added_tokens", "[{}]", "content")]
    [InlineData("added_tokens", "[{\"content\": \"\", \"id\": 1}]", "is empty")]
    [InlineData("added_tokens", "[{\"content\": \"x\"}]", "is missing")]
    [InlineData("added_tokens", "[{\"content\": \"x\", \"id\": 1}]", "another token's")]
    [InlineData("added_tokens", "[{\"content\": \"x\", \"id\": -1}]", "another token's")]
    [InlineData("added_tokens", "[{\"content\": \"x\", \"id\": 2000000000}]", "another token's")]
    [InlineData("added_tokens", "[{\"content\": \"a\", \"id\": 1}]", "another token's")]
    [InlineData("normalizer", "7", "an object")]
    [InlineData("normalizer", "{}", "is missing")]
    [InlineData("normalizer", "{\"type\": \"Precompiled\"}", "is not understood")]
    [InlineData("normalizer", "{\"type\": \"Replace\", \"content\": \"\"}", "pattern")]
    [InlineData("normalizer",
        "{\"type\": \"Replace\", \"content\": \"\", \"pattern\": {\"Regex\": \"(\"}}",
        "is not a pattern")]
    [InlineData("normalizer",
        "{\"type\": \"Replace\", \"content\": \"\", \"pattern\": {\"String\": \"\"}}",
        "characters")]
    [InlineData("pre_tokenizer", "{\"type\": \"Whitespace\"}", "is not understood")]
    [InlineData("pre_tokenizer", "{\"type\": \"ByteLevel\"}", "for the byte")]
    [InlineData("pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"}}",
        "behavior")]
    [InlineData("pre_tokenizer", "{\"type\": \"Metaspace\", \"replacement\": \"xx\"}",
        "one character")]
    [InlineData("pre_tokenizer", "{\"type\": \"Metaspace\", \"prepend_scheme\": \"x\"}",
        "is not understood")]
    [InlineData("pre_tokenizer",
        "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"ByteLevel\"},"
        + " {\"type\": \"Digits\"}]}", "must be the last")]
    [InlineData("post_processor", "{\"type\": \"BertProcessing\"}", "is not understood")]
    [InlineData("post_processor", "{\"type\": \"TemplateProcessing\"}", "names the text 0 times")]
    [InlineData("post_processor",
        "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"?\"}}]}",
        "is not in the vocabulary")]
    [InlineData("post_processor.special_tokens", "{\"<s>\": {\"ids\": [100000]}}",
        "an id of the vocabulary")]
    [InlineData("decoder", "{\"type\": \"WordPiece\"}", "is not understood")]
    public void WrongPart_IsRefusedWithItsPlace(string path, string value, string expected)
    {
        var json = TokenizerTexts.Llama2();
        var parts = path.Split('.');
        var parent = parts[..^1].Aggregate((JToken)json, (token, part) => token[part]!);
        parent[parts[^1]] = JToken.Parse(value);
        var refusal = Refusal(Encoding.UTF8.GetBytes(json.ToString()));
        Assert.NotNull(refusal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TruncatedAnywhere_IsRefused()
    {
        for (var length = 0; length < Sound.Length; length += 7)
            Assert.True(Refusal(Sound[..length]) is not null, $"{length} bytes were accepted");
    }

    [Fact]
    public void DeepFile_IsRefused() => Assert.NotNull(Refusal(Encoding.UTF8.GetBytes(
        "{\"normalizer\":" + string.Concat(Enumerable.Repeat(
            "{\"type\":\"Sequence\",\"normalizers\":[", 50_000)))));

    [Fact]
    public void DamagedFiles_AreReadOrRefusedButNeverCrash() => Prop.ForAll(
        Damage.Of(Sound, Sound.Length).ToArbitrary(),
        bytes => { Refusal(bytes); })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(700));

    [Fact]
    public void PatternThatRunsAway_IsStopped()
    {
        var json = TokenizerTexts.ByteLevel(
            """
            {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated"},
              {"type": "ByteLevel", "use_regex": false}]}
            """);
        var tokenizer = TokenizerJson.Parse(json.ToString(), "t");
        var error = Assert.Throws<ConfigException>(
            () => tokenizer.Encode(new string('a', 60) + "b"));
        Assert.Contains("took longer", error.Message, StringComparison.Ordinal);
    }

    private static ConfigException? Refusal(byte[] bytes)
    {
        using var file = new TempFile("tokenizer.json", bytes);
        return Bounded.Refusal(() =>
        {
            var tokenizer = TokenizerJson.Read(file.Path);
            tokenizer.Decode(tokenizer.Encode("ab c\n</s>é"));
        });
    }
}
