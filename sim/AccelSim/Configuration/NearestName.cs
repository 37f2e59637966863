namespace AccelSim.Configuration;

/// <summary>Finds the names a user may have meant.</summary>
public static class NearestName
{
    /// <summary>
    /// Up to <paramref name="count"/> known names: those that begin with it, those that hold it,
    /// then the nearest.
    /// </summary>
    /// <remarks>
    /// Edit distance (Levenshtein 1966) in which neighbours that changed places count once (Damerau
    /// 1964), case-insensitive; ties in ordinal order.
    /// </remarks>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known, int count = 3) =>
        [.. known
            .Select(candidate => (candidate, distance: Row(name, candidate)[^1]))
            .OrderBy(pair => Holds(pair.candidate, name))
            .ThenBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(count)
            .Select(pair => pair.candidate)];

    /// <summary>Up to <paramref name="count"/> names that are near enough to have been meant.
    /// </summary>
    /// <returns>None where the name is no slip of any of them.</returns>
    public static IReadOnlyList<string> Near(
        string name, IEnumerable<string> known, int count = 3) =>
        [.. known
            .Select(candidate => (candidate, row: Row(name, candidate)))
            .Where(pair => IsNear(name, pair.candidate, pair.row))
            .OrderBy(pair => Holds(pair.candidate, name))
            .ThenBy(pair => pair.row.Min())
            .ThenBy(pair => pair.row[^1])
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
        return (Near(name, known, 1) is [var near]
                ? $"did you mean \"{near}\"? Known: "
                : "known: ")
            + string.Join(", ", known) + ".";
    }

    /// <summary>
    /// Whether one is a slip of the other: a third of the letters at most is wrong, or a quarter
    /// of a name that the other begins with.
    /// </summary>
    private static bool IsNear(string name, string candidate, int[] row) =>
        Holds(candidate, name) < 2
        || row[^1] <= Math.Max(1, Math.Max(name.Length, candidate.Length) / 3)
        || (name.Length >= 4 && row.Min() <= name.Length / 4);

    /// <summary>0 where a candidate begins with the name, 1 where it holds it, else 2.</summary>
    private static int Holds(string candidate, string name) => name.Length < 3
        ? 2
        : candidate.IndexOf(name, StringComparison.OrdinalIgnoreCase) switch
        {
            0 => 0,
            > 0 => 1,
            _ => 2,
        };

    /// <summary>
    /// Distances of the left to each beginning of the right; the last is to all of it.
    /// </summary>
    private static int[] Row(string left, string right)
    {
        var a = left.ToUpperInvariant();
        var b = right.ToUpperInvariant();
        int[] before = [], row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 1; i <= a.Length; i++)
        {
            var next = new int[row.Length];
            next[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                next[j] = Math.Min(
                    Math.Min(row[j], next[j - 1]) + 1,
                    row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
            }
            (before, row) = (row, next);
        }
        return row;
    }
}
