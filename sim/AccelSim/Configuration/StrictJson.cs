using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace AccelSim.Configuration;

/// <summary>Reads JSON strictly: comments yes; duplicate members, NaN, trailing text no.</summary>
public static class StrictJson
{
    private const int MaxDepth = 64;
    private const int MaxCharacters = 64 * 1024 * 1024;

    /// <summary>Reads one JSON object with line numbers kept on every token.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">The file as the user named it, for messages.</param>
    /// <exception cref="ConfigException">The text is not one well-formed JSON object.</exception>
    public static JObject ReadObject(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxCharacters)
        {
            throw new ConfigException(file, 0, "",
                $"is {text.Length:N0} characters long; a file of this kind has at most "
                + $"{MaxCharacters:N0}.");
        }
        if (string.IsNullOrWhiteSpace(text))
            throw new ConfigException(file, 0, "", "is empty; a JSON object is expected.");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ConfigException(file, 0, "", "is binary; a JSON object is expected.");
        try
        {
            using var reader = new QuotedReader(new StringReader(text))
            {
                DateParseHandling = DateParseHandling.None,
                FloatParseHandling = FloatParseHandling.Double,
                MaxDepth = MaxDepth,
            };
            var token = JToken.Load(reader, new JsonLoadSettings
            {
                CommentHandling = CommentHandling.Ignore,
                DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error,
                LineInfoHandling = LineInfoHandling.Load,
            });
            while (reader.Read())
            {
                if (reader.TokenType != JsonToken.Comment)
                {
                    throw new ConfigException(file, reader.LineNumber, "",
                        "more text follows the end of the JSON object; remove it.");
                }
            }
            if (token is not JObject root)
            {
                throw new ConfigException(file, Line(token), "$",
                    $"expected an object {{…}}, but found {Describe(token)}.");
            }
            RefuseNonNumbers(root, file);
            return root;
        }
        catch (JsonReaderException e)
        {
            throw new ConfigException(
                file, Math.Max(1, e.LineNumber), Root(e.Path), Reword(e.Message));
        }
        catch (JsonException e)
        {
            throw new ConfigException(file, 0, "", Reword(e.Message));
        }
    }

    /// <summary>The line of a token, from 1; 0 where unknown.</summary>
    public static int Line(JToken token) =>
        token is IJsonLineInfo info && info.HasLineInfo() ? info.LineNumber : 0;

    /// <summary>The path of a token, from the root <c>$</c>.</summary>
    public static string Path(JToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return Root(token.Path);
    }

    /// <summary>What a token is, as an error message says it.</summary>
    public static string Describe(JToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Type switch
        {
            JTokenType.Object => "an object",
            JTokenType.Array => "a list",
            JTokenType.Null => "null",
            JTokenType.String => $"the text \"{Shorten(token.ToString())}\"",
            JTokenType.Boolean => token.ToString().ToLowerInvariant(),
            _ => $"the number {Shorten(token.ToString(Formatting.None))}",
        };
    }

    /// <summary>An error at a token.</summary>
    public static ConfigException Error(JToken token, string file, string problem) =>
        new(file, Line(token), Path(token), problem);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "…";

    private static string Root(string? path) =>
        string.IsNullOrEmpty(path) ? "$" : path[0] == '[' ? "$" + path : "$." + path;

    private static void RefuseNonNumbers(JObject root, string file)
    {
        foreach (var value in root.DescendantsAndSelf().OfType<JValue>())
        {
            if (value.Type == JTokenType.Undefined)
                throw Error(value, file, "a value is missing here.");
            if (value.Value is double number && !double.IsFinite(number))
                throw Error(value, file, "NaN and infinities are not numbers here.");
        }
    }

    /// <summary>Newtonsoft's texts end in a position that the exception already carries.</summary>
    private static string Reword(string message)
    {
        var cut = message.IndexOf(" Path '", StringComparison.Ordinal);
        var text = (cut < 0 ? message : message[..cut]).TrimEnd('.', ' ');
        const string duplicate = "Property with the name '";
        if (text.StartsWith(duplicate, StringComparison.Ordinal))
        {
            var name = text[duplicate.Length..].Split('\'')[0];
            return $"\"{name}\" stands twice in the same object; keep one.";
        }
        if (text.StartsWith("Unexpected end", StringComparison.Ordinal)
            || text.StartsWith("Error reading JObject", StringComparison.Ordinal))
            return "the file ends in the middle of the JSON object; it may be truncated.";
        if (text.StartsWith("Additional text", StringComparison.Ordinal))
            return "more text follows the end of the JSON object; remove it.";
        if (text.StartsWith("After parsing a value", StringComparison.Ordinal))
            return "a comma or a closing bracket is missing before this.";
        return "is not well-formed JSON: " + text + ".";
    }

    /// <summary>
    /// Refuses what only JavaScript allows: bare and single-quoted names, constructors.
    /// </summary>
    private sealed class QuotedReader(TextReader text) : JsonTextReader(text)
    {
        public override bool Read()
        {
            var more = base.Read();
            var isQuoted = TokenType is not (JsonToken.PropertyName or JsonToken.String)
                || QuoteChar == '"';
            if (isQuoted && TokenType != JsonToken.StartConstructor) return more;
            throw new JsonReaderException(
                "names and texts stand in double quotes.", Path, LineNumber, LinePosition, null);
        }
    }
}
