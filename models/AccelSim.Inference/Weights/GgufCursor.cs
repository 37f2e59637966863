using System.Buffers.Binary;
using System.Text;
using AccelSim.Configuration;

namespace AccelSim.Inference.Weights;

/// <summary>Reads a GGUF file from front to back; every step is checked against its end.</summary>
internal sealed class GgufCursor(MappedFile file, long at)
{
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>Of the next byte.</summary>
    public long At { get; private set; } = at;

    /// <summary>Bytes that are left.</summary>
    public long Left => file.Length - At;

    public uint UInt32(string what) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong UInt64(string what) =>
        BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>A count of things that each take some bytes of what is left.</summary>
    public int Count(string what, int leastBytes)
    {
        var from = At;
        var count = UInt64(what);
        if (count <= (ulong)(Left / leastBytes) && count <= int.MaxValue) return (int)count;
        throw Error(from, $"{what} is {count:N0}, but the {Left:N0} bytes that follow hold at most "
            + $"{Left / leastBytes:N0}; the file is truncated or damaged.");
    }

    /// <summary>A length in bytes, then as many bytes of UTF-8.</summary>
    public string Text(string what, int most)
    {
        var from = At;
        var length = Count("the length of " + what, 1);
        if (length > most)
            throw Error(from, $"{what} is {length:N0} bytes long; at most {most:N0} are allowed.");
        try
        {
            return Strict.GetString(Take(length, what));
        }
        catch (DecoderFallbackException)
        {
            throw Error(from, $"{what} is not text in UTF-8.");
        }
    }

    public ReadOnlySpan<byte> Take(int count, string what)
    {
        Need(count, what);
        var bytes = file.Span(At, count);
        At += count;
        return bytes;
    }

    public void Skip(long count, string what)
    {
        Need(count, what);
        At += count;
    }

    public ConfigException Error(long offset, string problem) =>
        new(file.Path, 0, "", $"at byte {offset:N0}: {problem}");

    private void Need(long count, string what)
    {
        if (count <= Left) return;
        throw Error(At, $"{what} takes {count:N0} bytes, but only {Left:N0} follow; "
            + "the file is truncated.");
    }
}
