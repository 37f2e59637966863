using System.Text.RegularExpressions;
using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tokenizers;

public static partial class TokenizerJson
{
    private static List<Func<string, string>> Normalisers(JsonPart? part)
    {
        if (part is null) return [];
        switch (part.Type)
        {
            case "Sequence": return [.. part.Parts("normalizers").SelectMany(Normalisers)];
            case "Prepend":
                var prefix = part.Text("prepend");
                return [text => text.Length == 0 ? text : prefix + text];
            case "Replace": return [Replace(part)];
            case "NFC": return [CanonicalForm.Compose];
            case "NFD": return [CanonicalForm.Decompose];
            case "Lowercase": return [text => text.ToLowerInvariant()];
            default:
                throw part.Unknown("type", part.Type, "Sequence", "Prepend", "Replace", "NFC",
                    "NFD", "Lowercase");
        }
    }

    private static Func<string, string> Replace(JsonPart part)
    {
        var content = part.Text("content");
        var pattern = Pattern(part);
        return text =>
        {
            try
            {
                return pattern.Replace(text, _ => content);
            }
            catch (RegexMatchTimeoutException)
            {
                throw new ConfigException(part.File, 0, "",
                    $"the pattern that is replaced by \"{content}\" took too long.");
            }
        };
    }

    private static Regex Pattern(JsonPart part)
    {
        var pattern = part.PartOrNull("pattern")
            ?? throw part.Error("pattern", "is missing; {\"Regex\": …} is expected.");
        var text = pattern.TextOrNull("Regex") is { } regex ? regex
            : Regex.Escape(pattern.Text("String"));
        if (text.Length is 0 or > LongestPattern)
            throw part.Error("pattern", $"has {text.Length:N0} characters; 1 to "
                + $"{LongestPattern:N0} are expected.");
        return Tokenizers.PreTokenizers.Pattern(
            text, part.File, StrictJson.Line(pattern.Json), StrictJson.Path(pattern.Json));
    }

    private static (List<PreTokenizer> Steps, bool IsByteLevel) PreTokenizers(JsonPart? part)
    {
        if (part is null) return ([], false);
        switch (part.Type)
        {
            case "Sequence":
                var inner = part.Parts("pretokenizers").Select(PreTokenizers).ToList();
                for (var i = 0; i + 1 < inner.Count; i++)
                {
                    if (inner[i].IsByteLevel)
                        throw part.Error("pretokenizers", "ByteLevel must be the last of them.");
                }
                return ([.. inner.SelectMany(i => i.Steps)], inner.Any(i => i.IsByteLevel));
            case "ByteLevel":
                List<PreTokenizer> steps = [];
                if (part.Flag("add_prefix_space", true))
                    steps.Add(Tokenizers.PreTokenizers.PrefixSpace);
                if (part.Flag("use_regex", true)) steps.Add(Split(Tokenizers.PreTokenizers.Gpt2));
                return (steps, true);
            case "Split":
                var behaviour = Enum.Parse<SplitBehaviour>(part.Choice(
                    "behavior", "", Enum.GetNames<SplitBehaviour>()));
                return ([Tokenizers.PreTokenizers.Split(
                    Pattern(part), behaviour, part.Flag("invert"), part.File)], false);
            case "Digits":
                return ([Split(part.Flag("individual_digits") ? @"\p{N}" : @"\p{N}+")], false);
            case "Metaspace": return ([Metaspace(part)], false);
            default:
                throw part.Unknown("type", part.Type, "Sequence", "ByteLevel", "Split", "Digits",
                    "Metaspace");
        }

        PreTokenizer Split(string pattern) => Tokenizers.PreTokenizers.Split(
            Tokenizers.PreTokenizers.Pattern(pattern, part.File, 0, ""),
            SplitBehaviour.Isolated, false, part.File);
    }

    private static PreTokenizer Metaspace(JsonPart part)
    {
        var replacement = part.TextOrNull("replacement") ?? "\u2581";
        if (replacement.Length != 1)
            throw part.Error("replacement", "one character is expected.");
        // Files before 2023 say add_prefix_space instead of a scheme.
        var prepend = part.Choice("prepend_scheme",
            part.Flag("add_prefix_space", true) ? "always" : "never", "always", "first", "never");
        return Tokenizers.PreTokenizers.Metaspace(
            replacement[0], prepend, part.Flag("split", true));
    }

    private static (List<int> Before, List<int> After) Around(JsonPart? part, Vocabulary vocabulary)
    {
        if (part is null) return ([], []);
        switch (part.Type)
        {
            case "ByteLevel": return ([], []);
            case "Sequence":
                var inner = part.Parts("processors").Select(p => Around(p, vocabulary)).ToList();
                // Each puts its tokens around what those before it made.
                return ([.. inner.AsEnumerable().Reverse().SelectMany(i => i.Before)],
                    [.. inner.SelectMany(i => i.After)]);
            case "TemplateProcessing": return Template(part, vocabulary);
            default:
                throw part.Unknown("type", part.Type, "ByteLevel", "Sequence",
                    "TemplateProcessing");
        }
    }

    private static (List<int> Before, List<int> After) Template(
        JsonPart part, Vocabulary vocabulary)
    {
        var (before, after) = (new List<int>(), new List<int>());
        var seen = 0;
        foreach (var item in part.Parts("single"))
        {
            if (item.PartOrNull("Sequence") is not null)
            {
                seen++;
                continue;
            }
            var special = item.PartOrNull("SpecialToken")
                ?? throw item.Error("SpecialToken", "is missing, and so is Sequence.");
            var token = special.Text("id");
            (seen == 0 ? before : after).AddRange(Ids(part, special, token, vocabulary));
        }
        return seen == 1 ? (before, after)
            : throw part.Error("single", $"names the text {seen} times; once is expected.");
    }

    private static List<int> Ids(
        JsonPart template, JsonPart special, string token, Vocabulary vocabulary)
    {
        var listed = template.PartOrNull("special_tokens")?.PartOrNull(token)?.Items("ids");
        if (listed is null)
        {
            return [vocabulary.Find(token) ?? throw special.Error("id",
                $"\"{token}\" is not in the vocabulary; one of its tokens is expected.")];
        }
        return [.. listed.Select(item =>
            item is JValue { Value: long id } && id < vocabulary.Size && id >= 0
                && vocabulary.Token((int)id) is not null
                ? (int)id : throw special.Wrong(item, "an id of the vocabulary"))];
    }

    private static bool StripsSpace(JsonPart? part, bool isByteLevel)
    {
        if (part is null) return false;
        switch (part.Type)
        {
            case "Sequence":
                return part.Parts("decoders").Select(p => StripsSpace(p, isByteLevel)).ToList()
                    .Contains(true);
            case "Strip":
                return part.TextOrNull("content") == " " && part.WholeOrNull("start") is > 0;
            case "Metaspace":
                return part.Choice("prepend_scheme",
                    part.Flag("add_prefix_space", true) ? "always" : "never",
                    "always", "first", "never") != "never";
            case "ByteLevel" when isByteLevel:
            case "Replace" or "ByteFallback" or "Fuse" when !isByteLevel: return false;
            default:
                throw part.Unknown("type", part.Type, isByteLevel ? ["ByteLevel", "Sequence"]
                    : ["Sequence", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"]);
        }
    }
}
