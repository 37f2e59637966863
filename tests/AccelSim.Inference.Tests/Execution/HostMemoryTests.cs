using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>What fits into memory beside what is there already.</summary>
public sealed class HostMemoryTests : IDisposable
{
    private const string Group = "sys/fs/cgroup/";

    private readonly string _root = Directory.CreateTempSubdirectory("accelsim-").FullName;

    public HostMemoryTests() => Write("proc/meminfo", "MemFree: 1 kB\nMemTotal:  24000000 kB\n");

    [Fact]
    public void WithoutAContainer_AllOfTheMachineCounts() =>
        Assert.Equal(24_000_000 * 1024.0, HostMemory.All(_root));

    /// <summary>All that a container allows, and not three quarters of it.</summary>
    [Theory]
    [InlineData("0::/", "memory.max", "8000000000", 8e9)]
    [InlineData("0::/a/b", "a/b/memory.max", "8000000000", 8e9)]
    [InlineData("0::/a/b", "a/memory.max", "8000000000", 8e9)]
    [InlineData("0::/a/b", "memory.max", "8000000000", 8e9)]
    [InlineData("0::/", "memory.max", "max", 24_000_000 * 1024.0)]
    [InlineData("4:memory:/x", "memory/x/memory.limit_in_bytes", "8000000000", 8e9)]
    [InlineData("4:cpu,memory:/x", "memory/memory.limit_in_bytes", "8000000000", 8e9)]
    [InlineData("4:memory:/x", "memory/x/memory.limit_in_bytes", "9223372036854771712",
        24_000_000 * 1024.0)]
    [InlineData("4:cpu:/x", "memory/x/memory.limit_in_bytes", "8000000000", 24_000_000 * 1024.0)]
    public void LeastOfMachineAndContainer_Counts(
        string group, string file, string limit, double expected)
    {
        Write("proc/self/cgroup", $"9:pids:/\n{group}\n");
        Write(Group + file, limit + "\n");
        Assert.Equal(expected, HostMemory.All(_root));
    }

    [Fact]
    public void LeastOfNestedGroups_Counts()
    {
        Write("proc/self/cgroup", "0::/a/b\n");
        Write(Group + "a/b/memory.max", "9000000000\n");
        Write(Group + "a/memory.max", "7000000000\n");
        Assert.Equal(7e9, HostMemory.All(_root));
    }

    /// <summary>Other systems have no such files.</summary>
    [Fact]
    public void WhereNothingIsStated_TheCollectorsFigureCounts()
    {
        File.Delete(Path.Combine(_root, "proc/meminfo"));
        Assert.Equal(
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, HostMemory.All(_root));
    }

    [Theory]
    [InlineData(20e9, 0, null)]
    [InlineData(4e9, 20e9, null)]
    [InlineData(20e9, 20e9, "blocks take 20 GB, but this machine has 24 GB of memory and 20 GB of "
        + "it are taken.")]
    [InlineData(30e9, 20e9, "blocks take 30 GB, but this machine has 24 GB of memory.")]
    public void WhatIsTakenAlready_IsNoRoom(double bytes, double taken, string? message)
    {
        void Ask() => HostMemory.Refuse(bytes, "blocks", 24e9, taken);
        if (message is null) Ask();
        else Assert.Equal(message, Assert.Throws<InfeasiblePlanException>(Ask).Message);
    }

    /// <summary>Memory that was given counts as taken, and no longer when it is given back.
    /// </summary>
    [Fact]
    public void Buffers_AreTaken()
    {
        const long size = 512L << 20, near = 64L << 20;
        var before = HostMemory.Taken("/");
        double between;
        using (new NativeBuffer(size)) between = HostMemory.Taken("/");
        Assert.InRange(between - before, size - near, size + near);
        Assert.InRange(HostMemory.Taken("/") - before, -near, near);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
