namespace AccelSim.Configuration;

/// <summary>Changes members of a JSON text and leaves all the rest as it was written.</summary>
/// <remarks>Files that people keep have comments and an order of their own.</remarks>
public static class JsonText
{
    /// <summary>The text with one member put in, or its value replaced.</summary>
    /// <param name="text">Well-formed JSON, an object; comments are allowed.</param>
    /// <param name="path">Names from the root down; objects on the way are made.</param>
    /// <param name="value">The value, indented as at the left margin.</param>
    public static string With(string text, IReadOnlyList<string> path, string value)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(path);
        return With(text, Skip(text, 0), path, 0, value);
    }

    private static string With(
        string text, int open, IReadOnlyList<string> path, int depth, string value)
    {
        var indent = new string(' ', 2 * (depth + 1));
        var members = Members(text, open);
        var index = members.FindIndex(member => member.Name == path[depth]);
        if (index < 0)
        {
            for (var inner = path.Count - 1; inner > depth; inner--)
                value = $"{{\n  \"{path[inner]}\": {Indented(value, "  ")}\n}}";
            return Append(
                text, open, members, $"\"{path[depth]}\": {Indented(value, indent)}", indent);
        }
        var (_, from, to) = members[index];
        if (depth + 1 < path.Count && text[from] == '{')
            return With(text, from, path, depth + 1, value);
        for (var inner = path.Count - 1; inner > depth; inner--)
            value = $"{{\n  \"{path[inner]}\": {Indented(value, "  ")}\n}}";
        return text[..from] + Indented(value, indent) + text[to..];
    }

    private static string Append(
        string text, int open, List<(string Name, int From, int To)> members, string member,
        string indent)
    {
        var close = indent[2..];
        if (members.Count == 0)
        {
            var end = Skip(text, open + 1);
            return text[..(open + 1)] + $"\n{indent}{member}\n{close}" + text[end..];
        }
        var last = members[^1].To;
        var after = Skip(text, last);
        // A trailing comma would be refused by the strict reader, so there is none to mind.
        var isOnOneLine = !text[open..after].Contains('\n', StringComparison.Ordinal);
        return text[..last] + $",\n{indent}{member}"
            + (isOnOneLine ? $"\n{close}" + text[after..] : text[last..]);
    }

    private static string Indented(string value, string indent) =>
        value.Replace("\n", "\n" + indent, StringComparison.Ordinal);

    /// <summary>Names and places of the values in the object that opens here.</summary>
    private static List<(string Name, int From, int To)> Members(string text, int open)
    {
        var members = new List<(string, int, int)>();
        var at = Skip(text, open + 1);
        while (text[at] != '}')
        {
            var end = End(text, at);
            var name = text[(at + 1)..(end - 1)];
            var from = Skip(text, Skip(text, end) + 1);
            var to = End(text, from);
            members.Add((name, from, to));
            at = Skip(text, to);
            if (text[at] == ',') at = Skip(text, at + 1);
        }
        return members;
    }

    /// <summary>Just behind the value that begins here.</summary>
    private static int End(string text, int at)
    {
        if (text[at] == '"')
        {
            for (at++; text[at] != '"'; at++)
            {
                if (text[at] == '\\') at++;
            }
            return at + 1;
        }
        if (text[at] is not ('{' or '['))
        {
            while (text[at] is not (',' or '}' or ']' or '/') && !char.IsWhiteSpace(text[at])) at++;
            return at;
        }
        at = Skip(text, at + 1);
        while (text[at] is not ('}' or ']'))
            at = Skip(text, text[at] is ',' or ':' ? at + 1 : End(text, at));
        return at + 1;
    }

    /// <summary>The next place that is neither space nor comment.</summary>
    private static int Skip(string text, int at)
    {
        while (true)
        {
            while (char.IsWhiteSpace(text[at])) at++;
            if (text[at] != '/') return at;
            at = text[at + 1] == '/'
                ? text.IndexOf('\n', at)
                : text.IndexOf("*/", at, StringComparison.Ordinal) + 2;
        }
    }
}
