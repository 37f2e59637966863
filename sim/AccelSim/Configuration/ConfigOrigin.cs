namespace AccelSim.Configuration;

/// <summary>The file that a value was written in.</summary>
/// <param name="File">The file as the user named it, or the embedded name.</param>
/// <param name="Sources">What its facts rest on, by the key that <c>@key</c> names.</param>
public sealed record ConfigOrigin(string File, IReadOnlyDictionary<string, string> Sources)
{
    /// <summary>A file that names no sources.</summary>
    public ConfigOrigin(string file) : this(file, new Dictionary<string, string>())
    {
    }
}
