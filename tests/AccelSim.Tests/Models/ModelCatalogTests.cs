using AccelSim.Configuration;
using AccelSim.Models;

namespace AccelSim.Tests.Models;

public sealed class ModelCatalogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("model").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void UnknownName_IsAnErrorWithTheNearestOnes()
    {
        var e = Assert.Throws<ConfigException>(() => ModelCatalog.Load("llama3.1-8b"));
        Assert.Equal(
            "there is no model \"llama3.1-8b\"; the nearest names are llama-3.1-8b, llama-3-8b, "
            + "llama-3.1-70b. \"accelsim list models\" shows all; a folder with config.json goes "
            + "as a path, such as models/tiny/target.", e.Message);
    }

    [Fact]
    public void MissingFile_IsAnErrorWithTheNearestOnes()
    {
        var e = Assert.Throws<ConfigException>(() => ModelCatalog.Load("./nowhere/gpt2.json"));
        Assert.Equal(
            "./nowhere/gpt2.json: not found; nor is its folder \"./nowhere\"; a folder with "
            + "config.json or a path to one is expected, or a name that ships inside, such as "
            + "gpt2, gpt2-xl, gpt2-large.", e.Message);
    }

    /// <summary>What is no slip of any name has no nearest one worth telling.</summary>
    [Fact]
    public void NameThatIsLikeNone_SuggestsNone()
    {
        var e = Assert.Throws<ConfigException>(() => ModelCatalog.Load("target"));
        Assert.Equal(
            "there is no model \"target\". \"accelsim list models\" shows all; a folder with "
            + "config.json goes as a path, such as models/tiny/target.", e.Message);
    }

    [Fact]
    public void Folder_WithoutAConfig_IsAnError()
    {
        var e = Assert.Throws<ConfigException>(() => ModelCatalog.Load(_folder));
        Assert.Equal(
            $"{Path.Combine(_folder, "config.json")}: not found; a folder of a model has one.",
            e.Message);
    }

    [Fact]
    public void Folder_AndPath_LoadAsTheNameDoes()
    {
        var named = ModelCatalog.Load("llama-3.1-8b");
        var file = Path.Combine(_folder, "config.json");
        File.WriteAllText(file, ModelCatalog.Open("llama-3.1-8b").Text);
        foreach (var path in new[] { _folder, file })
        {
            var model = ModelCatalog.Load(path);
            Assert.Equal(Path.GetFileName(_folder), model.Id);
            Assert.Equal(named.Layers, model.Layers);
        }
    }

    [Fact]
    public void Messages_NameTheFileOfAShippedModel() =>
        Assert.Equal("models/configs/gpt2.json", ModelCatalog.Open("gpt2").File);
}
