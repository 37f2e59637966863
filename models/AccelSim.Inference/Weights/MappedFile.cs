using System.IO.MemoryMappedFiles;
using AccelSim.Configuration;

namespace AccelSim.Inference.Weights;

/// <summary>A file mapped into memory for reading; nothing of it is copied.</summary>
/// <remarks>Pages are read as they are touched and can be dropped by the system again.</remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private bool isDisposed;

    private MappedFile(string path, long length, MemoryMappedFile map)
    {
        Path = path;
        Length = length;
        this.map = map;
        view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer + view.PointerOffset;
    }

    /// <summary>The path as the user gave it.</summary>
    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="ConfigException">It is missing, unreadable or empty.</exception>
    public static MappedFile Open(string path)
    {
        if (Directory.Exists(path))
            throw new ConfigException(path, 0, "", "is a folder; a file is expected.");
        TextFile.RefuseMissing(path);
        try
        {
            var length = new FileInfo(path).Length;
            if (length == 0)
                throw new ConfigException(path, 0, "", "is empty; a file of weights is expected.");
            var map = MemoryMappedFile.CreateFromFile(
                path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            try
            {
                return new(path, length, map);
            }
            catch
            {
                map.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(path, 0, "", "cannot be read: " + e.Message);
        }
    }

    /// <summary>Address of a byte; the caller has checked that it lies in the file.</summary>
    public nint Address(long offset)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)Length);
        return (nint)(start + offset);
    }

    /// <summary>Bytes of the file; the caller has checked that they lie in it.</summary>
    public ReadOnlySpan<byte> Span(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(Length - count));
        return new((byte*)Address(offset), count);
    }

    public void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }
}
