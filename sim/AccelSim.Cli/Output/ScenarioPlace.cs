using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Cli.Output;

/// <summary>Finds the line of a scenario file that a problem found later is about.</summary>
/// <remarks>
/// What a scenario names is loaded after its file was read, by code that serves flags too and tells
/// problems by the name of a flag or a value. The file has the same name in camelCase.
/// </remarks>
internal static class ScenarioPlace
{
    /// <summary>
    /// Does something with a scenario file; problems without a file get this one.
    /// </summary>
    public static T Tell<T>(string file, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ConfigException e) when (e.All.Any(problem => problem.File.Length == 0))
        {
            var root = StrictJson.ReadObject(TextFile.Read(file), file);
            throw ConfigException.Of(e.All.Select(problem => problem.File.Length > 0
                ? problem
                : Placed(problem, root, file)));
        }
    }

    private static ConfigException Placed(ConfigException problem, JObject root, string file)
    {
        if (problem.Path.StartsWith('$')) return AtPath(problem, root, file);
        var token = Named(problem, root);
        return token is null
            ? new ConfigException(file, 0, problem.Path, problem.Problem)
            : new ConfigException(
                file, StrictJson.Line(token), StrictJson.Path(token), problem.Problem);
    }

    /// <summary>
    /// A path of the scenario, or of the generator in it; or of what is written above.
    /// </summary>
    private static ConfigException AtPath(ConfigException problem, JObject root, string file)
    {
        const string generator = "$.workload.generate";
        var path = problem.Path;
        var first = path.Split('.', '[').ElementAtOrDefault(1) ?? "";
        if (root[first] is null && root.SelectToken(generator) is not null)
            path = generator + path[1..];
        var at = path;
        while (at.Length > 1 && root.SelectToken(at) is null)
            at = at[..at.LastIndexOfAny(['.', '['])];
        var line = StrictJson.Line(root.SelectToken(at)!);
        return new ConfigException(file, line, path, problem.Problem);
    }

    private static JToken? Named(ConfigException problem, JObject root)
    {
        var members = root.Descendants().OfType<JProperty>();
        if (problem.Path.StartsWith("--", StringComparison.Ordinal))
        {
            var words = problem.Path[2..].Split('-');
            var name = words[0] + string.Concat(words.Skip(1).Select(word =>
                char.ToUpperInvariant(word[0]) + word[1..]));
            return members.FirstOrDefault(member => member.Name == name)?.Value;
        }
        return members.FirstOrDefault(member =>
            member.Value.Type == JTokenType.String
            && problem.Problem.Contains($"\"{member.Value}\"", StringComparison.Ordinal))?.Value;
    }
}
