using AccelSim.Costs.Analytical;
using AccelSim.Costs.Analytical.Gpu;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Tests.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

/// <summary>Attention on GPUs in the limits, along its sizes and across devices.</summary>
public sealed class GpuAttentionTests
{
    private static readonly GpuAttention Model = new();

    private static readonly string[] DeviceNames =
        ["a100-sxm-80gb", "h100-sxm", "h200-sxm", "l40s", "intel-b60", "rtx-4090", "mi300x"];

    public static TheoryData<string> Devices => [.. DeviceNames];

    [Theory]
    [InlineData(8, 8)]
    [InlineData(32, 8)]
    [InlineData(64, 4)]
    public void LongDecode_ReadsItsKeysAtTheAchievedBandwidth(int heads, int kvHeads)
    {
        var machine = MachineOf("h100-sxm");
        var one = Decode(64, 65536, heads, kvHeads);
        var read = one.KvReadBytes.Value / (0.8 * machine.Bandwidth);
        var time = Seconds(one, machine, Figures(("bandwidthShare", 0.8), ("missRate", 400)));
        Assert.InRange(time / read, 1, 1.05);
    }

    [Theory]
    [InlineData(128, 0.5)]
    [InlineData(256, 0.7)]
    public void LongPrompt_RunsAtTheSustainedMatrixRate(int dim, double share)
    {
        var machine = MachineOf("h100-sxm");
        var one = Prefill(4, 32768, 32, 8, dim);
        var products = one.MatrixFlops.Value / (share * machine.MatrixRate(NumberFormat.Bf16));
        var time = Seconds(one, machine, Figures(
            ("matrixShare", share), ("specialShare", 8), ("matrixWidth", 0.001),
            ("cacheRate", 400), ("hitRate", 400)));
        Assert.InRange(time / products, 1, 1.05);
    }

