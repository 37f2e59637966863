using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Models;

public sealed class OperatorGraphTests
{
    private static readonly ModelConfig Llama = ModelCatalog.Load("llama-3.1-8b");
    private static readonly ModelConfig DeepSeek = ModelCatalog.Load("deepseek-v3");
    private static readonly ModelConfig Mixtral = ModelCatalog.Load("mixtral-8x7b");
    private static readonly ModelConfig GptOss = ModelCatalog.Load("gpt-oss-20b");

    [Fact]
    public void Llama31_8B_HasTheParametersOfItsTensors() =>
        Assert.Equal(8_030_261_248, OperatorGraph.ParameterCount(Llama));

    [Fact]
    public void Gqa_Keeps128KibPerToken_InLlama31_8B() =>
        Assert.Equal(new Bytes(128 * 1024), Graphs.Of(Llama).KvBytesPerToken(0));

    [Fact]
    public void Mla_KeepsTheLatentAndTheSharedKey_InDeepSeekV3() =>
        Assert.Equal(new Bytes((512 + 64) * 2 * 61), Graphs.Of(DeepSeek).KvBytesPerToken(0));

    [Fact]
    public void Mqa_KeepsOneHead_InFalcon7B() =>
        Assert.Equal(
            new Bytes(2 * 1 * 64 * 2 * 32),
            Graphs.Of(ModelCatalog.Load("falcon-7b")).KvBytesPerToken(0));

    [Theory, InlineData(1, 8), InlineData(2, 4), InlineData(8, 1), InlineData(16, 1)]
    public void KvHeads_AreSplitThenReplicated_OverTensorParallelRanks(int tp, int heads) =>
        Assert.Equal(
            new Bytes(2L * heads * 128 * 2 * 32),
            Graphs.Of(Llama, new ParallelismPlan(tp)).KvBytesPerToken(0));

    [Fact]
    public void Latent_IsReplicated_OverTensorParallelRanks() =>
        Assert.Equal(
            Graphs.Of(DeepSeek).KvBytesPerToken(0),
            Graphs.Of(DeepSeek, new ParallelismPlan(8)).KvBytesPerToken(0));

    [Fact]
    public void KvBytes_HalveWithTheirFormat()
    {
        var formats = FormatPlan.Unquantised(NumberFormat.Bf16) with { Kv = NumberFormat.Fp8 };
        Assert.Equal(
            new Bytes(64 * 1024),
            OperatorGraph.Build(Llama, new ParallelismPlan(), formats).KvBytesPerToken(0));
    }

    [Fact]
    public void Window_CountsInFull_InKvBytes() =>
        Assert.Equal(new Bytes(2 * 8 * 64 * 2 * 24), Graphs.Of(GptOss).KvBytesPerToken(0));

    [Fact]
    public void Weights_AreTwoBytesPerParameter_InBf16() =>
        Assert.Equal(new Bytes(2 * 8_030_261_248), Graphs.Of(Llama).WeightBytes(0));

    [Fact]
    public void Decode_AtBatchOne_ReadsEveryWeightButTheEmbeddingOnce()
    {
        var read = Graphs.Of(Llama).Stages[0]
            .Where(template => template.Name != "embedding")
            .Sum(t => t.Count * t.At(Shapes.Decode(1, 1)).WeightBytes.Value);
        Assert.Equal(2 * (8_030_261_248 - 128256L * 4096), read);
    }

    [Fact]
    public void Decode_ReadsTheWholeCacheOnce()
    {
        var graph = Graphs.Of(Llama);
        var read = graph.Stages[0]
            .Sum(t => t.Count * t.At(Shapes.Decode(16, 1000)).KvReadBytes.Value);
        Assert.Equal(16_000 * graph.KvBytesPerToken(0).Value, read);
    }

    [Theory, InlineData("llama-3.1-8b"), InlineData("deepseek-v3"), InlineData("gemma-2b")]
    public void Step_WritesEachNewTokensCacheOnce(string id)
    {
        var graph = Graphs.Of(ModelCatalog.Load(id));
        var written = graph.Stages[0]
            .Sum(t => t.Count * t.At(Shapes.Decode(7, 100)).KvWriteBytes.Value);
        Assert.Equal(7 * graph.KvBytesPerToken(0).Value, written);
    }

