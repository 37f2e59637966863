using System.Globalization;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Cli.Flags;

/// <summary>
/// Reads service-level objectives: <c>ttft=1s,tpot=50ms,e2e=5s</c>, or as vLLM writes them, in
/// milliseconds: <c>ttft:1000 tpot:50 e2el:5000</c>.
/// </summary>
internal static class SloText
{
    private const string Right = "write it as ttft=1s,tpot=50ms,e2e=5s; each may be left out.";

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">Says what is wrong with it.</exception>
    public static Slo Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slo = new Slo();
        HashSet<string> seen = [];
        var parts = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) throw new FormatException("is empty; " + Right);
        foreach (var part in parts)
        {
            var at = part.IndexOfAny(['=', ':']);
            if (at <= 0) throw new FormatException($"\"{part}\" is no objective; {Right}");
            var (name, value) = (part[..at], part[(at + 1)..]);
            var limit = part[at] == '=' ? WithUnit(value) : Milliseconds(value);
            slo = name switch
            {
                "ttft" => slo with { Ttft = limit },
                "tpot" => slo with { Tpot = limit },
                "e2e" or "e2el" => slo with { E2e = limit },
                _ => throw new FormatException($"\"{name}\" is no objective; {Right}"),
            };
            if (!seen.Add(name)) throw new FormatException($"\"{name}\" stands twice; keep one.");
        }
        return slo;
    }

    private static Seconds WithUnit(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            throw new FormatException(
                $"\"{text}\" has no unit; write it as \"{text}s\" or \"{text}ms\".");
        }
        if (!Quantity.TryParse<Seconds>(text, out var value, out var problem))
            throw new FormatException(problem);
        return Positive(value, text);
    }

    private static Seconds Milliseconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
            ? Positive(new Seconds(value / 1e3), text)
            : throw new FormatException($"\"{text}\" is not a number of milliseconds; {Right}");

    private static Seconds Positive(Seconds value, string text) => value.Value > 0
        ? value
        : throw new FormatException($"must be more than 0, but \"{text}\" is not.");
}
