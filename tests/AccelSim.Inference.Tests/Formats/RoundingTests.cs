using AccelSim.Inference.Formats;
using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Formats;

/// <summary>What formats do to numbers, against their definitions.</summary>
public sealed class RoundingTests
{
    /// <summary>A few roundings of fp32.</summary>
    private const float Slack = 4e-6f;

    [Theory]
    [InlineData(2, 32)]
    [InlineData(2, 128)]
    [InlineData(3, 32)]
    [InlineData(3, 128)]
    public void Affine_IsOffByHalfAStepAtMost(int bits, int group)
    {
        var (exact, rounded) = Round(
            new Storage(bits == 2 ? StorageKind.Int2 : StorageKind.Int3, group, HasOffset: true));
        HalfAStep(exact, rounded, group, part => (part.Max() - part.Min()) / ((1 << bits) - 1));
    }

    /// <summary>All 254 finite numbers of the format, and what lies between them.</summary>
    [Fact]
    public void Fp8_ExpandsToWhatItsDefinitionSays()
    {
        using var matrix = new Matrix(1, 256, new Storage(StorageKind.Fp8));
        var levels = Enumerable.Range(0, 127).Select(bits => (bits >> 3) == 0
            ? (bits & 7) * Math.Pow(2, -9)
            : (1 + (bits & 7) / 8.0) * Math.Pow(2, (bits >> 3) - 7)).ToArray();
        Assert.Equal(448, levels[^1]);
        var random = new SimRandom(8, "fp8");
        float[] row = [448, .. levels.Select(level => (float)level)];
        float[] drawn = [.. Enumerable.Range(0, 128).Select(_ => (float)(
            (random.NextDouble() < 0.5 ? -1 : 1) * Math.Pow(2, 20 * random.NextDouble() - 11.5)))];
        row = [.. row, .. drawn.Select(value => Math.Clamp(value, -448, 448))];
        Packer.Pack(matrix, 0, row);
        var kept = new float[256];
        Linear.ReadRow(matrix, 0, kept);
        for (var i = 0; i < 128; i++) Assert.Equal(row[i], kept[i]);
        for (var i = 128; i < 256; i++)
        {
            var least = levels.Min(level => Math.Abs(level - Math.Abs(row[i])));
            Assert.InRange(Math.Abs(kept[i] - row[i]), 0, least * (1 + 1e-6));
        }
    }

    [Fact]
    public void NormalFloat_TakesTheNearestLevel()
    {
        var (exact, rounded) = Round(new Storage(StorageKind.Nf4, 64));
        foreach (var (from, to) in exact.Chunk(64).Zip(rounded.Chunk(64)))
        {
            var largest = from.Max(Math.Abs);
            for (var i = 0; i < from.Length; i++)
            {
                var least = NormalFloat.Levels.Min(
                    level => Math.Abs(level * largest - from[i]));
                Assert.InRange(Math.Abs(to[i] - from[i]), 0, least + Slack);
            }
        }
    }

    [Fact]
    public void NormalFloat_LevelsHoldNormalNumbersAboutEquallyOften()
    {
        // Levels are quantiles: no level holds more than twice its share, the ends aside.
        var random = new SimRandom(3, "normal");
        var row = Enumerable.Range(0, 64_000).Select(_ => (float)random.NextNormal()).ToArray();
        var shares = row.Chunk(64).SelectMany(part =>
        {
            var largest = part.Max(Math.Abs);
            return Round(new Storage(StorageKind.Nf4, 64), part)
                .Select(value => MathF.Round(value / largest, 3));
        }).CountBy(level => level).ToDictionary(pair => pair.Key, pair => pair.Value / 64e3);
        Assert.Equal(16, shares.Count);
        Assert.InRange(shares.Values.Max(), 1 / 16.0, 2 / 16.0);
    }

    [Fact]
    public void TwoOfFour_KeepsTheTwoLargestAsTheyAre()
    {
        var (exact, rounded) = Round(new Storage(StorageKind.Sparse24));
        foreach (var (from, to) in exact.Chunk(4).Zip(rounded.Chunk(4)))
        {
            Assert.Equal(2, to.Count(value => value != 0));
            var kept = from.Zip(to).Where(pair => pair.Second != 0).ToList();
            Assert.All(kept, pair => Assert.Equal(pair.First, pair.Second));
            // Equal ones may go either way.
            Assert.Equal(
                from.Select(Math.Abs).OrderDescending().Take(2),
                kept.Select(pair => Math.Abs(pair.Second)).OrderDescending());
        }
    }

