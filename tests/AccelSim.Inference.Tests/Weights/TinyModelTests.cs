using AccelSim.Inference.Weights;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests.Weights;

/// <summary>
/// The same trained weights as safetensors and as GGUF, each by the training script's own writer.
/// </summary>
public class TinyModelTests
{
    [Theory]
    [InlineData("f16")]
    [InlineData("q8_0")]
    [InlineData("q4_0")]
    public void Gguf_HasTheShapeAndTheTensorsOfTheCheckpoint(string kind)
    {
        using var folder = ModelFiles.Open(Tiny.Draft);
        using var gguf = ModelFiles.Open(Tiny.Gguf(kind));
        Assert.Equal(folder.Shape.Family, gguf.Shape.Family);
        Assert.Equal(folder.Shape.Layers, gguf.Shape.Layers);
        Assert.Equal(
            (folder.Shape.Hidden, folder.Shape.Vocabulary, folder.Shape.TiedEmbeddings,
                folder.Shape.MaxContext),
            (gguf.Shape.Hidden, gguf.Shape.Vocabulary, gguf.Shape.TiedEmbeddings,
                gguf.Shape.MaxContext));
        Assert.Equal(folder.Weights.Names.Order(), gguf.Weights.Names.Order());
        var (config, made) = (JObject.Parse(folder.ConfigText), JObject.Parse(gguf.ConfigText));
        foreach (var name in new[] { "rms_norm_eps", "rope_theta", "head_dim", "eos_token_id" })
            Assert.Equal((double)config[name]!, (double)made[name]!);
    }

    /// <summary>
    /// Half precision has all bits of bf16 down to 2^-17; below, it rounds by at most 2^-25. Blocks
    /// round by at most half a step; 4-bit ones cut the end opposite to the largest by a step.
    /// </summary>
    [Theory]
    [InlineData("f16", 0)]
    [InlineData("q8_0", 0.5 / 127 + 1.0 / 2048)]
    [InlineData("q4_0", 1.0 / 8 + 1.0 / 2048)]
    public void Gguf_HasTheNumbersOfTheCheckpoint(string kind, double relative)
    {
        using var folder = ModelFiles.Open(Tiny.Draft);
        using var gguf = ModelFiles.Open(Tiny.Gguf(kind));
        foreach (var name in folder.Weights.Names)
        {
            var expected = Numbers(folder.Weights, name);
            var actual = Numbers(gguf.Weights, name);
            Assert.Equal(expected.Length, actual.Length);
            foreach (var (block, i) in expected.Chunk(32).Select((block, i) => (block, i)))
            {
                var most = relative * block.Max(Math.Abs) + Math.Pow(2, -25);
                for (var j = 0; j < block.Length; j++)
                    Assert.InRange(actual[i * 32 + j], block[j] - most, block[j] + most);
            }
        }
    }

    [Fact]
    public void Gguf_EncodesAsTheCheckpoint()
    {
        using var folder = ModelFiles.Open(Tiny.Draft);
        using var gguf = ModelFiles.Open(Tiny.Gguf("q4_0"));
        Assert.Equal(
            folder.Tokenizer!.Encode(Tiny.HeldOut), gguf.Tokenizer!.Encode(Tiny.HeldOut));
    }

    [Theory]
    [InlineData("target", 256, 6, false)]
    [InlineData("draft", 128, 2, true)]
    public void Folder_IsOneModel(string name, int hidden, int layers, bool isTied)
    {
        using var model = ModelFiles.Open(
            name == "target" ? Tiny.Target : Tiny.Draft);
        Assert.Equal(
            (name, hidden, layers, isTied),
            (model.Id, model.Shape.Hidden, model.Shape.Layers.Count, model.Shape.TiedEmbeddings));
        Assert.Equal([model.Tokenizer!.Find("<|end_of_text|>")!.Value], model.EndTokens());
        Assert.Equal(model.Shape.Vocabulary, model.Tokenizer.VocabularySize);
        Assert.Equal(!isTied, model.Weights.Names.Contains("lm_head.weight"));
    }

    private static float[] Numbers(IWeightSource weights, string name)
    {
        Assert.True(weights.TryGet(name, out var tensor));
        var numbers = new float[tensor.Shape.Aggregate(1L, (a, b) => a * b)];
        Dequantiser.Read(tensor, 0, numbers);
        return numbers;
    }
}