    [Fact]
    public void MlaDecode_ReadsTheLatentPerTokenAndLayer()
    {
        var decode = Graphs.Of(DeepSeek).Named("attention.decode");
        var operation = decode.At(Shapes.Decode(4, 500));
        Assert.Equal(61, operation.Count);
        Assert.Equal(new Bytes(2000 * 576 * 2), operation.KvReadBytes);
        Assert.Equal(new Flops(2L * 2000 * 128 * (576 + 512)), operation.MatrixFlops);
    }

    [Fact]
    public void Prefill_TakesTwoFlopsPerParameterAndToken_PlusAttention()
    {
        var shape = Shapes.Prefill(1000);
        var flops = Graphs.Of(Llama).Stages[0].Sum(t => t.Count * t.At(shape).MatrixFlops.Value);
        var head = 128256L * 4096;
        var norms = 65L * 4096;
        var products = 2 * 1000 * (8_030_261_248 - 2 * head - norms) + 2 * head;
        var attention = 32L * 4 * (1000 * 1001 / 2) * 128 * 32;
        Assert.Equal(products + attention, flops);
    }

    [Theory, InlineData("llama-3.1-8b"), InlineData("deepseek-v3"), InlineData("gpt-oss-20b")]
    [InlineData("falcon-7b"), InlineData("jamba-v0.1"), InlineData("qwen3-next-80b-a3b")]
    public void PrefillAttention_InChunks_CostsWhatItCostsAtOnce(string id)
    {
        var prefill = Graphs.Of(ModelCatalog.Load(id)).Named("attention.prefill");
        var whole = prefill.At(Shapes.Prefill(1000));
        var chunks = new[] { (0, 300), (300, 512), (812, 188) }
            .Select(c => prefill.At(Shapes.Prefill(c.Item2, c.Item1))).ToArray();
        Assert.Equal(whole.Pairs, chunks.Sum(c => c.Pairs));
        Assert.Equal(whole.MatrixFlops.Value, chunks.Sum(c => c.MatrixFlops.Value));
    }

    [Fact]
    public void BidirectionalPairs_InChunks_SumToTheSquare()
    {
        var prefill = Graphs.Of(ModelCatalog.Load("llada-8b")).Named("attention.prefill");
        Assert.Equal(1_000_000, prefill.At(Shapes.Prefill(1000)).Pairs);
        Assert.Equal(
            1_000_000,
            prefill.At(Shapes.Prefill(400)).Pairs + prefill.At(Shapes.Prefill(600, 400)).Pairs);
    }

    [Fact]
    public void WindowLayers_ReadTheWindowMembers()
    {
        var graph = Graphs.Of(GptOss);
        var shape = Shapes.Decode(2, 1000) with { WindowDecodeKvTokens = 256 };
        Assert.Equal(2000, graph.Named("attention.decode").At(shape).KvTokens);
        Assert.Equal(256, graph.Named("attention.decode_window").At(shape).KvTokens);
        Assert.Equal(12, graph.Named("attention.decode_window").Count);
    }

    [Fact]
    public void EncoderDecoder_ReadsThePromptByCrossAttention()
    {
        var graph = Graphs.Of(ModelCatalog.Load("t5-large"));
        var shape = Shapes.Decode(2, 110) with { CrossKvTokens = 200 };
        Assert.Equal(20, graph.Named("attention.decode").At(shape).KvTokens);
        Assert.Equal(200, graph.Named("cross_attention.decode").At(shape).KvTokens);
        Assert.Equal(0, graph.Named("encoder.mlp.up_proj").At(shape).MatrixFlops.Value);
    }

