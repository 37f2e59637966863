namespace AccelSim.Configuration;

/// <summary>Finds the names a user may have meant.</summary>
public static class NearestName
{
    /// <summary>
    /// Up to <paramref name="count"/> known names: those that begin with it, those that hold it,
    /// then the nearest.
    /// </summary>
    /// <remarks>
    /// Edit distance (Levenshtein 1966), case-insensitive; ties in ordinal order.
    /// </remarks>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known, int count = 3) =>
        [.. known
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .OrderBy(pair => Holds(pair.candidate, name))
            .ThenBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(count)
            .Select(pair => pair.candidate)];

    /// <summary>
    /// A hint for a message: the nearest name where one is near, and all known ones.
    /// </summary>
    /// <returns>Such as <c>did you mean "bandwidth"? Known: role, bandwidth.</c></returns>
    public static string Hint(string name, IReadOnlyList<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        if (known.Count == 0) return "none is known.";
        var nearest = Of(name, known, 1)[0];
        var near = Holds(nearest, name) < 2
            || Distance(name, nearest) <= Math.Max(2, nearest.Length / 2);
        return (near ? $"did you mean \"{nearest}\"? Known: " : "known: ")
            + string.Join(", ", known) + ".";
    }

    /// <summary>0 where a candidate begins with the name, 1 where it holds it, else 2.</summary>
    private static int Holds(string candidate, string name) => name.Length < 3
        ? 2
        : candidate.IndexOf(name, StringComparison.OrdinalIgnoreCase) switch
        {
            0 => 0,
            > 0 => 1,
            _ => 2,
        };

    private static int Distance(string left, string right)
    {
        var a = left.ToUpperInvariant();
        var b = right.ToUpperInvariant();
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(
                    Math.Min(above, row[j - 1]) + 1,
                    diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
