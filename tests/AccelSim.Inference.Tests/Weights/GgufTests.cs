using AccelSim.Configuration;
using AccelSim.Inference.Weights;
using AccelSim.Models;
using FsCheck;
using FsCheck.Fluent;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests.Weights;

public class GgufTests
{
    [Fact]
    public void SoundFile_TellsShapeAndTensors()
    {
        using var file = new TempFile("m.gguf", GgufBytes.Llama().WithTokens().ToArray());
        using var model = ModelFiles.Open(file.Path);
        Assert.Equal((8, 4, 1), (model.Shape.Hidden, model.Shape.Vocabulary,
            model.Shape.Layers.Count));
        Assert.True(model.Shape.TiedEmbeddings);
        Assert.Equal(["model.embed_tokens.weight", "model.norm.weight"], model.Weights.Names);
        Assert.True(model.Weights.TryGet("model.embed_tokens.weight", out var tensor));
        Assert.Equal([4, 8], tensor.Shape);
    }

    [Fact]
    public void TruncatedAnywhere_IsRefused()
    {
        var sound = GgufBytes.Llama();
        sound.Data = 128 + 32;
        var bytes = sound.ToArray();
        for (var length = 0; length < bytes.Length; length++)
            Assert.True(Refusal(bytes[..length]) is not null, $"{length} bytes were accepted");
        Assert.Null(Refusal(bytes));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(0x03000000u)]
    public void OtherVersions_AreRefused(uint version) => AssertRefused(
        new GgufBytes { Version = version }, "is not understood; 2 and 3");

