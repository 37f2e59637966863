using AccelSim.Configuration;
using AccelSim.Hardware;

namespace AccelSim.Costs;

/// <summary>The engine profiles that ship inside the program, and those that a user names.
/// </summary>
public static class EngineCatalog
{
    private const string Folder = "hwconfigs/engines/";

    /// <summary>The profile of GPUs and NPUs where none is named.</summary>
    public const string Default = "vllm";

    /// <summary>A device's own runtime: no figures but the device's.</summary>
    public const string Native = "native";

    /// <summary>Ids of the shipped profiles, in ordinal order.</summary>
    public static IReadOnlyList<string> Ids { get; } = Catalog.Ids(Folder);

    /// <summary>Opens a shipped profile by id, or a file by path.</summary>
    /// <param name="nameOrPath">A path where it ends in .json or holds a separator.</param>
    /// <exception cref="ConfigException">There is none, or it is wrong.</exception>
    public static EngineProfile Open(string nameOrPath)
    {
        if (Catalog.IsPath(nameOrPath)) return Read(TextFile.Read(nameOrPath), nameOrPath);
        var name = Folder + nameOrPath + ".json";
        return Catalog.ShippedText(name) is { } text
            ? Read(text, name)
            : throw new ConfigException("", 0, "--engine",
                $"\"{nameOrPath}\" is not shipped; {NearestName.Hint(nameOrPath, Ids)} "
                + "\"accelsim list engines\" shows all; a path ends in .json.");
    }

    /// <summary>The profile of a device where none is named.</summary>
    public static string DefaultFor(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Spec.Class is DeviceClass.Gpu or DeviceClass.Npu ? Default : Native;
    }

    /// <summary>Reads a text as if it were a file of that name.</summary>
    /// <exception cref="ConfigException">It is wrong; all problems are told.</exception>
    public static EngineProfile Read(string text, string file) =>
        RecordBinder.Bind<EngineProfile>(SourcedTree.Read(text, file), new FactBinder());
}
