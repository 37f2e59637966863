using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>How threads put together what each of them has.</summary>
/// <remarks>All threads of a group call, and all get the result.</remarks>
internal interface IReduction
{
    /// <summary>The sum over the group.</summary>
    float Sum(float value);

    /// <summary>The largest of the group.</summary>
    float Max(float value);
}

/// <summary>Places among numbers.</summary>
internal static class Places
{
    private const float Most = 1 << 24;

    /// <summary>The smallest place of those threads that have one; all threads call.</summary>
    /// <remarks>
    /// Not by atomic operations: drivers without generic address space do not compile them. Places
    /// below 2^24 are exact in fp32.
    /// </remarks>
    /// <param name="value">The thread's number, at that place.</param>
    /// <param name="place">The place.</param>
    /// <param name="wanted">The number whose place is asked for.</param>
    public static int First<R>(float value, int place, float wanted)
        where R : struct, IReduction
    {
        var key = value < wanted ? -Most : -place;
        return (int)-default(R).Max(key);
    }
}

/// <summary>Who does one dot product together.</summary>
internal interface ITeam
{
    /// <summary>The team's number in the grid.</summary>
    int Index { get; }

    /// <summary>The thread's number in its team.</summary>
    int Lane { get; }

    /// <summary>Threads of a team.</summary>
    int Lanes { get; }

    /// <summary>The sum over the team; all threads of a team call.</summary>
    float Sum(float value);

    /// <summary>The sum over the team; all threads of a team call.</summary>
    int Sum(int value);
}

/// <summary>A tree through memory that the group shares: on any device.</summary>
internal struct TreeReduction : IReduction
{
    public readonly float Sum(float value)
    {
        var memory = SharedMemory.Allocate1D<float>(Limits.GroupSize);
        var thread = Group.IdxX;
        memory[thread] = value;
        Group.Barrier();
        for (var left = Group.DimX; left > 1;)
        {
            var half = (left + 1) / 2;
            if (thread + half < left) memory[thread] += memory[thread + half];
            left = half;
            Group.Barrier();
        }
        var sum = memory[0];
        Group.Barrier();
        return sum;
    }

    public readonly float Max(float value)
    {
        var memory = SharedMemory.Allocate1D<float>(Limits.GroupSize);
        var thread = Group.IdxX;
        memory[thread] = value;
        Group.Barrier();
        for (var left = Group.DimX; left > 1;)
        {
            var half = (left + 1) / 2;
            if (thread + half < left && memory[thread + half] > memory[thread])
                memory[thread] = memory[thread + half];
            left = half;
            Group.Barrier();
        }
        var largest = memory[0];
        Group.Barrier();
        return largest;
    }
}

/// <summary>Shuffles within warps of 32, memory between them.</summary>
internal struct WarpReduction : IReduction
{
    public readonly float Sum(float value)
    {
        value = WarpTeam.SumOf(value);
        var memory = SharedMemory.Allocate1D<float>(Limits.GroupSize / WarpTeam.Size);
        if ((Group.IdxX & (WarpTeam.Size - 1)) == 0) memory[Group.IdxX / WarpTeam.Size] = value;
        Group.Barrier();
        var sum = memory[0];
        for (var warp = 1; warp < Group.DimX / WarpTeam.Size; warp++) sum += memory[warp];
        Group.Barrier();
        return sum;
    }

    public readonly float Max(float value)
    {
        for (var distance = WarpTeam.Size / 2; distance > 0; distance >>= 1)
        {
            var other = Warp.ShuffleXor(value, distance);
            if (other > value) value = other;
        }
        var memory = SharedMemory.Allocate1D<float>(Limits.GroupSize / WarpTeam.Size);
        if ((Group.IdxX & (WarpTeam.Size - 1)) == 0) memory[Group.IdxX / WarpTeam.Size] = value;
        Group.Barrier();
        var largest = memory[0];
        for (var warp = 1; warp < Group.DimX / WarpTeam.Size; warp++)
        {
            if (memory[warp] > largest) largest = memory[warp];
        }
        Group.Barrier();
        return largest;
    }
}

/// <summary>A whole group: on any device.</summary>
internal struct GroupTeam : ITeam
{
    public readonly int Index => Grid.IdxX;

    public readonly int Lane => Group.IdxX;

    public readonly int Lanes => Group.DimX;

    public readonly float Sum(float value) => default(TreeReduction).Sum(value);

    public readonly int Sum(int value)
    {
        var memory = SharedMemory.Allocate1D<int>(Limits.GroupSize);
        var thread = Group.IdxX;
        memory[thread] = value;
        Group.Barrier();
        for (var left = Group.DimX; left > 1;)
        {
            var half = (left + 1) / 2;
            if (thread + half < left) memory[thread] += memory[thread + half];
            left = half;
            Group.Barrier();
        }
        var sum = memory[0];
        Group.Barrier();
        return sum;
    }
}

/// <summary>A warp of 32.</summary>
internal struct WarpTeam : ITeam
{
    public const int Size = 32;

    public readonly int Index => Grid.IdxX * (Group.DimX / Size) + Group.IdxX / Size;

    public readonly int Lane => Group.IdxX & (Size - 1);

    public readonly int Lanes => Size;

    public readonly float Sum(float value) => SumOf(value);

    public readonly int Sum(int value)
    {
        for (var distance = Size / 2; distance > 0; distance >>= 1)
            value += Warp.ShuffleXor(value, distance);
        return value;
    }

    public static float SumOf(float value)
    {
        for (var distance = Size / 2; distance > 0; distance >>= 1)
            value += Warp.ShuffleXor(value, distance);
        return value;
    }
}

/// <summary>Sizes that kernels keep room for.</summary>
internal static class Limits
{
    /// <summary>Most threads of a group of kernels that are not tied to one size.</summary>
    public const int GroupSize = 128;

    /// <summary>Most numbers of a head.</summary>
    public const int HeadDim = 256;

    /// <summary>Most experts of a layer.</summary>
    public const int Experts = 512;

    /// <summary>Tokens of a tree of guesses, as bits of a mask.</summary>
    public const int TreeTokens = 64;
}
