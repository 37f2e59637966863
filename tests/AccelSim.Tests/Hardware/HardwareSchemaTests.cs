using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AccelSim.Configuration;
using AccelSim.Hardware;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Hardware;

public sealed class HardwareSchemaTests
{
    private static readonly Dictionary<string, string> Docs = ReadDocs();

    [Theory]
    [InlineData("accelerator")]
    [InlineData("cluster")]
    [InlineData("estimators")]
    [InlineData("class")]
    [InlineData("uncertainty")]
    public void CheckedInSchema_IsWhatTheRecordsSay(string name)
    {
        var path = Path.Combine(RepositoryRoot.Path, "hwconfigs", "schema", name + ".schema.json");
        var made = Make(name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, made);
        }
        Assert.True(made == File.ReadAllText(path).ReplaceLineEndings("\n"),
            $"{path} is not what the records say; run UPDATE_GOLDEN=1 dotnet test.");
    }

    [Fact]
    public void ShippedFiles_FulfilTheirSchema()
    {
        var problems = new List<string>();
        foreach (var (folder, pattern, name) in new[]
        {
            ("accelerators", "*.json", "accelerator"), ("clusters", "*.json", "cluster"),
            ("classes", "*.json", "class"), ("", "estimators.json", "estimators"),
            ("", "uncertainty.json", "uncertainty"),
        })
        {
            var schema = JObject.Parse(Make(name));
            var where = Path.Combine(RepositoryRoot.Path, "hwconfigs", folder);
            foreach (var file in Directory.GetFiles(where, pattern).Order(StringComparer.Ordinal))
            {
                var root = StrictJson.ReadObject(File.ReadAllText(file), file);
                problems.AddRange(new MiniValidator(schema).Validate(root)
                    .Select(problem => $"{Path.GetFileName(file)}: {problem}"));
            }
        }
        Assert.Equal("", string.Join('\n', problems));
    }

    [Theory]
    [InlineData("""{ "name": "x" }""")]
    [InlineData("""{ "extends": "h100-sxm", "memory": { "hbm": { "bandwith": "3 TB/s" } } }""")]
    [InlineData("""{ "extends": "h100-sxm", "memory": { "hbm": { "bandwidth": "3 TB" } } }""")]
    [InlineData("""{ "extends": "h100-sxm", "memory": { "hbm": { "bandwidth": 3.35 } } }""")]
    [InlineData("""{ "extends": "h100-sxm", "sources": { "a": "somewhere" } }""")]
    [InlineData("""{ "extends": "h100-sxm", "class": "gpuu" }""")]
    [InlineData("""{ "extends": "t4", "class": "npu", "fabric": { "vectorClock": "1 GHz" } }""")]
    public void BrokenFile_DoesNotFulfilTheSchema(string text) => Assert.NotEmpty(
        new MiniValidator(JObject.Parse(Make("accelerator"))).Validate(JObject.Parse(text)));

    private static string Make(string name) => name switch
    {
        "accelerator" => HardwareSchema.Accelerator(Describe),
        "cluster" => HardwareSchema.Cluster(Describe),
        "class" => HardwareSchema.KernelClass(Describe),
        "uncertainty" => HardwareSchema.Uncertainty(Describe),
        _ => HardwareSchema.Estimators(Describe),
    };

    private static string? Describe(MemberInfo member) => Docs.GetValueOrDefault(
        member is Type type
            ? "T:" + type.FullName
            : $"P:{member.DeclaringType!.FullName}.{member.Name}");

    private static Dictionary<string, string> ReadDocs()
    {
        var path = Path.ChangeExtension(typeof(Catalog).Assembly.Location, ".xml");
        return XDocument.Load(path).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(
                member => member.Attribute("name")!.Value,
                member => Plain(member.Element("summary")!));
    }

    private static string Plain(XElement summary)
    {
        foreach (var see in summary.Descendants("see").ToArray())
        {
            var name = see.Attribute("cref")!.Value.Split('.')[^1];
            see.ReplaceWith(see.Attribute("cref")!.Value.StartsWith("P:", StringComparison.Ordinal)
                ? JsonNames.Of(name)
                : name);
        }
        return Regex.Replace(summary.Value, @"\s+", " ").Trim();
    }
}