    [Fact]
    public void EncoderDecoder_EncodesThePromptOnce()
    {
        var graph = Graphs.Of(ModelCatalog.Load("t5-large"));
        var shape = Shapes.Prefill(100);
        Assert.Equal(100, graph.Named("encoder.mlp.up_proj").At(shape).M);
        Assert.Equal(10_000, graph.Named("encoder.attention.core").At(shape).Pairs);
        Assert.Equal(1, graph.Named("mlp.up_proj").At(shape).M);
    }

    [Fact]
    public void VisionEncoder_RunsPerImage()
    {
        var graph = Graphs.Of(ModelCatalog.Load("llava-1.5-7b"));
        var shape = Shapes.Prefill(700) with { Images = 3 };
        Assert.Equal(3 * 577, graph.Named("vision.mlp.up_proj").At(shape).M);
        Assert.Equal(3 * 576, graph.Named("vision.projector.2").At(shape).M);
        Assert.Equal(3L * 577 * 577, graph.Named("vision.attention.core").At(shape).Pairs);
    }

    [Fact]
    public void State_DoesNotGrowWithContext()
    {
        var graph = Graphs.Of(ModelCatalog.Load("mamba-2.8b"));
        Assert.Equal(new Bytes(0), graph.KvBytesPerToken(0));
        Assert.Equal(new Bytes(64 * 5120 * (16 + 3) * 2), graph.StateBytesPerSequence(0));
        var scan = graph.Named("mamba.scan_decode");
        Assert.Equal(
            scan.At(Shapes.Decode(8, 10)).KvReadBytes, scan.At(Shapes.Decode(8, 9999)).KvReadBytes);
        Assert.Equal(
            8 * graph.StateBytesPerSequence(0).Value,
            64 * scan.At(Shapes.Decode(8, 10)).KvReadBytes.Value);
    }

    [Fact]
    public void Experts_HitFollowTheExpectation()
    {
        var up = Graphs.Of(Mixtral).Named("moe.gate_up_proj");
        var expert = 2L * 14336 * 4096 * 2;
        Assert.Equal(2 * expert, up.At(Shapes.Decode(1, 10)).WeightBytes.Value);
        Assert.Equal(2, up.At(Shapes.Decode(1, 10)).Groups);
        var four = 8 * (1 - Math.Pow(0.75, 4)) * expert;
        Assert.Equal(four, up.At(Shapes.Decode(4, 10)).WeightBytes.Value, expert * 1e-9);
        Assert.Equal(8, up.At(Shapes.Decode(1000, 10)).Groups);
    }

    [Fact]
    public void ExpertSkew_LoadsTheBusiestRank()
    {
        var plan = new ParallelismPlan(8, ExpertParallel: 8) { ExpertSkew = 1.5 };
        var even = Graphs.Of(DeepSeek, plan with { ExpertSkew = 1 }).Named("moe.down_proj");
        var skewed = Graphs.Of(DeepSeek, plan).Named("moe.down_proj");
        Assert.Equal(512, even.At(Shapes.Decode(512, 10)).M);
        Assert.Equal(768, skewed.At(Shapes.Decode(512, 10)).M);
    }

    [Fact]
    public void ExpertSkew_IsOnePopularExpert_AndAnEvenLoadVariesByChance()
    {
        var plan = new ParallelismPlan(8, ExpertParallel: 8) { ExpertSkew = 1.5 };
        var even = Graphs.Of(DeepSeek, plan with { ExpertSkew = 1 }).Named("moe.down_proj");
        var skewed = Graphs.Of(DeepSeek, plan).Named("moe.down_proj");
        // 512 rows for the experts of an even rank; the popular one also has the other 256.
        double local = skewed.At(Shapes.Decode(512, 10)).Groups;
        var mean = 512 / local;
        Assert.Equal(
            Math.Ceiling(mean + Math.Sqrt(2 * mean * Math.Log(local))),
            even.At(Shapes.Decode(512, 10)).LargestGroup);
        Assert.Equal(Math.Ceiling(mean + 256), skewed.At(Shapes.Decode(512, 10)).LargestGroup);
    }

