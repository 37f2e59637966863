using System.Globalization;
using AccelSim.Units;

namespace AccelSim.Workloads.Readers;

/// <summary>Azure's LLM inference traces of 2023 and 2024.</summary>
/// <remarks>
/// CSV TIMESTAMP, ContextTokens, GeneratedTokens (github.com/Azure/AzurePublicDataset). Timestamps
/// have up to seven decimals; those of 2024 end in an offset from UTC. NumImages, which the traces
/// of 2025 add, is read where it stands.
/// </remarks>
internal static class AzureReader
{
    public static readonly string[] Columns = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"];

    public static Workload Read(TraceFile file)
    {
        var rows = new CsvRows(file);
        var (time, prompt, output) =
            (rows.Column(Columns[0]), rows.Column(Columns[1]), rows.Column(Columns[2]));
        var images = rows.OptionalColumn("NumImages");
        var requests = new List<Request>(Math.Min(file.Limit, file.Bytes.Length / 30 + 1));
        while (requests.Count < file.Limit && rows.Next())
        {
            if (!TryTicks(rows.Field(time), out var ticks))
            {
                throw rows.Error(time,
                    $"{TraceFile.Show(rows.Field(time))} is not a time; write it as "
                    + "\"2023-11-16 18:15:46.6805900\", with \"+00:00\" or without.");
            }
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = rows.Arrival(time, (Int128)ticks * 100_000),
                PromptTokens = rows.Tokens(prompt),
                OutputTokens = rows.Tokens(output),
                Images = images < 0 ? 0 : rows.Whole(images, 0, WorkloadLimits.MaxImages),
            });
        }
        return WorkloadReader.Finish(file, "azure-llm", requests);
    }

    /// <summary>
    /// yyyy-MM-dd HH:mm:ss, up to seven decimals, ±HH:mm or Z or nothing; in 100 ns.
    /// </summary>
    internal static bool TryTicks(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-'
            || text[10] is not ((byte)' ' or (byte)'T')
            || text[13] != ':' || text[16] != ':'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month)
            || !Digits(text[8..10], out var day) || !Digits(text[11..13], out var hour)
            || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second)
            || year < 1 || month is < 1 or > 12 || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        var rest = text[19..];
        var fraction = 0;
        if (rest.StartsWith("."u8))
        {
            var digits = 1;
            while (digits < rest.Length && char.IsAsciiDigit((char)rest[digits]))
                digits++;
            if (digits is < 2 or > 8 || !Digits(rest[1..digits], out fraction))
                return false;
            for (var i = digits; i < 8; i++)
                fraction *= 10;
            rest = rest[digits..];
        }
        if (!Offset(rest, out var offsetMinutes))
            return false;
        ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks
            + fraction - offsetMinutes * TimeSpan.TicksPerMinute;
        return true;
    }

    private static bool Offset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.IsEmpty || text.SequenceEqual("Z"u8))
            return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !Digits(text[1..3], out var hour) || !Digits(text[4..6], out var minute)
            || hour > 14 || minute > 59)
        {
            return false;
        }
        minutes = (hour * 60 + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
