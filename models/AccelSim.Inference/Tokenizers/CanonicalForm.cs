using System.Globalization;
using System.Text;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Unicode's normal forms NFC and NFD (Unicode Standard Annex 15).</summary>
/// <remarks>
/// The runtime's own leave all but ASCII alone where it runs without a country's data, as this
/// project does everywhere.
/// </remarks>
internal static class CanonicalForm
{
    private const int SBase = 0xac00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11a7;
    private const int LCount = 19, VCount = 21, TCount = 28;

    private static readonly Dictionary<int, int[]> Parts = [];
    private static readonly Dictionary<(int First, int Second), int> Pairs = [];
    private static readonly Dictionary<int, int> Classes = [];

    static CanonicalForm()
    {
        using var stream = typeof(CanonicalForm).Assembly.GetManifestResourceStream(
            "canonical.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) Add(line);
    }

    /// <summary>Characters taken apart as far as they go, marks in order.</summary>
    public static string Decompose(string text) =>
        Ascii.IsValid(text) ? text : Text(Decomposed(text));

    /// <summary>Characters put together as far as they go.</summary>
    public static string Compose(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var points = Decomposed(text);
        var kept = 0;
        var starter = -1;
        var last = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var rank = Classes.GetValueOrDefault(point);
            // A mark joins its starter unless one of its class, or a starter, stands between.
            var isFree = starter >= 0 && (last < rank || (last == 0 && starter == kept - 1));
            if (isFree && Pair(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }
            if (rank == 0) starter = kept;
            last = rank;
            points[kept++] = point;
        }
        points.RemoveRange(kept, points.Count - kept);
        return Text(points);
    }

    private static List<int> Decomposed(string text)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Append(rune.Value, points);
        // Marks between two starters stand in the order of their classes.
        for (var i = 0; i < points.Count; i++)
        {
            var from = i;
            while (i < points.Count && Classes.ContainsKey(points[i])) i++;
            if (i - from < 2) continue;
            var ordered = points[from..i].OrderBy(point => Classes[point]).ToArray();
            for (var j = 0; j < ordered.Length; j++) points[from + j] = ordered[j];
        }
        return points;
    }

    private static void Append(int point, List<int> points)
    {
        var syllable = point - SBase;
        if (syllable is >= 0 and < LCount * VCount * TCount)
        {
            points.Add(LBase + syllable / (VCount * TCount));
            points.Add(VBase + syllable / TCount % VCount);
            if (syllable % TCount > 0) points.Add(TBase + syllable % TCount);
        }
        else if (Parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts) Append(part, points);
        }
        else points.Add(point);
    }

    private static int? Pair(int first, int second)
    {
        if (first - LBase is >= 0 and < LCount and var l && second - VBase is >= 0 and < VCount
            and var v)
        {
            return SBase + (l * VCount + v) * TCount;
        }
        if (first - SBase is >= 0 and < LCount * VCount * TCount and var s && s % TCount == 0
            && second - TBase is > 0 and < TCount and var t)
        {
            return first + t;
        }
        return Pairs.TryGetValue((first, second), out var joined) ? joined : null;
    }

    private static string Text(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points) text.Append(new Rune(point));
        return text.ToString();
    }

    private static void Add(string line)
    {
        if (line.StartsWith('#')) return;
        if (line.Split(':') is [var range, var rank])
        {
            var ends = range.Split('-');
            for (var point = Number(ends[0]); point <= Number(ends[1]); point++)
                Classes.Add(point, int.Parse(rank, CultureInfo.InvariantCulture));
            return;
        }
        var isPair = line.Contains('=', StringComparison.Ordinal);
        var sides = line.Split(isPair ? '=' : '>');
        int[] parts = [.. sides[1].Split(' ').Select(Number)];
        Parts.Add(Number(sides[0]), parts);
        if (isPair) Pairs.Add((parts[0], parts[1]), Number(sides[0]));
    }

    private static int Number(string hex) =>
        int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
