using AccelSim.Tests;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests;

/// <summary>The trained models in the repository, and what their training script says of them.
/// </summary>
internal static class Tiny
{
    private static readonly string Folder =
        Path.Combine(RepositoryRoot.Path, "models", "tiny");

    public static string Target { get; } = Path.Combine(Folder, "target");

    public static string Draft { get; } = Path.Combine(Folder, "draft");

    public static JObject Golden { get; } =
        JObject.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json")));

    public static string HeldOut { get; } =
        File.ReadAllText(Path.Combine(Folder, "heldout.txt"));

    public static string Gguf(string kind) => Path.Combine(Draft, $"draft-{kind}.gguf");
}
