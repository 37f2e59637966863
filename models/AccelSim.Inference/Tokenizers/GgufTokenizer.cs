using AccelSim.Inference.Weights;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Makes a tokenizer out of a GGUF file's metadata.</summary>
public static class GgufTokenizer
{
    private const string At = "tokenizer.ggml.";
    private const int Unknown = 2, Control = 3, UserDefined = 4, Byte = 6;

    /// <summary>Reads a tokenizer; null where the file has none.</summary>
    /// <param name="file">An opened file.</param>
    /// <exception cref="Configuration.ConfigException">It is damaged or not understood.</exception>
    public static ITokenizer? ReadOrNull(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var model = file.TextOrNull(At + "model");
        if (model is null or "no_vocab" or "none") return null;
        if (model is not ("gpt2" or "llama"))
        {
            throw file.Error(At + "model",
                $"\"{model}\" is not understood; known are gpt2 and llama.");
        }
        var isByteLevel = model == "gpt2";
        var tokens = Tokens(file);
        var vocabulary = new Vocabulary();
        for (var id = 0; id < tokens.Count; id++)
        {
            if (!vocabulary.TryAdd(tokens[id], id))
                throw file.Error($"{At}tokens[{id}]", "stands twice or is too long.");
        }
        var kinds = Kinds(file, tokens.Count);
        var added = Added(vocabulary, kinds);
        var steps = isByteLevel ? ByteLevel(file, vocabulary)
            : Characters(file, vocabulary, kinds);
        var merges = isByteLevel ? Merges(file, vocabulary)
            : MergesByScore(file, tokens, vocabulary);
        vocabulary.SetBytes(isByteLevel, steps.HasByteTokens);
        return new BpeTokenizer(vocabulary, merges, new(added), steps);
    }

    private static List<string> Tokens(GgufFile file)
    {
        const string key = At + "tokens";
        if (file.CountOrNull(key) > Vocabulary.MostTokens)
            throw file.Error(key, $"has more than {Vocabulary.MostTokens:N0} items.");
        return [.. file.Texts(key, Vocabulary.LongestToken)];
    }

    private static int[] Kinds(GgufFile file, int count)
    {
        const string key = At + "token_type";
        if (!file.Has(key)) return new int[count];
        CheckCount(file, key, count);
        return [.. file.Numbers(key).Select(kind => kind is >= 0 and < 16 ? (int)kind : 0)];
    }

    private static List<AddedToken> Added(Vocabulary vocabulary, int[] kinds)
    {
        var added = new List<AddedToken>();
        for (var id = 0; id < kinds.Length; id++)
        {
            if (kinds[id] is not (Control or UserDefined or Unknown)) continue;
            var content = vocabulary.Token(id)!;
            vocabulary.SetAdded(id, kinds[id] != UserDefined);
            if (content.Length == 0) continue;
            added.Add(new(content, id, kinds[id] != UserDefined, false, false, false));
        }
        return added;
    }

    private static BpeSteps ByteLevel(GgufFile file, Vocabulary vocabulary)
    {
        for (var value = 0; value < 256; value++)
        {
            if (vocabulary.Find([ByteAlphabet.Of(value)]) is null)
                throw file.Error(At + "tokens", $"has no token for the byte {value}.");
        }
        const string key = At + "pre";
        var pre = file.TextOrNull(key) ?? "gpt-2";
        var pattern = pre switch
        {
            "gpt-2" or "gpt2" or "default" => PreTokenizers.Gpt2,
            "llama-bpe" or "llama3" or "llama-v3" => PreTokenizers.Llama3,
            "qwen2" => PreTokenizers.Qwen2,
            _ => throw file.Error(key, $"\"{pre}\" is not understood; known are gpt-2, default, "
                + "llama-bpe and qwen2."),
        };
        var isLlama3 = pattern == PreTokenizers.Llama3;
        return new()
        {
            File = file.Path,
            IsByteLevel = true,
            IgnoresMerges = isLlama3,
            PreTokenizers = [PreTokenizers.Split(
                PreTokenizers.Pattern(pattern, file.Path, 0, key), SplitBehaviour.Isolated, false,
                file.Path)],
            Before = Around(file, vocabulary, "bos", isLlama3),
            After = Around(file, vocabulary, "eos", false),
        };
    }

    private static BpeSteps Characters(GgufFile file, Vocabulary vocabulary, int[] kinds)
    {
        var prefix = file.FlagOrNull(At + "add_space_prefix") ?? true;
        var space = Vocabulary.Space;
        return new()
        {
            File = file.Path,
            IsByteLevel = false,
            HasByteTokens = kinds.Contains(Byte),
            StripsSpace = prefix,
            Unknown = Token(file, vocabulary, "unknown"),
            Normalisers = [text => (prefix ? space + text : text).Replace(' ', space)],
            Before = Around(file, vocabulary, "bos", true),
            After = Around(file, vocabulary, "eos", false),
        };
    }

    private static List<int> Around(
        GgufFile file, Vocabulary vocabulary, string which, bool other) =>
        (file.FlagOrNull($"{At}add_{which}_token") ?? other)
            && Token(file, vocabulary, which) is { } id ? [id] : [];

    private static int? Token(GgufFile file, Vocabulary vocabulary, string which)
    {
        var key = $"{At}{which}_token_id";
        if (file.WholeOrNull(key) is not { } id) return null;
        return id >= 0 && id < vocabulary.Size
            ? (int)id
            : throw file.Error(key, $"{id} is no id of the {vocabulary.Size:N0} tokens.");
    }

    private static BpeMerges Merges(GgufFile file, Vocabulary vocabulary)
    {
        const string key = At + "merges";
        var merges = new BpeMerges();
        foreach (var pair in file.Texts(key, 2 * Vocabulary.LongestToken))
        {
            if (pair.Split(' ') is not [var left, var right]
                || vocabulary.Find(left) is not { } first
                || vocabulary.Find(right) is not { } second
                || vocabulary.Find(left + right) is not { } merged)
            {
                throw file.Error(key, $"\"{pair}\" is not two tokens that make a third.");
            }
            merges.Add(first, second, merged);
        }
        return merges;
    }

    /// <summary>
    /// SentencePiece merges to the token with the best score: each way to halve a token is a pair,
    /// with the token's score as its turn.
    /// </summary>
    private static BpeMerges MergesByScore(
        GgufFile file, List<string> tokens, Vocabulary vocabulary)
    {
        const string key = At + "scores";
        CheckCount(file, key, tokens.Count);
        double[] scores = [.. file.Numbers(key)];
        var merges = new BpeMerges();
        foreach (var id in Enumerable.Range(0, tokens.Count).OrderByDescending(id => scores[id]))
        {
            var token = tokens[id].AsSpan();
            // Halving all of a monstrous token would take forever; no real one is so long.
            if (token.Length > 512)
                throw file.Error($"{At}tokens[{id}]", $"is {token.Length:N0} characters long.");
            for (var cut = 1; cut < token.Length; cut++)
            {
                if (vocabulary.Find(token[..cut]) is { } left
                    && vocabulary.Find(token[cut..]) is { } right)
                {
                    merges.Add(left, right, id);
                }
            }
        }
        return merges;
    }

    private static void CheckCount(GgufFile file, string key, int count)
    {
        if (file.CountOrNull(key) is { } found && found == count) return;
        throw file.Error(key, $"has {file.CountOrNull(key) ?? 0:N0} items; one for each of the "
            + $"{count:N0} tokens is expected.");
    }
}
