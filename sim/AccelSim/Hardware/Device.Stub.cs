namespace AccelSim.Hardware;

public sealed partial class Device
{
    private Device() => throw new NotImplementedException();
}
