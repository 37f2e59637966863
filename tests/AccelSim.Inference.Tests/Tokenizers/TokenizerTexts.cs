using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests.Tokenizers;

/// <summary>Small tokenizer files.</summary>
internal static class TokenizerTexts
{
    /// <summary>SentencePiece-style, in the layout of Llama 2's file.</summary>
    public static JObject Llama2()
    {
        string[] words = ["\u2581", "a", "b", "c", "ab", "\u2581ab", "bc", "abc", "\u2581a"];
        var vocabulary = new JObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var i = 0; i < 256; i++) vocabulary[$"<0x{i:X2}>"] = i + 3;
        foreach (var word in words) vocabulary[word] = vocabulary.Count;
        var root = JObject.Parse(
            """
            {
              "version": "1.0",
              "added_tokens": [
                {"id": 0, "content": "<unk>", "special": true},
                {"id": 1, "content": "<s>", "special": true},
                {"id": 2, "content": "</s>", "special": true}
              ],
              "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
              ]},
              "pre_tokenizer": null,
              "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                           {"Sequence": {"id": "A", "type_id": 0}}],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}
              },
              "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"}, {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0}
              ]},
              "model": {
                "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                "merges": ["a b", "▁ ab", "b c", "ab c", "▁ a"]
              }
            }
            """);
        root["model"]!["vocab"] = vocabulary;
        return root;
    }

    /// <summary>Byte-level, with every byte a token and no merges but those given.</summary>
    public static JObject ByteLevel(string preTokenizer, params string[] merges)
    {
        var vocabulary = new JObject();
        for (var i = 0; i < 256; i++)
            vocabulary[Inference.Tokenizers.ByteAlphabet.Of(i).ToString()] = i;
        foreach (var merge in merges)
            vocabulary[merge.Replace(" ", "", StringComparison.Ordinal)] = vocabulary.Count;
        return new()
        {
            ["pre_tokenizer"] = JObject.Parse(preTokenizer),
            ["decoder"] = new JObject { ["type"] = "ByteLevel" },
            ["model"] = new JObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocabulary,
                ["merges"] = new JArray(merges),
            },
        };
    }
}
