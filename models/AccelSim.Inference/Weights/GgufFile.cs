using System.Globalization;
using AccelSim.Configuration;

namespace AccelSim.Inference.Weights;

/// <summary>One GGUF file of version 2 or 3, mapped into memory, under its own names.</summary>
/// <remarks>
/// Magic, version, counts, then metadata, then what each tensor is and where it lies, then data.
/// Lists of metadata (a vocabulary has 100,000 items) stay in the file until they are asked for.
/// </remarks>
public sealed class GgufFile : IWeightSource
{
    private const uint Magic = 0x46554747;
    private const int LongestKey = 65_535;
    private const int LongestText = 16 << 20;
    private const int LongestTensorName = 256;
    // What a tensor's entry takes at least: name's length, dimensions, one size, type, offset.
    private const int LeastTensorBytes = 8 + 4 + 8 + 4 + 8;
    private const int LeastPairBytes = 8 + 4 + 1;

    private readonly MappedFile file;
    private readonly Dictionary<string, GgufValue> metadata = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private readonly Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);

    private GgufFile(MappedFile file) => this.file = file;

    /// <summary>The path as the user gave it.</summary>
    public string Path => file.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Opens a file and checks all but the numbers themselves.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">The file is damaged or not GGUF 2 or 3.</exception>
    public static GgufFile Open(string path)
    {
        var opened = new GgufFile(MappedFile.Open(path));
        try
        {
            opened.Read();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, out WeightTensor tensor) =>
        tensors.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>Whether the metadata have a key.</summary>
    internal bool Has(string key) => metadata.ContainsKey(key);

    /// <summary>An error at a key of the metadata.</summary>
    internal ConfigException Error(string key, string problem) => new(file.Path, 0, key, problem);

    /// <summary>A text; null where the file has none.</summary>
    internal string? TextOrNull(string key)
    {
        if (!metadata.TryGetValue(key, out var value)) return null;
        if (value is not { IsList: false, Type: GgufType.Text })
            throw Error(key, $"is {Describe(value)}; a text is expected.");
        return new GgufCursor(file, value.Offset).Text(key, LongestText);
    }

    /// <summary>A whole number; null where the file has none.</summary>
    internal long? WholeOrNull(string key)
    {
        if (!metadata.TryGetValue(key, out var value)) return null;
        var number = value.IsList ? null : Whole(value.Type, value.Offset);
        return number ?? throw Error(key, $"is {Describe(value)}; a whole number is expected.");
    }

    /// <summary>A finite number; null where the file has none.</summary>
    internal double? NumberOrNull(string key)
    {
        if (!metadata.TryGetValue(key, out var value)) return null;
        var number = value.IsList ? null : Number(value.Type, value.Offset);
        return number is { } found && double.IsFinite(found)
            ? found
            : throw Error(key, $"is {Describe(value)}; a finite number is expected.");
    }

    /// <summary>True or false; null where the file has neither.</summary>
    internal bool? FlagOrNull(string key)
    {
        if (!metadata.TryGetValue(key, out var value)) return null;
        return value is { IsList: false, Type: GgufType.Bool }
            ? file.Span(value.Offset, 1)[0] == 1
            : throw Error(key, $"is {Describe(value)}; true or false is expected.");
    }

    /// <summary>Texts of a list, read one after the other.</summary>
    internal IEnumerable<string> Texts(string key, int longest)
    {
        var value = List(key);
        if (value.Type != GgufType.Text)
            throw Error(key, $"is {Describe(value)}; a list of texts is expected.");
        var cursor = new GgufCursor(file, value.Offset);
        for (var i = 0; i < value.Count; i++)
            yield return cursor.Text($"{key}[{i}]", longest);
    }

    /// <summary>Numbers of a list.</summary>
    internal IEnumerable<double> Numbers(string key)
    {
        var value = List(key);
        if (value.Type == GgufType.Text)
            throw Error(key, $"is {Describe(value)}; a list of numbers is expected.");
        var bytes = GgufValue.LeastBytes(value.Type);
        for (var i = 0; i < value.Count; i++)
        {
            yield return Number(value.Type, value.Offset + (long)i * bytes)
                ?? throw Error(key, $"is {Describe(value)}; a list of numbers is expected.");
        }
    }

    /// <summary>Items of a list; null where the file has no such key.</summary>
    internal int? CountOrNull(string key) =>
        metadata.TryGetValue(key, out var value) && value.IsList ? value.Count : null;

    private GgufValue List(string key)
    {
        if (!metadata.TryGetValue(key, out var value))
            throw Error(key, "is missing; a list is expected.");
        return value.IsList
            ? value : throw Error(key, $"is {Describe(value)}; a list is expected.");
    }

    private static string Describe(GgufValue value) =>
        (value.IsList ? "a list of " : "") + value.Type;

    private long? Whole(GgufType type, long offset)
    {
        var bytes = file.Span(offset, GgufValue.LeastBytes(type));
        return type switch
        {
            GgufType.UInt8 => bytes[0],
            GgufType.Int8 => unchecked((sbyte)bytes[0]),
            GgufType.UInt16 => BitConverter.ToUInt16(bytes),
            GgufType.Int16 => BitConverter.ToInt16(bytes),
            GgufType.UInt32 => BitConverter.ToUInt32(bytes),
            GgufType.Int32 => BitConverter.ToInt32(bytes),
            GgufType.UInt64 when BitConverter.ToUInt64(bytes) <= long.MaxValue =>
                BitConverter.ToInt64(bytes),
            GgufType.Int64 => BitConverter.ToInt64(bytes),
            _ => null,
        };
    }

    private double? Number(GgufType type, long offset) => type switch
    {
        GgufType.Float32 => BitConverter.ToSingle(file.Span(offset, 4)),
        GgufType.Float64 => BitConverter.ToDouble(file.Span(offset, 8)),
        _ => Whole(type, offset),
    };

    private void Read()
    {
        var cursor = new GgufCursor(file, 0);
        var magic = cursor.UInt32("the magic");
        if (magic != Magic)
            throw cursor.Error(0, $"{magic:x8} is not the magic \"GGUF\"; this is no GGUF file.");
        var version = cursor.UInt32("the version");
        if (version is not (2 or 3))
        {
            throw cursor.Error(4, string.Create(CultureInfo.InvariantCulture,
                $"version {version} is not understood; 2 and 3 in little-endian are."));
        }
        var tensorCount = cursor.Count("the number of tensors", LeastTensorBytes);
        var pairs = cursor.Count("the number of metadata", LeastPairBytes);
        for (var i = 0; i < pairs; i++) Pair(cursor);
        var alignment = WholeOrNull("general.alignment") ?? 32;
        if (alignment is < 8 or > 1 << 20 || (alignment & (alignment - 1)) != 0)
        {
            throw Error("general.alignment",
                $"{alignment:N0} is no power of two from 8 to {1 << 20:N0}.");
        }
        var entries = new List<GgufEntry>();
        for (var i = 0; i < tensorCount; i++)
            entries.Add(GgufEntry.Read(cursor, file.Path, LongestTensorName, alignment));
        // Files that only carry a vocabulary end with the metadata.
        var start = Math.Min(
            (cursor.At + alignment - 1) / alignment * alignment, file.Length);
        foreach (var entry in entries) Add(entry, start);
        Extents.Check(file.Path, entries.Select(e => e.Extent), null);
    }

    private void Pair(GgufCursor cursor)
    {
        var from = cursor.At;
        var key = cursor.Text("a key", LongestKey);
        var value = Value(cursor, key);
        if (!metadata.TryAdd(key, value))
            throw cursor.Error(from, $"the key \"{key}\" stands twice; each stands once.");
    }

    private static GgufValue Value(GgufCursor cursor, string key)
    {
        var type = Type(cursor, key);
        if (type != GgufType.Array)
        {
            var single = new GgufValue(type, false, 1, cursor.At);
            Pass(cursor, type, 1, key);
            return single;
        }
        var from = cursor.At;
        var inner = Type(cursor, key);
        if (inner == GgufType.Array)
            throw cursor.Error(from, $"{key} is a list of lists; no key of a model is.");
        var count = cursor.Count($"the length of {key}", GgufValue.LeastBytes(inner));
        var list = new GgufValue(inner, true, count, cursor.At);
        Pass(cursor, inner, count, key);
        return list;
    }

    private static GgufType Type(GgufCursor cursor, string key)
    {
        var from = cursor.At;
        var type = cursor.UInt32("the type of " + key);
        return type <= (uint)GgufType.Float64
            ? (GgufType)type
            : throw cursor.Error(from, $"the type {type} of {key} is not known; 0 to 12 are.");
    }

    private static void Pass(GgufCursor cursor, GgufType type, int count, string key)
    {
        if (type == GgufType.Text)
        {
            for (var i = 0; i < count; i++)
                cursor.Skip(cursor.Count("the length of a text in " + key, 1), key);
            return;
        }
        var from = cursor.At;
        var bytes = (long)GgufValue.LeastBytes(type) * count;
        if (type == GgufType.Bool && bytes <= cursor.Left)
        {
            if (cursor.Take(count, key).ContainsAnyExceptInRange((byte)0, (byte)1))
                throw cursor.Error(from, $"{key} is neither false (0) nor true (1).");
            return;
        }
        cursor.Skip(bytes, key);
    }

    private void Add(GgufEntry entry, long start)
    {
        var available = file.Length - start;
        var (name, begin, end) = entry.Extent;
        if (end > available)
        {
            throw new ConfigException(file.Path, 0, name,
                $"its bytes {begin:N0} to {end:N0} end behind the {available:N0} bytes of data; "
                + "the file is truncated or damaged.");
        }
        if (!tensors.TryAdd(name, new(
            name, entry.Type, entry.Shape, file.Address(start + begin), end - begin)))
        {
            throw new ConfigException(file.Path, 0, name, "stands twice; each tensor stands once.");
        }
        names.Add(name);
    }
}
