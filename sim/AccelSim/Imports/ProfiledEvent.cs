using System.Buffers.Text;
using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Workloads.Readers;

namespace AccelSim.Imports;

/// <summary>The members of a profiler's event that matter here.</summary>
/// <remarks>
/// PyTorch's profiler writes them through Kineto (github.com/pytorch/kineto): an operator of the
/// host and every kernel that it started carry the same "External id".
/// </remarks>
internal sealed class ProfiledEvent
{
    private const double MostMicroseconds = 1e13;

    /// <summary>Its category, such as <c>kernel</c>; empty where it has none.</summary>
    public string Category { get; private set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How long it took, in microseconds; null where it is not a span of time.</summary>
    public double? Microseconds { get; private set; }

    /// <summary>When it began, in microseconds since any origin.</summary>
    public double Start { get; private set; }

    /// <summary>The thread that it ran on, as the profile names it.</summary>
    public string Thread { get; private set; } = "";

    /// <summary>What links operators and kernels; null where there is none.</summary>
    public long? ExternalId { get; private set; }

    /// <summary>Sizes of the inputs; empty lists for those that are no tensors.</summary>
    public IReadOnlyList<long[]> Dims { get; private set; } = [];

    /// <summary>Types of the inputs, such as <c>c10::BFloat16</c>.</summary>
    public IReadOnlyList<string> Types { get; private set; } = [];

    /// <summary>Values of inputs that are no tensors, as text.</summary>
    public IReadOnlyList<string> Values { get; private set; } = [];

    /// <summary>A collective's name, such as <c>allreduce</c>.</summary>
    public string Collective { get; private set; } = "";

    /// <summary>Elements that a collective takes and gives on each rank.</summary>
    public (long In, long Out) Elements { get; private set; }

    /// <summary>Type of a collective's elements, such as <c>BFloat16</c>.</summary>
    public string ElementType { get; private set; } = "";

    /// <summary>Ranks of a collective.</summary>
    public long Ranks { get; private set; }

    /// <summary>Reads an event.</summary>
    /// <param name="bytes">An object of JSON.</param>
    /// <param name="events">For errors.</param>
    /// <exception cref="ConfigException">A span has no sound length.</exception>
    public static ProfiledEvent Read(ReadOnlyMemory<byte> bytes, ChromeEvents events)
    {
        var one = new ProfiledEvent();
        var reader = new Utf8JsonReader(bytes.Span);
        reader.Read();
        double? span = null;
        var phase = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonNames.Unescape(ref reader);
            reader.Read();
            switch (name)
            {
                case "ph": phase = Text(ref reader); break;
                case "cat": one.Category = Text(ref reader); break;
                case "name": one.Name = Text(ref reader); break;
                case "ts": one.Start = Number(ref reader) ?? 0; break;
                case "tid": one.Thread = Word(ref reader); break;
                case "dur":
                    span = Number(ref reader) is { } value and >= 0 and <= MostMicroseconds
                        ? value
                        : throw events.Error("an event's dur is no time in microseconds.");
                    break;
                case "args" when reader.TokenType == JsonTokenType.StartObject:
                    one.Arguments(ref reader);
                    break;
                default: reader.Skip(); break;
            }
        }
        if (phase == "X")
        {
            one.Microseconds = span
                ?? throw events.Error("an event of phase X has no dur; it is no whole span.");
        }
        return one;
    }

    private void Arguments(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonNames.Unescape(ref reader);
            reader.Read();
            switch (name)
            {
                case "External id" or "external id":
                    ExternalId = Whole(ref reader);
                    break;
                case "Input Dims" or "Input dims": Dims = Sizes(ref reader); break;
                case "Input type": Types = Texts(ref reader); break;
                case "Concrete Inputs": Values = Texts(ref reader); break;
                case "Collective name": Collective = Text(ref reader); break;
                case "In msg nelems": Elements = (Whole(ref reader) ?? 0, Elements.Out); break;
                case "Out msg nelems": Elements = (Elements.In, Whole(ref reader) ?? 0); break;
                case "dtype": ElementType = Text(ref reader); break;
                case "Group size": Ranks = Whole(ref reader) ?? 0; break;
                default: reader.Skip(); break;
            }
        }
    }

    /// <summary>Lists of sizes; anything else in their place has none.</summary>
    private static List<long[]> Sizes(ref Utf8JsonReader reader)
    {
        List<long[]> all = [];
        if (reader.TokenType != JsonTokenType.StartArray) return Nothing<long[]>(ref reader);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            List<long> one = [];
            var isFlat = reader.TokenType == JsonTokenType.StartArray;
            if (!isFlat) reader.Skip();
            while (isFlat && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.Number
                    && reader.TryGetInt64(out var size))
                {
                    one.Add(size);
                }
                else
                {
                    // A list of tensors: no sizes of its own.
                    one.Clear();
                    reader.Skip();
                }
            }
            all.Add([.. one]);
        }
        return all;
    }

    private static List<string> Texts(ref Utf8JsonReader reader)
    {
        List<string> all = [];
        if (reader.TokenType != JsonTokenType.StartArray) return Nothing<string>(ref reader);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            all.Add(Text(ref reader));
        return all;
    }

    private static List<T> Nothing<T>(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return [];
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String) return JsonNames.Unescape(ref reader);
        reader.Skip();
        return "";
    }

    /// <summary>A text, or a number as it is written.</summary>
    private static string Word(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number
            ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan)
            : Text(ref reader);

    private static double? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number
            && Utf8Parser.TryParse(reader.ValueSpan, out double value, out _))
        {
            return value;
        }
        reader.Skip();
        return null;
    }

    /// <summary>A whole number, also written as text.</summary>
    private static long? Whole(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out var value) ? value : null;
        return long.TryParse(Text(ref reader), out var written) ? written : null;
    }
}
