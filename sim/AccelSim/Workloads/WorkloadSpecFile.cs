using System.Globalization;
using System.Reflection;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Units;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;

namespace AccelSim.Workloads;

/// <summary>Reads and writes <see cref="WorkloadSpec"/> as JSON.</summary>
public static class WorkloadSpecFile
{
    private const string Folder = "traces/requests/";

    /// <summary>Names of the workloads that ship inside the library.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^".json".Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a workload that ships inside the library.</summary>
    /// <exception cref="ConfigException">There is none of that name.</exception>
    public static WorkloadSpec Named(string name)
    {
        var file = Folder + name + ".json";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new ConfigException(name, 0, "",
                "is no workload that ships with AccelSim; known are "
                + string.Join(", ", Names) + ".");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), file);
    }

    /// <summary>Reads a workload from a file.</summary>
    /// <exception cref="ConfigException">It is absent or unsound.</exception>
    public static WorkloadSpec Read(string path) => Parse(TextFile.Read(path), path);

    /// <summary>Reads a workload from JSON; every broken rule is reported with its line.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="file">The file as the user named it.</param>
    /// <exception cref="ConfigException">It is unsound.</exception>
    public static WorkloadSpec Parse(string text, string file)
    {
        var root = StrictJson.ReadObject(text, file);
        var spec = RecordBinder.Bind<WorkloadSpec>(root, file);
        Check(spec, root, file);
        return spec;
    }

    /// <summary>Checks a workload that is part of a larger file.</summary>
    /// <param name="spec">As bound.</param>
    /// <param name="written">The object that it was read from.</param>
    /// <param name="file">The file as the user named it.</param>
    /// <exception cref="ConfigException">It breaks a rule; tells all.</exception>
    public static void Check(WorkloadSpec spec, JToken written, string file)
    {
        ArgumentNullException.ThrowIfNull(written);
        var root = StrictJson.Path(written);
        var problems = WorkloadSpecRules.Problems(spec)
            .Select(problem => new ConfigException(
                file, LineOf(written, problem.Path), root + problem.Path[1..], problem.Text))
            .ToArray();
        if (problems.Length > 0)
            throw ConfigException.Of(problems);
    }

    /// <summary>
    /// Writes a workload as its file has it; members at their default are left out.
    /// </summary>
    public static string Write(WorkloadSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var serializer = JsonSerializer.Create(new JsonSerializerSettings
        {
            ContractResolver = new CamelCasePropertyNamesContractResolver(),
            NullValueHandling = NullValueHandling.Ignore,
            Converters =
            [
                new StringEnumConverter(new CamelCaseNamingStrategy()),
                new SecondsAsText(),
            ],
        });
        var text = new StringBuilder();
        var root = JObject.FromObject(spec, serializer);
        foreach (var empty in root.Properties().Where(IsDefault).ToArray())
            empty.Remove();
        using (var writer = new JsonTextWriter(new StringWriter(text) { NewLine = "\n" }))
        {
            writer.Formatting = Formatting.Indented;
            root.WriteTo(writer);
        }
        return OneLineLists(text.Append('\n').ToString());
    }

    private static bool IsDefault(JProperty member) =>
        (member.Value.Type == JTokenType.String && (string?)member.Value == "")
        || (member.Name is "priority" or "lengthCorrelation" && (double)member.Value == 0);

    /// <summary>Puts the numbers of a list on lines of ten.</summary>
    private static string OneLineLists(string text)
    {
        var lines = new List<string>();
        var run = 0;
        foreach (var line in text.Split('\n'))
        {
            var item = line.TrimStart();
            var number = item.Length > 0 && char.IsAsciiDigit(item[0]);
            if (number && run > 0 && run % 10 != 0)
                lines[^1] += " " + item;
            else
                lines.Add(line);
            run = number ? run + 1 : 0;
        }
        return string.Join('\n', lines);
    }

    /// <summary>The line of a member, or of the nearest object above that is written.</summary>
    private static int LineOf(JToken written, string path)
    {
        for (var end = path; end.Length > 1; end = end[..end.LastIndexOfAny(['.', '['])])
        {
            if (written.SelectToken(end) is { } token)
                return StrictJson.Line(token);
        }
        return StrictJson.Line(written);
    }

    private sealed class SecondsAsText : JsonConverter
    {
        public override bool CanRead => false;

        public override bool CanConvert(Type objectType) =>
            objectType == typeof(Seconds) || objectType == typeof(Seconds?);

        public override void WriteJson(
            JsonWriter writer, object? value, JsonSerializer serializer) =>
            writer.WriteValue(string.Create(
                CultureInfo.InvariantCulture, $"{((Seconds)value!).Value:R} s"));

        public override object? ReadJson(
            JsonReader reader, Type objectType, object? existingValue,
            JsonSerializer serializer) => throw new NotSupportedException();
    }
}
