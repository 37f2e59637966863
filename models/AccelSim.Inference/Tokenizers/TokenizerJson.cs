using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Reads a Hugging Face <c>tokenizer.json</c> whose model is BPE.</summary>
/// <remarks>A step that is not understood is an error: other steps make other tokens.</remarks>
public static partial class TokenizerJson
{
    private const int LongestPattern = 65_536;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">The file is damaged or not understood.</exception>
    public static ITokenizer Read(string path) => Parse(TextFile.Read(path), path);

    /// <summary>Reads a tokenizer out of a text.</summary>
    /// <param name="text">The text of a tokenizer.json.</param>
    /// <param name="file">The file as the user named it, for messages.</param>
    /// <exception cref="ConfigException">The text is damaged or not understood.</exception>
    public static ITokenizer Parse(string text, string file)
    {
        var root = new JsonPart(StrictJson.ReadObject(text, file), file);
        var model = root.PartOrNull("model")
            ?? throw root.Error("model", "is missing; an object is expected.");
        // Files before 2020 do not tell the model's type.
        if ((model.TextOrNull("type") ?? "BPE") != "BPE")
            throw model.Unknown("type", model.Type, "BPE");
        foreach (var affix in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (!string.IsNullOrEmpty(model.TextOrNull(affix)))
                throw model.Error(affix, "is not understood; null is.");
        }
        var vocabulary = Vocabulary(model);
        var merges = Merges(model, vocabulary);
        var added = Added(root, vocabulary);
        var steps = Steps(root, model, vocabulary);
        vocabulary.SetBytes(steps.IsByteLevel, steps.HasByteTokens);
        return new BpeTokenizer(vocabulary, merges, new(added), steps);
    }

    private static Vocabulary Vocabulary(JsonPart model)
    {
        var vocabulary = new Vocabulary();
        var entries = model.PartOrNull("vocab")
            ?? throw model.Error("vocab", "is missing; tokens and their ids are expected.");
        var most = Most(entries.Json.Count);
        foreach (var (token, value) in entries.Json)
        {
            if (value is not JValue { Value: long id } || id >= most
                || !vocabulary.TryAdd(token, id))
            {
                throw StrictJson.Error(value!, model.File,
                    $"expected an id of its own from 0 to {most - 1:N0}, but found "
                    + StrictJson.Describe(value!) + ".");
            }
        }
        return vocabulary;
    }

    /// <summary>Ids have few holes; a table by id must not grow with a damaged one.</summary>
    private static long Most(int count) =>
        Math.Min(2L * count + 65_536, Tokenizers.Vocabulary.MostTokens);

    private static BpeMerges Merges(JsonPart model, Vocabulary vocabulary)
    {
        var merges = new BpeMerges();
        foreach (var item in model.Items("merges"))
        {
            var (left, right) = item switch
            {
                JValue { Value: string pair } when pair.Split(' ') is [var a, var b] => (a, b),
                JArray { Count: 2 } list when list[0] is JValue { Value: string a }
                    && list[1] is JValue { Value: string b } => (a, b),
                _ => throw model.Wrong(item, "two tokens"),
            };
            if (vocabulary.Find(left) is not { } first || vocabulary.Find(right) is not { } second
                || vocabulary.Find(left + right) is not { } merged)
            {
                throw StrictJson.Error(item, model.File,
                    $"merges \"{left}\" and \"{right}\"; both and what they make are expected in "
                    + "the vocabulary.");
            }
            merges.Add(first, second, merged);
        }
        return merges;
    }

    private static List<AddedToken> Added(JsonPart root, Vocabulary vocabulary)
    {
        var added = new List<AddedToken>();
        var most = Most(vocabulary.Size);
        foreach (var part in root.Parts("added_tokens"))
        {
            var content = part.Text("content");
            if (content.Length == 0)
                throw part.Error("content", "is empty; the text of a token is expected.");
            var id = part.WholeOrNull("id")
                ?? throw part.Error("id", "is missing; a whole number is expected.");
            if (vocabulary.Find(content) != id && (id >= most || !vocabulary.TryAdd(content, id)))
            {
                throw part.Error("id", $"{id} is not the id of \"{content}\" or is another "
                    + $"token's; an id of its own from 0 to {most - 1:N0} is expected.");
            }
            var isSpecial = part.Flag("special");
            vocabulary.SetAdded((int)id, isSpecial);
            added.Add(new(
                content, (int)id, isSpecial, part.Flag("lstrip"), part.Flag("rstrip"),
                part.Flag("single_word")));
        }
        return added;
    }

    private static BpeSteps Steps(JsonPart root, JsonPart model, Vocabulary vocabulary)
    {
        var (pieces, isByteLevel) = PreTokenizers(root.PartOrNull("pre_tokenizer"));
        var (before, after) = Around(root.PartOrNull("post_processor"), vocabulary);
        if (isByteLevel) CheckAlphabet(model, vocabulary);
        var strips = StripsSpace(root.PartOrNull("decoder"), isByteLevel);
        return new()
        {
            File = root.File,
            IsByteLevel = isByteLevel,
            HasByteTokens = model.Flag("byte_fallback"),
            IgnoresMerges = model.Flag("ignore_merges"),
            StripsSpace = strips,
            Unknown = Unknown(model, vocabulary),
            FusesUnknown = model.Flag("fuse_unk"),
            Normalisers = Normalisers(root.PartOrNull("normalizer")),
            PreTokenizers = pieces,
            Before = before,
            After = after,
        };
    }

    private static void CheckAlphabet(JsonPart model, Vocabulary vocabulary)
    {
        for (var value = 0; value < 256; value++)
        {
            var token = ByteAlphabet.Of(value).ToString();
            if (vocabulary.Find(token) is null)
            {
                throw model.Error("vocab",
                    $"has no \"{token}\" for the byte {value}; all 256 bytes are expected.");
            }
        }
    }

    private static int? Unknown(JsonPart model, Vocabulary vocabulary) =>
        model.TextOrNull("unk_token") is not { } token ? null
        : vocabulary.Find(token) ?? throw model.Error("unk_token",
            $"\"{token}\" is not in the vocabulary; one of its tokens or null is expected.");
}
