using AccelSim.Configuration;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>What does not fit on a device.</summary>
public sealed class MemoryTests
{
    public static TheoryData<string> Fast => [.. Devices.Fast];

    [Theory]
    [MemberData(nameof(Fast))]
    public void MoreThanADeviceHas_IsToldAsSuch(string name)
    {
        var device = Devices.Named(name);
        var problem = Assert.Throws<ConfigException>(() => device.Allocate<float>(1L << 44));
        Assert.StartsWith("--backend: the device's ", problem.Message, StringComparison.Ordinal);
        // And it goes on.
        using var next = device.Allocate<float>(16);
    }
}