    [Fact]
    public void ExpertTokens_OfAllRanks_LoadTheExperts()
    {
        var plan = new ParallelismPlan(1, ExpertParallel: 8, DataParallel: 8);
        var up = Graphs.Of(DeepSeek, plan).Named("moe.gate_up_proj");
        Assert.Equal(64, up.At(Shapes.Decode(64, 10)).M);
        Assert.Equal(512, up.At(Shapes.Decode(64, 10) with { ExpertTokens = 512 }).M);
    }

    [Fact]
    public void Dispatch_SendsATokenOnceToEachRankThatHoldsAnExpertOfIt()
    {
        // Two ranks with four of eight experts, two choices: the other rank is missed with
        // probability 4/8 · 3/7, so a token visits 2·(1 − 3/14) ranks.
        var plan = new ParallelismPlan(1, ExpertParallel: 2, DataParallel: 2);
        var dispatch = Graphs.Of(Mixtral, plan).Named("moe.dispatch");
        var sent = dispatch.At(Shapes.Decode(1400, 10));
        Assert.Equal(OperatorKind.AllToAll, sent.Kind);
        Assert.Equal(new Bytes(2200L * 4096 * 2), sent.MessageBytes);
        Assert.Equal((2, CommunicationGroup.Expert), (sent.Ranks, sent.Group));
    }

    [Fact]
    public void AllReduce_CarriesTheHiddenVectorOfEveryToken()
    {
        var graph = Graphs.Of(Llama, new ParallelismPlan(4));
        var sum = graph.Named("attention.all_reduce").At(Shapes.Decode(10, 5));
        Assert.Equal(new Bytes(10 * 4096 * 2), sum.MessageBytes);
        Assert.Equal((4, 32, CommunicationGroup.Tensor), (sum.Ranks, sum.Count, sum.Group));
    }

    [Fact]
    public void Logits_AreGathered_OverTensorParallelRanks()
    {
        var gather = Graphs.Of(Llama, new ParallelismPlan(4)).Named("lm_head.all_gather");
        Assert.Equal(
            new Bytes(3 * 128256 * 2), gather.At(Shapes.Decode(3, 5)).MessageBytes);
    }

    [Fact]
    public void Stages_SendTheHiddenVector_AndTheLastDoesNot()
    {
        var graph = Graphs.Of(Llama, new ParallelismPlan(1, 3));
        var send = graph.Stages[0].Single(t => t.Name == "pipeline.send");
        Assert.Equal(new Bytes(10 * 4096 * 2), send.At(Shapes.Decode(10, 5)).MessageBytes);
        Assert.DoesNotContain(graph.Stages[2], t => t.Name == "pipeline.send");
        Assert.DoesNotContain(graph.Stages[1], t => t.Name is "embedding" or "lm_head");
    }

    [Fact]
    public void Layers_AreSplitEvenly_AndNoneIsCut()
    {
        var graph = Graphs.Of(Llama, new ParallelismPlan(1, 3));
        Assert.Equal([10, 11, 11], Enumerable.Range(0, 3).Select(s => graph.LayersOf(s).Count()));
    }

    [Fact]
    public void TiedHead_IsHeldOnce_OnOneStage_AndTwice_OnTwo()
    {
        var model = ModelCatalog.Load("llama-3.2-1b");
        var table = 2L * 128256 * 2048;
        var one = Graphs.Of(model).WeightBytes(0);
        var two = Graphs.Of(model, new ParallelismPlan(1, 2));
        Assert.Equal(one.Value + table, two.WeightBytes(0).Value + two.WeightBytes(1).Value);
    }

    [Fact]
    public void ActivationPeak_IsTheMlpIntermediate_ForManyTokens()
    {
        // Residual, plus the activation's gate and up read and product written.
        var expected = 8192L * 2 * (4096 + 2 * 14336 + 14336);
        Assert.Equal(new Bytes(expected), Graphs.Of(Llama).ActivationBytes(0, 8192, 1));
    }

    [Fact]
    public void ActivationPeak_IsTheLogits_WhenAllAreSampled() =>
        Assert.Equal(
            new Bytes(1024 * (4096 * 2 + 128256 * 4 + 4)),
            Graphs.Of(Llama).ActivationBytes(0, 1024, 1024));
}
