using AccelSim.Configuration;
using AccelSim.Models;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Models;

public sealed class ModelReaderErrorTests
{
    private static readonly string Golden = Path.Combine(
        RepositoryRoot.Path, "tests/AccelSim.Tests/Models/golden/broken-models.txt");

    [Fact]
    public void EveryBrokenFile_GetsItsMessage()
    {
        var transcript = BrokenModels.Transcript(BrokenModels.All());
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(Golden, transcript);
        Assert.Equal(File.ReadAllText(Golden), transcript, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void NoBrokenFile_IsAccepted() =>
        Assert.DoesNotContain("ACCEPTED", BrokenModels.Transcript(BrokenModels.All()),
            StringComparison.Ordinal);

    [Fact]
    public void AtLeastFiftyBrokenFiles_AreTried() =>
        Assert.True(BrokenModels.All().Count() >= 50);

    public static TheoryData<string> OnePerFamily =>
        [.. ModelCatalog.Ids.GroupBy(id => ModelCatalog.Load(id).Family).Select(g => g.First())];

    /// <summary>A hostile value in a member is an error with a place, or a working model.</summary>
    [Theory, MemberData(nameof(OnePerFamily))]
    public void HostileMember_IsRefusedOrUnderstood(string id)
    {
        string[] hostile =
        [
            "null", "true", "-1", "0", "1", "0.5", "7", "1e300", "99999999999999999999",
            "1048576", "\"x\"", "\"\"", "[]", "[0]", "[null]", "{}",
        ];
        var members = JObject.Parse(ModelCatalog.Open(id).Text);
        foreach (var path in Paths(members, ""))
        {
            foreach (var value in hostile)
                ReadsOrRefuses(BrokenModels.With(id, path, value), $"{id} {path} = {value}");
        }
    }

    [Theory, MemberData(nameof(OnePerFamily))]
    public void TruncatedFile_IsRefused(string id)
    {
        var text = ModelCatalog.Open(id).Text.TrimEnd();
        for (var length = 0; length < text.Length; length += 7)
        {
            Assert.Throws<ConfigException>(
                () => ModelReader.Read(text[..length], "config.json", "cut"));
        }
    }

    private static void ReadsOrRefuses(string text, string what)
    {
        try
        {
            var model = ModelReader.Read(text, "config.json", "hostile");
            var graph = Graphs.Of(model);
            Assert.True(graph.WeightBytes(0).Value > 0, what);
            var shape = Shapes.Prefill(4096) with { Images = 1 };
            foreach (var template in graph.Stages[0])
                Assert.True(template.At(shape).MatrixFlops.Value >= 0, what);
        }
        catch (ConfigException e)
        {
            Assert.Equal("config.json", e.File);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e.GetType().Name} {e.Message}\n{e.StackTrace}");
        }
    }

    private static IEnumerable<string> Paths(JObject at, string prefix)
    {
        foreach (var member in at.Properties())
        {
            yield return prefix + member.Name;
            if (member.Value is JObject child)
            {
                foreach (var path in Paths(child, prefix + member.Name + "/"))
                    yield return path;
            }
        }
    }
}
