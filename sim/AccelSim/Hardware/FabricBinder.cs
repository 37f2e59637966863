using AccelSim.Configuration;

namespace AccelSim.Hardware;

/// <summary>Reads a fabric as the record that its device class asks for.</summary>
/// <remarks>
/// The class stands beside an accelerator's fabric, and inside each engine of a system on a chip.
/// </remarks>
internal sealed class FabricBinder : IValueBinder
{
    /// <inheritdoc/>
    public bool Handles(Type type) => type == typeof(Fabric);

    /// <inheritdoc/>
    public string Expectation(Type type) => "an object {…}";

    /// <inheritdoc/>
    public object? Bind(BindingTarget target, BindingSession session)
    {
        var node = target.Node;
        var isEngine = target.Parent?.Find("class") is null;
        var chosen = isEngine ? node.Find("class") : target.Parent!.Find("class");
        if (isEngine && chosen is null)
        {
            // An accelerator without a class has already been told so.
            return target.Parent?.Find("fabric") == node
                ? null
                : session.Fail(node, "lacks \"class\": one of gpu, npu, fpga, wafer, cpu.");
        }
        var choice = isEngine
            ? session.Bind(new(typeof(DeviceClass), chosen!, node, null))
            : Enum.GetValues<DeviceClass>().Cast<object>().FirstOrDefault(value =>
                JsonNames.Of(value.ToString()!) == chosen!.Text);
        if (choice is not DeviceClass deviceClass) return null;
        if (isEngine && deviceClass == DeviceClass.Edge)
        {
            return session.Fail(chosen!,
                "an engine cannot be a system on a chip itself; use gpu, npu, fpga, wafer or cpu.");
        }
        var fabric = session.BindRecord(TypeOf(deviceClass), node, isEngine ? ["class"] : []);
        if (fabric is SocFabric soc) CheckEngines(soc, node, session);
        return fabric;
    }

    /// <summary>The record of a class.</summary>
    public static Type TypeOf(DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.Gpu => typeof(GpuFabric),
        DeviceClass.Npu => typeof(NpuFabric),
        DeviceClass.Fpga => typeof(FpgaFabric),
        DeviceClass.Wafer => typeof(WaferFabric),
        DeviceClass.Cpu => typeof(CpuFabric),
        DeviceClass.Edge => typeof(SocFabric),
        _ => throw new ArgumentOutOfRangeException(nameof(deviceClass)),
    };

    /// <summary>The class that a fabric's record belongs to.</summary>
    public static DeviceClass ClassOf(Fabric fabric) =>
        Enum.GetValues<DeviceClass>().First(one => TypeOf(one) == fabric.GetType());

    private static void CheckEngines(SocFabric soc, ConfigNode node, BindingSession session)
    {
        string[] known = [.. soc.Engines.Keys];
        foreach (var (member, engine) in new[]
        {
            ("matrixEngine", soc.MatrixEngine), ("vectorEngine", soc.VectorEngine),
        })
        {
            if (!soc.Engines.ContainsKey(engine))
            {
                session.Fail(node.Find(member)!,
                    $"\"{engine}\" is none of the engines; " + NearestName.Hint(engine, known));
            }
        }
    }
}
