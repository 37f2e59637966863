using System.Text.RegularExpressions;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Models;

public sealed class ModelReaderTests
{
    private static ModelConfig With(string id, string member, string? json) =>
        ModelReader.Read(BrokenModels.With(id, member, json), "config.json", "x");

    private static AttentionShape Attention(ModelConfig model, int layer = 0) =>
        (AttentionShape)model.Layers[layer].Mixer;

    [Fact]
    public void MissingKvHeads_MeanOnePerHead() =>
        Assert.Equal(8, Attention(With("llama", "num_key_value_heads", null)).KvHeads);

    [Fact]
    public void HeadDim_NeedNotDivideHidden() =>
        Assert.Equal(24, Attention(With("llama", "head_dim", "24")).HeadDim);

    [Fact]
    public void UnknownMembers_AreAllowed() =>
        Assert.Equal(64, With("llama", "use_cache", "true").Hidden);

    [Theory, InlineData("\"float16\"", NumberFormat.Fp16), InlineData(null, NumberFormat.Fp32)]
    public void Dtype_IsReadUnderEitherName(string? dtype, NumberFormat format)
    {
        var text = BrokenModels.With("llama", "torch_dtype", null);
        if (dtype is not null)
            text = text.Replace("\"hidden_size\"", $"\"dtype\": {dtype}, \"hidden_size\"");
        Assert.Equal(format, ModelReader.Read(text, "config.json", "x").Format);
    }

    [Theory, InlineData("llama", false), InlineData("gemma", true), InlineData("bloom", true)]
    public void TiedEmbeddings_DefaultAsTheFamilysClassDoes(string family, bool tied)
    {
        var id = ModelCatalog.Ids.First(i => ModelCatalog.Load(i).Family == family);
        Assert.Equal(tied, With(id, "tie_word_embeddings", null).TiedEmbeddings);
    }

    [Fact]
    public void Window_OfMistral_LimitsEveryLayer()
    {
        var model = ModelCatalog.Load("mistral-7b");
        Assert.Equal(4096, model.Window);
        Assert.All(model.Layers, layer => Assert.Equal(4096, ((AttentionShape)layer.Mixer).Window));
    }

    [Fact]
    public void Window_AsLongAsTheContext_LimitsNothing() =>
        Assert.Equal(0, With("mistral-7b", "sliding_window", "32768").Window);

    [Fact]
    public void Windows_FollowLayerTypes()
    {
        var model = ModelCatalog.Load("gpt-oss-20b");
        Assert.Equal(
            [128, 0, 128, 0], Enumerable.Range(0, 4).Select(i => Attention(model, i).Window));
    }

    [Fact]
    public void Windows_FollowTheClass_WithoutLayerTypes()
    {
        var gemma = ModelCatalog.Load("gemma-3-1b");
        Assert.Equal(
            [512, 512, 512, 512, 512, 0],
            Enumerable.Range(0, 6).Select(i => Attention(gemma, i).Window));
    }

    [Fact]
    public void QwenWindow_IsOff_UnlessSwitchedOn() =>
        Assert.Equal(0, With("qwen2.5-7b", "sliding_window", "4096").Window);

    [Fact]
    public void LeadingLayers_AreDense_InDeepSeekV3()
    {
        var layers = ModelCatalog.Load("deepseek-v3").Layers;
        Assert.Equal(3, layers.Count(layer => layer.FeedForward is DenseMlp));
        Assert.IsType<DenseMlp>(layers[2].FeedForward);
        Assert.Equal(2048, ((ExpertMlp)layers[3].FeedForward!).SharedIntermediate);
    }

    [Fact]
    public void SparseStep_AndListedLayers_DecideWhichHaveExperts()
    {
        var text = BrokenModels.With("qwen3-30b-a3b", "decoder_sparse_step", "2")
            .Replace("\"mlp_only_layers\": []", "\"mlp_only_layers\": [1]");
        var layers = ModelReader.Read(text, "config.json", "x").Layers;
        Assert.Equal(
            [false, false, false, true],
            layers.Take(4).Select(layer => layer.FeedForward is ExpertMlp));
    }

    [Fact]
    public void HybridLayers_AlternateAsThePeriodSays()
    {
        var layers = ModelCatalog.Load("jamba-v0.1").Layers;
        Assert.Equal(
            [4, 12, 20, 28],
            Enumerable.Range(0, 32).Where(i => layers[i].Mixer is AttentionShape));
    }

    [Fact]
    public void Llava_ReadsTextAndVision()
    {
        var model = ModelCatalog.Load("llava-1.5-7b");
        Assert.Equal((4096, 32), (model.Hidden, model.Layers.Count));
        Assert.Equal((577, 576), (model.Vision!.Tokens, model.Vision.OutputTokens));
    }

    [Fact]
    public void DiffusionModels_AreNotCausal()
    {
        Assert.False(ModelCatalog.Load("llada-8b").Causal);
        Assert.False(ModelCatalog.Load("dream-7b").Causal);
        Assert.True(ModelCatalog.Load("llama-3.1-8b").Causal);
    }

    [Theory]
    [InlineData("{\"quant_method\": \"awq\", \"bits\": 4, \"group_size\": 128}", 4.15625)]
    [InlineData("{\"quant_method\": \"gptq\", \"bits\": 4, \"group_size\": -1}", 4)]
    [InlineData("{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128]}", 8.001953125)]
    [InlineData("{\"quant_method\": \"fp8\"}", 8)]
    [InlineData("{\"quant_method\": \"bitnet\"}", 2)]
    [InlineData("{\"quant_method\": \"modelopt\", \"quant_algo\": \"NVFP4\"}", 4.5)]
    public void Quantisation_CountsItsScales(string config, double bits)
    {
        var scheme = With("llama", "quantization_config", config).Quantisation!;
        Assert.Equal(bits, scheme.Linear!.Value.BitsPerElement, 1e-6);
    }

    [Theory]
    [InlineData(8, "")]
    [InlineData(4, "config.json(*): $.quantization_config.config_groups: \"group_0\" and "
        + "\"group_1\" differ; groups that are quantised alike are understood.")]
    public void CompressedTensors_WithSeveralGroups_AreReadWhereTheyAreAlike(
        int bits, string expected)
    {
        var groups = $$"""
            {
              "quant_method": "compressed-tensors",
              "config_groups": {
                "group_0": { "weights": { "num_bits": 8, "type": "int" }, "targets": ["a"] },
                "group_1": { "weights": { "num_bits": {{bits}}, "type": "int" }, "targets": ["b"] }
              }
            }
            """;
        var problem = Record.Exception(() => With("llama", "quantization_config", groups));
        Assert.Equal(expected, Regex.Replace(problem?.Message ?? "", @"\(\d+\)", "(*)"));
    }

    [Fact]
    public void CompressedTensors_AreReadFromTheirGroup()
    {
        var scheme = With("llama", "quantization_config", """
            {
              "quant_method": "compressed-tensors",
              "ignore": ["lm_head"],
              "config_groups": {
                "group_0": {
                  "weights": { "num_bits": 8, "type": "float" },
                  "input_activations": { "num_bits": 8, "type": "float" },
                  "targets": ["Linear"]
                }
              }
            }
            """).Quantisation!;
        Assert.Equal(NumberFormat.Fp8, scheme.Compute);
        Assert.Equal(8, scheme.Linear!.Value.BitsPerElement);
    }
}