    [Fact]
    public void OtherMagic_IsRefused() => AssertRefused(
        new GgufBytes { Magic = 0x67676d6c }, "is no GGUF file");

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 62)]
    [InlineData(100_000ul)]
    public void CountsBeyondTheFile_AreRefused(ulong count)
    {
        AssertRefused(new GgufBytes { TensorCount = count }, "the number of tensors is");
        AssertRefused(new GgufBytes { PairCount = count }, "the number of metadata is");
        AssertRefused(GgufBytes.Llama().Set("x", (GgufBytes.Array, [
            .. BitConverter.GetBytes(GgufBytes.UInt32), .. BitConverter.GetBytes(count)])),
            "the length of x is");
        AssertRefused(GgufBytes.Llama().Set("x", (GgufBytes.Text, BitConverter.GetBytes(count))),
            "the length of a text in x is");
    }

    [Theory]
    [InlineData(new ulong[] { 8, 4 }, 0u, 192ul, "end behind")]
    [InlineData(new ulong[] { 8, 4 }, 0u, 1ul << 40, "end behind")]
    [InlineData(new ulong[] { 8, 4 }, 0u, 0xffff_ffff_ffff_ffe0, "alignment")]
    [InlineData(new ulong[] { 8, 4 }, 0u, 161ul, "alignment")]
    [InlineData(new ulong[] { 8, 4 }, 0u, 32ul, "overlap")]
    [InlineData(new ulong[] { 8, 0 }, 0u, 160ul, "not a weight's")]
    [InlineData(new ulong[] { 1ul << 32, 1ul << 32 }, 0u, 160ul, "not a weight's")]
    [InlineData(new ulong[] { ulong.MaxValue, 1 }, 0u, 160ul, "not a weight's")]
    [InlineData(new ulong[] { 1ul << 49 }, 0u, 160ul, "end behind")]
    [InlineData(new ulong[] { }, 0u, 160ul, "dimensions")]
    [InlineData(new ulong[] { 1, 1, 1, 1, 1 }, 0u, 160ul, "dimensions")]
    [InlineData(new ulong[] { 8 }, 3u, 160ul, "cannot be run")]
    [InlineData(new ulong[] { 8 }, uint.MaxValue, 160ul, "cannot be run")]
    [InlineData(new ulong[] { 8, 4 }, 2u, 160ul, "no whole blocks of Q4_0")]
    [InlineData(new ulong[] { 32, 4 }, 12u, 160ul, "no whole blocks of Q4_K")]
    public void WrongTensor_IsRefused(ulong[] sizes, uint type, ulong offset, string expected) =>
        AssertRefused(GgufBytes.Llama().Add("blk.0.attn_q.weight", sizes, type, offset), expected);

    [Fact]
    public void TensorTwice_IsRefused() => AssertRefused(
        GgufBytes.Llama().Add("output_norm.weight", [8], 0, 160), "stands twice");

    [Fact]
    public void KeyTwice_IsRefused() => AssertRefused(
        GgufBytes.Llama().Twice("llama.block_count", (GgufBytes.UInt32, [1, 0, 0, 0])),
        "stands twice");

    [Theory]
    [InlineData("general.architecture", "mamba", "is not understood")]
    [InlineData("llama.block_count", "1", "a whole number is expected")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", "1", "a finite number is expected")]
    [InlineData("tokenizer.ggml.model", "bert", "is not understood")]
    [InlineData("general.alignment", "32", "a whole number is expected")]
    public void WrongText_IsRefused(string key, string value, string expected) =>
        AssertRefused(GgufBytes.Llama().WithTokens().Set(key, value), expected);

    [Theory]
    [InlineData("general.alignment", 0u)]
    [InlineData("general.alignment", 33u)]
    [InlineData("general.alignment", uint.MaxValue)]
    [InlineData("general.architecture", 7u)]
    [InlineData("llama.block_count", 0u)]
    [InlineData("llama.block_count", uint.MaxValue)]
    [InlineData("llama.embedding_length", uint.MaxValue)]
    [InlineData("llama.attention.head_count", 0u)]
    [InlineData("llama.attention.head_count_kv", 7u)]
    [InlineData("tokenizer.ggml.model", 7u)]
    [InlineData("tokenizer.ggml.tokens", 7u)]
    [InlineData("tokenizer.ggml.scores", 7u)]
    [InlineData("tokenizer.ggml.token_type", 7u)]
    [InlineData("tokenizer.ggml.bos_token_id", 100_000u)]
    [InlineData("tokenizer.ggml.add_bos_token", 1u)]
    public void WrongNumber_IsRefused(string key, uint value) =>
        AssertRefused(GgufBytes.Llama().WithTokens().Set(key, value), "");

    [Theory]
    [InlineData("general.architecture")]
    [InlineData("llama.block_count")]
    [InlineData("llama.context_length")]
    [InlineData("llama.embedding_length")]
    [InlineData("llama.feed_forward_length")]
    [InlineData("llama.attention.head_count")]
    [InlineData("llama.attention.layer_norm_rms_epsilon")]
    [InlineData("tokenizer.ggml.tokens")]
    [InlineData("tokenizer.ggml.scores")]
    public void MissingKey_IsRefusedByItsName(string key)
    {
        var error = Refusal(GgufBytes.Llama().WithTokens().Remove(key).ToArray());
        Assert.Contains(key.Split('.')[^1] switch
        {
            "feed_forward_length" => "intermediate_size",
            _ => key,
        }, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ListOfLists_IsRefused() => AssertRefused(
        GgufBytes.Llama().Set("x", GgufBytes.List(GgufBytes.Array, [])), "list of lists");

    [Fact]
    public void BoolThatIsNeither_IsRefused() => AssertRefused(
        GgufBytes.Llama().Set("x", (GgufBytes.Bool, [2])), "neither false (0) nor true (1)");

    [Fact]
    public void DamagedFiles_AreReadOrRefusedButNeverCrash() => Prop.ForAll(
        Damage.Of(GgufBytes.Llama().WithTokens().ToArray(), 12_000).ToArbitrary(),
        bytes => { Refusal(bytes); })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(700));

    [Fact]
    public void DamagedHeads_AreReadOrRefusedButNeverCrash() => Prop.ForAll(
        Damage.Of(GgufBytes.Llama().ToArray(), 520).ToArbitrary(),
        bytes => { Refusal(bytes); })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    [Fact]
    public void Experts_AreOfferedOneByOneInPlace()
    {
        var bytes = GgufBytes.Llama()
            .Set("llama.expert_count", 2)
            .Set("llama.expert_used_count", 1)
            .Add("blk.0.ffn_down_exps.weight", [2, 3, 2], 0, 160)
            .Add("blk.0.ffn_up.1.weight", [2, 3], 0, 224);
        using var file = new TempFile("m.gguf", bytes.ToArray());
        using var model = ModelFiles.Open(file.Path);
        Assert.Equal("mixtral", model.Shape.Family);
        Assert.True(model.Weights.TryGet(
            "model.layers.0.block_sparse_moe.experts.0.w2.weight", out var first));
        Assert.True(model.Weights.TryGet(
            "model.layers.0.block_sparse_moe.experts.1.w2.weight", out var second));
        Assert.Equal([3, 2], second.Shape);
        Assert.Contains(
            "model.layers.0.block_sparse_moe.experts.1.w3.weight", model.Weights.Names);
        Assert.Equal(24, second.Data - first.Data);
    }

    [Theory]
    [InlineData("qwen2", "qwen2")]
    [InlineData("qwen3", "qwen3")]
    public void OtherFamilies_AreReadByTheProjectsReader(string architecture, string family)
    {
        var bytes = new GgufBytes()
            .Set("general.architecture", architecture)
            .Set(architecture + ".block_count", 2)
            .Set(architecture + ".context_length", 64)
            .Set(architecture + ".embedding_length", 8)
            .Set(architecture + ".feed_forward_length", 16)
            .Set(architecture + ".attention.head_count", 2)
            .Set(architecture + ".attention.head_count_kv", 1)
            .Set(architecture + ".attention.key_length", 6)
            .Set(architecture + ".attention.layer_norm_rms_epsilon", 1e-6f)
            .Set(architecture + ".rope.freq_base", 1e6f)
            .Add("token_embd.weight", [8, 4], 0, 0);
        using var file = new TempFile("m.gguf", bytes.ToArray());
        using var model = ModelFiles.Open(file.Path);
        Assert.Equal(family, model.Shape.Family);
        Assert.Equal(6, ((AttentionShape)model.Shape.Layers[1].Mixer).HeadDim);
        Assert.Equal(1e6, (double)JObject.Parse(model.ConfigText)["rope_theta"]!);
    }

    [Fact]
    public void Gpt2_SaysWhichMatricesLieTransposed()
    {
        var bytes = new GgufBytes()
            .Set("general.architecture", "gpt2")
            .Set("gpt2.block_count", 1)
            .Set("gpt2.context_length", 64)
            .Set("gpt2.embedding_length", 4)
            .Set("gpt2.feed_forward_length", 16)
            .Set("gpt2.attention.head_count", 2)
            .Set("gpt2.attention.layer_norm_epsilon", 1e-5f)
            .Add("token_embd.weight", [4, 4], 0, 0)
            .Add("blk.0.attn_qkv.weight", [4, 12], 0, 64);
        using var file = new TempFile("m.gguf", bytes.ToArray());
        using var model = ModelFiles.Open(file.Path);
        Assert.Equal(["wte.weight", "h.0.attn.c_attn.weight.T"], model.Weights.Names);
        Assert.Equal(64, model.Shape.LearnedPositions);
    }

    private static void AssertRefused(GgufBytes bytes, string expected)
    {
        var refusal = Refusal(bytes.ToArray());
        Assert.NotNull(refusal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    private static ConfigException? Refusal(byte[] bytes)
    {
        using var file = new TempFile("m.gguf", bytes);
        return Bounded.Refusal(() =>
        {
            using var model = ModelFiles.Open(file.Path);
            foreach (var name in model.Weights.Names) model.Weights.TryGet(name, out _);
        });
    }
}