    [Fact]
    public void HalfOfARow_KeepsTheLarger()
    {
        var (exact, rounded) = Round(new Storage(StorageKind.SparseHalf));
        Assert.Equal(exact.Length / 2, rounded.Count(value => value == 0));
        var kept = exact.Zip(rounded).Where(pair => pair.Second != 0).ToList();
        Assert.All(kept, pair => Assert.Equal(pair.First, pair.Second));
        var dropped = exact.Zip(rounded).Where(pair => pair.Second == 0);
        Assert.True(
            kept.Min(pair => Math.Abs(pair.First)) >= dropped.Max(pair => Math.Abs(pair.First)));
    }

    [Fact]
    public void Bits_CountScalesAndMasks()
    {
        Assert.Equal(2.5, new Storage(StorageKind.Int2, 128, true).BitsWithScales(512));
        Assert.Equal(5, new Storage(StorageKind.Int3, 32, true).BitsWithScales(512));
        Assert.Equal(4.5, new Storage(StorageKind.Nf4, 64).BitsWithScales(256));
        Assert.Equal(8.125, new Storage(StorageKind.Fp8).BitsWithScales(256));
        Assert.Equal(9, new Storage(StorageKind.Sparse24).BitsWithScales(256));
        Assert.Equal(10, new Storage(StorageKind.SparseHalf).BitsWithScales(256));
    }

    [Fact]
    public void ZerosAndRepeatedNumbers_Stay()
    {
        Storage[] all =
        [
            new(StorageKind.Int2, 32, true), new(StorageKind.Int3, 32, true),
            new(StorageKind.Nf4, 32),
        ];
        foreach (var storage in all)
        {
            foreach (var value in new[] { 0f, 0.75f, -3f })
            {
                Assert.All(
                    Round(storage, Enumerable.Repeat(value, 40).ToArray()),
                    rounded => Assert.Equal(value, rounded, 1e-6f));
            }
        }
    }

    /// <summary>Groups whose scale has no inverse, and ranges that no fp32 number holds.</summary>
    [Theory]
    [InlineData(StorageKind.Int8, 32, false)]
    [InlineData(StorageKind.Int4, 32, false)]
    [InlineData(StorageKind.Fp8, 32, false)]
    [InlineData(StorageKind.Nf4, 32, false)]
    [InlineData(StorageKind.Int3, 32, true)]
    [InlineData(StorageKind.Int2, 32, true)]
    public void ExtremeNumbers_StayNumbers(StorageKind kind, int group, bool hasOffset)
    {
        foreach (var size in new[] { 1e-39f, 1e-44f, 3.4e38f })
        {
            var row = Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? size : -size).ToArray();
            var kept = Round(new Storage(kind, group, hasOffset), row);
            Assert.All(kept, value => Assert.InRange(value, -2 * size, 2 * size));
            if (size > 1) Assert.All(kept.Zip(row), pair => Assert.Equal(
                pair.Second, pair.First, Math.Abs(pair.Second) * 1e-6f));
        }
    }

    /// <summary>Offsets are written where there is room for them.</summary>
    [Theory]
    [InlineData(StorageKind.Int3, false, "Two and three bits have offsets.")]
    [InlineData(StorageKind.Int8, true, "Only whole numbers of four bits and fewer have offsets.")]
    public void OffsetsThatAFormatDoesNotHave_AreRefused(
        StorageKind kind, bool hasOffset, string message) => Assert.StartsWith(
        message,
        Assert.Throws<ArgumentException>(() => new Matrix(1, 32, new Storage(kind, 32, hasOffset)))
            .Message,
        StringComparison.Ordinal);

    private static void HalfAStep(
        float[] exact, float[] rounded, int group, Func<float[], float> stepOf)
    {
        var most = 0f;
        var size = group == 0 ? exact.Length : group;
        foreach (var (from, to) in exact.Chunk(size).Zip(rounded.Chunk(size)))
        {
            var step = stepOf(from);
            for (var i = 0; i < from.Length; i++)
            {
                var error = Math.Abs(to[i] - from[i]) / step;
                Assert.InRange(error, 0, 0.5f + Slack * 100);
                most = Math.Max(most, error);
            }
        }
        // A finer grid than the format's would pass without this.
        Assert.InRange(most, 0.45f, 1);
    }

    private static (float[] Exact, float[] Rounded) Round(Storage storage)
    {
        // Numbers of sparse formats have 16 bits.
        var exact = Round(new Storage(StorageKind.Bf16), Row(4096));
        return (exact, Round(storage, exact));
    }

    /// <summary>What is read of a row that was packed.</summary>
    private static float[] Round(Storage storage, float[] row)
    {
        using var matrix = new Matrix(1, row.Length, storage);
        Packer.Pack(matrix, 0, row);
        var kept = new float[row.Length];
        Linear.ReadRow(matrix, 0, kept);
        return kept;
    }

    private static float[] Row(int count)
    {
        var random = new SimRandom(9, "row");
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }
}
