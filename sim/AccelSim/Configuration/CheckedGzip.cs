using System.Buffers.Binary;
using System.IO.Compression;

namespace AccelSim.Configuration;

/// <summary>Unpacks gzip and notices a file that was cut off, which .NET does not.</summary>
/// <remarks>
/// The last four bytes state the unpacked size, modulo 2³² (RFC 1952, 1996, §2.3.1). A file of
/// several parts states that of its last part alone and is refused with those that were cut off.
/// </remarks>
internal sealed class CheckedGzip : GZipStream
{
    /// <summary>Bytes that a packed one stands for at most: 258 by two bits (RFC 1951, 1996).
    /// </summary>
    private const long MostOfEach = 1032;

    private readonly uint _stated;
    private uint _unpacked;

    private CheckedGzip(Stream packed, uint stated)
        : base(packed, CompressionMode.Decompress) => _stated = stated;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CheckedGzip Open(string file)
    {
        var stream = File.OpenRead(file);
        try
        {
            return Of(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether bytes are packed, by how they begin.</summary>
    public static bool IsPacked(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    /// <summary>Unpacks bytes in memory.</summary>
    /// <param name="packed">As a file has them.</param>
    /// <param name="most">More bytes are refused.</param>
    /// <exception cref="InvalidDataException">They are broken, cut off, or too many.</exception>
    public static byte[] Unpack(ReadOnlyMemory<byte> packed, long most)
    {
        using var stream = Of(new MemoryStream(packed.ToArray(), writable: false));
        if (stream._stated > MostOfEach * packed.Length) throw OfAnotherSize();
        if (stream._stated > most)
        {
            throw new InvalidDataException(
                $"More than {most:N0} bytes are packed in it, or it is cut off.");
        }
        // The size is stated: nothing grows and nothing is copied.
        var unpacked = new byte[stream._stated];
        var filled = 0;
        for (int read; (read = stream.Read(unpacked, filled, unpacked.Length - filled)) > 0;)
            filled += read;
        // Where the end is, the stream itself throws if the size is another.
        return stream.Read(new byte[1], 0, 1) == 0
            ? unpacked
            : throw OfAnotherSize();
    }

    /// <summary>A stream whose end states its size.</summary>
    private static CheckedGzip Of(Stream stream)
    {
        Span<byte> size = stackalloc byte[4];
        stream.Seek(-Math.Min(4, stream.Length), SeekOrigin.End);
        stream.ReadAtLeast(size, 4, throwOnEndOfStream: false);
        stream.Seek(0, SeekOrigin.Begin);
        return new CheckedGzip(stream, BinaryPrimitives.ReadUInt32LittleEndian(size));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is broken, or ends too early.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        _unpacked = unchecked(_unpacked + (uint)read);
        return read > 0 || count == 0 || _unpacked == _stated
            ? read
            : throw OfAnotherSize();
    }

    private static InvalidDataException OfAnotherSize() =>
        new("The unpacked size is not the stated one.");
}
