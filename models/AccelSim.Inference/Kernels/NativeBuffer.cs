using System.Runtime.InteropServices;

namespace AccelSim.Inference.Kernels;

/// <summary>Memory outside the garbage-collected heap, aligned for vectors, zeroed.</summary>
public sealed unsafe partial class NativeBuffer : IDisposable
{
    private const int Alignment = 4096;
    private const long HugePage = 2 << 20;
    private const int AdviceHugePages = 14;
    private byte* _data;

    /// <summary>Takes memory.</summary>
    /// <param name="bytes">How much; 0 is allowed.</param>
    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        var large = bytes >= HugePage;
        var alignment = large ? (nuint)HugePage : Alignment;
        _data = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), alignment);
        // Weights are walked from end to end: with pages of 4 KiB a core waits for its page tables.
        // A kernel that does not know the advice works without.
        if (large && OperatingSystem.IsLinux()) _ = Advise(_data, (nuint)bytes, AdviceHugePages);
        NativeMemory.Clear(_data, (nuint)bytes);
        GC.AddMemoryPressure(Math.Max(bytes, 1));
    }

    /// <summary>Gives the memory back where nobody did.</summary>
    ~NativeBuffer() => Free();

    /// <summary>Length.</summary>
    public long Bytes { get; }

    /// <summary>The first byte.</summary>
    public byte* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(_data is null, this);
            return _data;
        }
    }

    /// <summary>The memory as numbers.</summary>
    public float* Floats => (float*)Data;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_data is null) return;
        NativeMemory.AlignedFree(_data);
        _data = null;
        GC.RemoveMemoryPressure(Math.Max(Bytes, 1));
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