    [Fact]
    public void NarrowHeads_WaitForExponentials()
    {
        var machine = MachineOf("h100-sxm");
        var one = Prefill(4, 32768, 32, 8, 16);
        var exponentials = one.Pairs * 32.0 / machine.SpecialRate;
        Assert.InRange(Seconds(one, machine, Figures(("overlap", 8))) / exponentials, 1, 1.1);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void OneToken_CostsHardlyMoreThanTheLaunch(string id)
    {
        var machine = MachineOf(id);
        var figures = Figures();
        Model.Price(Decode(1, 1, 8, 8), machine, figures, out var time);
        var launch = figures[Index("launch")] / machine.Clock;
        Assert.InRange(time.Seconds / launch, 1, 2.5);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Decode_NeverGetsCheaperWithLength(string id) => Rising(
        id, length => Decode(7, length, 32, 8), Enumerable.Range(1, 3000).Select(i => i * 11));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Decode_NeverGetsCheaperWithTheBatch(string id) => Rising(
        id, batch => Decode(batch, 777, 32, 8), Enumerable.Range(1, 990));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Prefill_NeverGetsCheaperWithLength(string id) => Rising(
        id, length => Prefill(3, length, 32, 8, 128),
        Enumerable.Range(1, 3000).Select(i => 1 + i * 5));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Chunk_NeverGetsCheaperWithItsHistory(string id) => Rising(
        id, cached => Chunk(2, 512, cached, 32, 8, 128, 0),
        Enumerable.Range(0, 2000).Select(i => i * 16));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Window_NeverGetsCheaperAsItWidens(string id) => Rising(
        id, window => Chunk(2, 4096, 0, 32, 8, 128, window),
        Enumerable.Range(1, 1024).Select(i => i * 4));

    [Theory]
    [InlineData("units")]
    [InlineData("clock")]
    [InlineData("bandwidth")]
    public void BetterDevices_AreNeverSlower(string fact)
    {
        Operator[] works =
        [
            Decode(1, 100_000, 8, 1), Decode(64, 2000, 32, 8), Decode(500, 40, 32, 32),
            Prefill(1, 2000, 32, 8, 128), Prefill(30, 300, 8, 8, 64), Prefill(2, 9000, 16, 2, 256),
            Chunk(3, 512, 9000, 32, 8, 128, 0),
        ];
        foreach (var id in DeviceNames)
        {
            foreach (var work in works)
            {
                var family = Families.Of(work);
                var last = double.PositiveInfinity;
                foreach (var factor in new[] { 1, 1.25, 1.5, 2, 3, 4 })
                {
                    var document = Catalog.Open(id).WithScaled(PathOf(fact, id), factor);
                    var device = Device.From(document.Accelerator, Catalog.Estimators);
                    var figures = BoundKernel.For(Catalog.Open(id).Accelerator, family)!.Figures;
                    var time = Seconds(work, new Machine(device), figures);
                    Assert.True(time <= last * (1 + 1e-9),
                        $"{id}, {work.Name}: {fact} x {factor}: {last} -> {time} s");
                    last = time;
                }
            }
        }
    }

    [Fact]
    public void MixedLengths_CostTheSumOfTheirKeys()
    {
        var even = DecodeOf(new StepShape
        {
            DecodeTokens = 4, DecodeSequences = 4, DecodeKvTokens = 4 * 5000,
        }, 32, 8);
        var skewed = DecodeOf(new StepShape
        {
            DecodeTokens = 4, DecodeSequences = 4, DecodeKvTokens = 17_000 + 1000 + 1000 + 1000,
        }, 32, 8);
        var machine = MachineOf("h100-sxm");
        Assert.Equal(Seconds(even, machine, Figures()), Seconds(skewed, machine, Figures()));
    }

    [Fact]
    public void GroupedHeads_ReadTheirKeysOnce()
    {
        var machine = MachineOf("h100-sxm");
        var grouped = Seconds(Decode(64, 32768, 64, 8), machine, Figures());
        var single = Seconds(Decode(64, 32768, 8, 8), machine, Figures());
        Assert.InRange(grouped / single, 1, 1.1);
    }

    [Fact]
    public void KeysOfFewHeads_AreSplitAmongMultiprocessors()
    {
        var machine = MachineOf("h100-sxm");
        var one = Decode(1, 131_072, 8, 1);
        var split = Seconds(one, machine, Figures(("library", 1)));
        var whole = Seconds(one, machine, Figures(("library", 4)));
        Assert.InRange(whole / split, 10, 132);
    }

    [Fact]
    public void HeadsInAWindow_ReadApart_WhereALibraryGathers()
    {
        var machine = MachineOf("a100-sxm-80gb");
        var wide = Decode(512, 128, 32, 4);
        var windowed = wide with { Window = 128 };
        var figures = Figures(("library", 0));
        Assert.True(Seconds(windowed, machine, figures) > 2 * Seconds(wide, machine, figures));
        figures = Figures(("library", 1));
        Assert.True(Seconds(windowed, machine, figures) < 2 * Seconds(wide, machine, figures));
    }

    [Fact]
    public void SmallKeys_StayInTheCache()
    {
        var machine = MachineOf("h100-sxm");
        var figures = Figures(("cacheShare", 0.9), ("cacheRate", 40));
        var inside = Seconds(Decode(128, 256, 8, 1), machine, figures);
        var memory = Decode(128, 256, 8, 1).KvReadBytes.Value / machine.Bandwidth;
        Model.Price(Decode(128, 256, 8, 1), machine, figures, out var time);
        Assert.True(time.Memory < 0.1 * memory && inside > 0);
    }

    [Theory]
    [InlineData(128, 128, NumberFormat.Bf16, KernelFamily.DecodeAttention)]
    [InlineData(128, 128, NumberFormat.Fp8, KernelFamily.DecodeAttentionKv8)]
    [InlineData(576, 512, NumberFormat.Bf16, KernelFamily.LatentDecode)]
    [InlineData(576, 512, NumberFormat.Int8, KernelFamily.LatentDecodeKv8)]
    [InlineData(512, 512, NumberFormat.Fp16, KernelFamily.DecodeAttentionWide)]
    public void Family_FollowsWidthsAndFormat(
        int key, int value, NumberFormat format, KernelFamily family)
    {
        var one = Decode(3, 1000, 8, 1) with
        {
            HeadDim = key,
            KvFormat = format,
            MatrixFlops = new Flops(2L * 3000 * 8 * (key + value)),
        };
        Assert.Equal(family, Families.Of(one));
        Assert.Equal(value, one.ValueDim);
    }

    [Fact]
    public void WriteOfTheCache_IsPartOfTheAttentionCall()
    {
        var write = Graphs.Of(ModelCatalog.Load("llama-3.1-8b")).Named("attention.kv_write")
            .At(Shapes.Prefill(64));
        Assert.Equal(KernelFamily.CacheWrite, Families.Of(write));
        new GpuCacheWrite().Price(write, MachineOf("h100-sxm"), [0], out var time);
        Assert.Equal(0, time.Seconds);
    }

    private static void Rising(string id, Func<int, Operator> work, IEnumerable<int> sizes)
    {
        var machine = MachineOf(id);
        var figures = BoundKernel.For(
            Catalog.Open(id).Accelerator, Families.Of(work(sizes.First())))!.Figures;
        double last = 0;
        foreach (var size in sizes)
        {
            var time = Seconds(work(size), machine, figures);
            Assert.True(time >= last * (1 - 1e-9), $"{id}, {size}: {last} -> {time} s");
            last = time;
        }
    }

    private static string PathOf(string fact, string id) => fact switch
    {
        "units" => "$.fabric.multiprocessors",
        "clock" => "$.fabric.clock",
        _ => Catalog.Open(id).Leaves.First(leaf =>
            leaf.Path.StartsWith("$.memory.", StringComparison.Ordinal)
            && leaf.Path.EndsWith("m.bandwidth", StringComparison.Ordinal)
            || leaf.Path == "$.memory.gddr.bandwidth").Path,
    };

    private static double Seconds(in Operator one, Machine machine, double[] figures)
    {
        Model.Price(one, machine, figures, out var time);
        Assert.True(time.Seconds >= time.Fixed && time.Fixed >= 0);
        return time.Seconds;
    }

    private static int Index(string name)
    {
        var index = Model.Parameters.ToList().FindIndex(one => one.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"no figure {name}");
    }

    private static double[] Figures(params (string Name, double Value)[] changes)
    {
        double[] figures = [.. Model.Parameters.Select(one => one.Start)];
        figures[Index("library")] = 1;
        foreach (var (name, value) in changes) figures[Index(name)] = value;
        return figures;
    }

    private static Machine MachineOf(string id) =>
        new(Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators));

    private static Operator Decode(int batch, int length, int heads, int kvHeads) => DecodeOf(
        new StepShape
        {
            DecodeTokens = batch, DecodeSequences = batch, DecodeKvTokens = (long)batch * length,
        },
        heads, kvHeads);

    private static Operator DecodeOf(in StepShape shape, int heads, int kvHeads) => Attention(
        OperatorKind.DecodeAttention, shape.DecodeSequences, shape.DecodeTokens,
        shape.DecodeKvTokens, shape.DecodeKvTokens, heads, kvHeads, 128);

    private static Operator Prefill(int batch, int length, int heads, int kvHeads, int dim) =>
        Chunk(batch, length, 0, heads, kvHeads, dim, 0);

    private static Operator Chunk(
        int batch, int chunk, int cached, int heads, int kvHeads, int dim, int window)
    {
        var shape = default(StepShape);
        for (var i = 0; i < batch; i++) shape = shape.WithPrompt(cached, chunk, false, window);
        return Attention(
            OperatorKind.PrefillAttention, batch, shape.PrefillTokens,
            window > 0 ? shape.WindowPrefillPairs : shape.PrefillPairs,
            window > 0 ? shape.WindowPrefillKvTokens : shape.PrefillKvTokens,
            heads, kvHeads, dim) with { Window = window };
    }

    private static Operator Attention(
        OperatorKind kind, int sequences, long queries, long pairs, long keys, int heads,
        int kvHeads, int dim) => new()
    {
        Name = $"{kind} {sequences} x {queries}",
        Kind = kind,
        Count = 1,
        Sequences = sequences,
        Queries = queries,
        Pairs = pairs,
        KvTokens = keys,
        Heads = heads,
        KvHeads = kvHeads,
        HeadDim = dim,
        ComputeFormat = NumberFormat.Bf16,
        KvFormat = NumberFormat.Bf16,
        MatrixFlops = new Flops(4 * pairs * heads * dim),
        InputBytes = new Bytes(2 * queries * heads * dim),
        OutputBytes = new Bytes(2 * queries * heads * dim),
        KvReadBytes = new Bytes(4 * keys * kvHeads * dim),
    };
}
