using System.Buffers.Binary;
using System.Text;
using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Weights;

/// <summary>One safetensors file, mapped into memory.</summary>
/// <remarks>
/// Eight bytes tell the length of a JSON header; it names each tensor's dtype, shape and bytes;
/// the data follow. Everything in the header is checked against the file before it is used.
/// </remarks>
public sealed class SafetensorsFile : IWeightSource
{
    private const int LengthBytes = 8;
    // The largest headers of public checkpoints are a few MiB.
    private const long LargestHeader = 16L << 20;

    private static readonly Dictionary<string, (int Bytes, WeightType? Type)> Dtypes = new()
    {
        ["F32"] = (4, WeightType.F32),
        ["F16"] = (2, WeightType.F16),
        ["BF16"] = (2, WeightType.BF16),
        ["F64"] = (8, null),
        ["I64"] = (8, null),
        ["U64"] = (8, null),
        ["I32"] = (4, null),
        ["U32"] = (4, null),
        ["I16"] = (2, null),
        ["U16"] = (2, null),
        ["I8"] = (1, null),
        ["U8"] = (1, null),
        ["BOOL"] = (1, null),
        ["F8_E4M3"] = (1, null),
        ["F8_E5M2"] = (1, null),
    };

    private readonly MappedFile file;
    private readonly List<string> names = [];
    private readonly Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> others = new(StringComparer.Ordinal);

    private SafetensorsFile(MappedFile file) => this.file = file;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">The file is damaged or not safetensors.</exception>
    public static SafetensorsFile Open(string path)
    {
        var opened = new SafetensorsFile(MappedFile.Open(path));
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
    /// <exception cref="ConfigException">It is there, of a dtype that cannot be run.</exception>
    public bool TryGet(string name, out WeightTensor tensor)
    {
        if (tensors.TryGetValue(name, out tensor)) return true;
        if (!others.TryGetValue(name, out var dtype)) return false;
        throw new ConfigException(file.Path, 0, name,
            $"its dtype is {dtype}; weights are F32, F16 or BF16.");
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>Whether a tensor is there, of whatever dtype.</summary>
    internal bool Has(string name) => tensors.ContainsKey(name) || others.ContainsKey(name);

    private void Read()
    {
        var header = Header(out var dataStart);
        var extents = new List<Extent>();
        foreach (var member in header.Properties())
        {
            if (member.Name == "__metadata__")
            {
                if (member.Value.Type != JTokenType.Object)
                    throw Error(member.Value, "an object of texts is expected.");
                continue;
            }
            extents.Add(Tensor(member, dataStart));
        }
        Extents.Check(file.Path, extents, file.Length - dataStart);
    }

    private JObject Header(out long dataStart)
    {
        if (file.Length < LengthBytes)
        {
            throw Damaged($"is {file.Length} bytes long; a safetensors file begins with "
                + $"{LengthBytes} bytes for the length of its header.");
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, LengthBytes));
        if (length > (ulong)(file.Length - LengthBytes))
        {
            throw Damaged($"its first 8 bytes announce a header of {length:N0} bytes, but only "
                + $"{file.Length - LengthBytes:N0} follow; the file is truncated or is no "
                + "safetensors.");
        }
        if (length > LargestHeader)
        {
            throw Damaged($"its first 8 bytes announce a header of {length:N0} bytes; "
                + $"headers have at most {LargestHeader:N0}.");
        }
        dataStart = LengthBytes + (long)length;
        try
        {
            var text = new UTF8Encoding(false, true).GetString(
                file.Span(LengthBytes, (int)length));
            return StrictJson.ReadObject(text, file.Path);
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("its header is not text in UTF-8; the file is damaged.");
        }
    }

    private Extent Tensor(JProperty member, long dataStart)
    {
        if (member.Value is not JObject entry)
            throw Error(member.Value, "an object with dtype, shape and data_offsets is expected.");
        var dtype = entry["dtype"] is JValue { Value: string text } ? text : "";
        if (!Dtypes.TryGetValue(dtype, out var kind))
        {
            throw Error(entry["dtype"] ?? entry,
                $"the dtype \"{dtype}\" is not known; known are {string.Join(", ", Dtypes.Keys)}.");
        }
        var shape = Whole(entry, "shape", ShapeCheck.MostDimensions);
        var numbers = ShapeCheck.Numbers(shape)
            ?? throw Error(entry["shape"]!, ShapeCheck.Problem(shape));
        var offsets = Whole(entry, "data_offsets", 2);
        var available = file.Length - dataStart;
        if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > available)
        {
            throw Error(entry["data_offsets"]!,
                $"{ShapeCheck.Text(offsets)} is not a begin and an end within the "
                + $"{available:N0} bytes of data; the file may be truncated.");
        }
        if (end - begin != numbers * kind.Bytes)
        {
            throw Error(entry["data_offsets"]!,
                $"{end - begin:N0} bytes are not the {numbers * kind.Bytes:N0} of {dtype} "
                + $"{ShapeCheck.Text(shape)}.");
        }
        names.Add(member.Name);
        if (kind.Type is { } type)
        {
            tensors.Add(member.Name, new(
                member.Name, type, shape, file.Address(dataStart + begin), end - begin));
        }
        else others.Add(member.Name, dtype);
        return new(member.Name, begin, end);
    }

    private long[] Whole(JObject entry, string name, int most)
    {
        if (entry[name] is not JArray list || list.Count > most
            || list.Any(item => item is not JValue { Value: long }))
        {
            throw Error(entry[name] ?? entry,
                $"{name}: a list of at most {most} whole numbers is expected.");
        }
        return [.. list.Select(item => (long)item)];
    }

    private ConfigException Error(JToken token, string problem) =>
        StrictJson.Error(token, file.Path, problem);

    private ConfigException Damaged(string problem) => new(file.Path, 0, "", problem);
}
