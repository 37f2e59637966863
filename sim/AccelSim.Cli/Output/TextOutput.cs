using AccelSim.Configuration;

namespace AccelSim.Cli.Output;

/// <summary>Files that a command makes.</summary>
internal static class TextOutput
{
    /// <summary>Writes a text.</summary>
    /// <exception cref="ConfigException">It cannot be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(file, 0, "", "cannot be written: " + e.Message);
        }
    }
}
