using AccelSim.Configuration;
using AccelSim.Serving;

namespace AccelSim.Studies;

/// <summary>Reads scenario files.</summary>
public static class ScenarioReader
{
    /// <summary>Reads a scenario; its relative paths start from the file's own folder.</summary>
    /// <exception cref="ConfigException">
    /// The file is absent or wrong; all problems are told.
    /// </exception>
    public static Scenario Read(string path)
    {
        var text = TextFile.Read(path);
        return Parse(text, path);
    }

    /// <summary>Reads a text as if it were a file of that name.</summary>
    public static Scenario Parse(string text, string file)
    {
        var root = StrictJson.ReadObject(text, file);
        root.Remove("$schema");
        return RecordBinder.Bind<Scenario>(root, file);
    }
}
