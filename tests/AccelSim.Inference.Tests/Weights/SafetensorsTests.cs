using System.Text;
using AccelSim.Configuration;
using AccelSim.Inference.Weights;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Inference.Tests.Weights;

public class SafetensorsTests
{
    [Fact]
    public void SoundFile_TellsTypeShapeAndBytesOfEachTensor()
    {
        using var file = new TempFile("m.safetensors", SafetensorsBytes.Of(SafetensorsBytes.Sound));
        using var weights = SafetensorsFile.Open(file.Path);
        Assert.Equal(["a", "b", "c"], weights.Names);
        Assert.True(weights.TryGet("b", out var tensor));
        Assert.Equal(WeightType.BF16, tensor.Type);
        Assert.Equal([4], tensor.Shape);
        Assert.Equal(8, tensor.Bytes);
        var numbers = new float[4];
        Dequantiser.Read(tensor, 0, numbers);
        // The bytes are 16 17 18 19 …, so the first number is 0x1110 in the upper half.
        Assert.Equal(BitConverter.Int32BitsToSingle(0x1110_0000), numbers[0]);
        Assert.False(weights.TryGet("d", out _));
    }

    [Fact]
    public void TruncatedAnywhere_IsRefused()
    {
        var sound = SafetensorsBytes.Of(SafetensorsBytes.Sound);
        for (var length = 0; length < sound.Length; length++)
        {
            var refusal = Refusal(sound[..length]);
            Assert.True(refusal is not null, $"{length} bytes were accepted");
        }
    }

    [Theory]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[0,17]}""", "end within")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[-1,15]}""", "end within")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[16,0]}""", "end within")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[0,12]}""", "12 bytes are not")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[0]}""", "end within")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[0,1,2]}""", "whole numbers")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":[0,1.5]}""", "whole numbers")]
    [InlineData("""{"dtype":"F32","shape":[2,2],"data_offsets":"0"}""", "whole numbers")]
    [InlineData("""{"dtype":"F32","shape":[2,2]}""", "data_offsets")]
    [InlineData(
        """{"dtype":"F32","shape":[2,2],"data_offsets":[0,99999999999999999999]}""",
        "whole numbers")]
    [InlineData(
        """{"dtype":"F32","shape":[2,2],"data_offsets":[0,9223372036854775807]}""", "end within")]
    [InlineData(
        """{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}""",
        "not a weight's")]
    [InlineData("""{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}""", "not a weight's")]
    [InlineData("""{"dtype":"F32","shape":[0],"data_offsets":[0,0]}""", "not a weight's")]
    [InlineData("""{"dtype":"F32","shape":[4,9223372036854775807],"data_offsets":[0,16]}""",
        "not a weight's")]
    [InlineData("""{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,4],"data_offsets":[0,16]}""",
        "whole numbers")]
    [InlineData("""{"dtype":"F32","shape":4,"data_offsets":[0,16]}""", "whole numbers")]
    [InlineData("""{"dtype":"F32","shape":["4"],"data_offsets":[0,16]}""", "whole numbers")]
    [InlineData("""{"dtype":"F32","data_offsets":[0,16]}""", "shape")]
    [InlineData("""{"dtype":"Q4","shape":[4],"data_offsets":[0,16]}""", "\"Q4\" is not known")]
    [InlineData("""{"dtype":7,"shape":[4],"data_offsets":[0,16]}""", "is not known")]
    [InlineData("""{"shape":[4],"data_offsets":[0,16]}""", "is not known")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "belong to no tensor")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[8,16]}""", "belong to no tensor")]
    [InlineData("7", "an object with dtype")]
    [InlineData("""{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}""", "twice")]
    public void WrongEntry_IsRefusedWithWhatWouldBeRight(string entry, string expected) =>
        Assert.Contains(
            expected, Refusal(SafetensorsBytes.One(entry))!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"""
        + """ "b":{"dtype":"F32","shape":[4],"data_offsets":[12,28]}}""", "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[7],"data_offsets":[0,28]},"""
        + """ "a":{"dtype":"F32","shape":[7],"data_offsets":[0,28]}}""", "twice")]
    [InlineData("""{"__metadata__":7}""", "an object of texts")]
    [InlineData("{}", "belong to no tensor")]
    [InlineData("[]", "an object")]
    [InlineData("{", "truncated")]
    [InlineData("", "empty")]
    [InlineData("   ", "empty")]
    [InlineData("{} x", "more text follows")]
    public void WrongHeader_IsRefused(string header, string expected) => Assert.Contains(
        expected, Refusal(SafetensorsBytes.Of(header))!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(1L << 40)]
    [InlineData(1000)]
    public void HeaderLongerThanTheFile_IsRefused(long length) => Assert.Contains(
        "announce a header of",
        Refusal(SafetensorsBytes.Of(SafetensorsBytes.Sound, 28, length))!.Message,
        StringComparison.Ordinal);

    [Fact]
    public void DeepHeader_IsRefused() =>
        Assert.NotNull(Refusal(SafetensorsBytes.Of(
            string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + new string('}', 100_000))));

    [Fact]
    public void DtypeThatCannotBeRun_IsRefusedOnlyWhereItIsAskedFor()
    {
        using var file = new TempFile("m.safetensors", SafetensorsBytes.One(
            """{"dtype":"I64","shape":[2],"data_offsets":[0,16]}"""));
        using var weights = SafetensorsFile.Open(file.Path);
        var error = Assert.Throws<ConfigException>(() => weights.TryGet("a", out _));
        Assert.Contains("I64", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A file with a hole takes no room on disk, and none in memory.</summary>
    [Fact]
    public void LargeFiles_AreMappedNotRead()
    {
        const long bytes = 3L << 30;
        using var file = new TempFile("m.safetensors", SafetensorsBytes.Of(
            """{"a":{"dtype":"F32","shape":[805306368],"data_offsets":[0,3221225472]}}""", 0));
        using (var stream = new FileStream(file.Path, FileMode.Open))
            stream.SetLength(stream.Length + bytes);
        Assert.Null(Bounded.Refusal(() =>
        {
            using var weights = SafetensorsFile.Open(file.Path);
            Assert.True(weights.TryGet("a", out var tensor));
            var end = new float[4];
            Dequantiser.Read(tensor, bytes / 4 - 4, end);
            Assert.Equal(new float[4], end);
        }));
    }

    [Fact]
    public void DamagedFiles_AreReadOrRefusedButNeverCrash() => Prop.ForAll(
        Damage.Of(SafetensorsBytes.Of(SafetensorsBytes.Sound), 400).ToArbitrary(),
        bytes => { Refusal(bytes); })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    [Fact]
    public void Index_LeadsToTheFileOfEachTensor()
    {
        using var file = Sharded("""{"a":"1.safetensors","b":"2.safetensors"}""");
        using var weights = ShardedSafetensors.Open(file.Path);
        Assert.True(weights.TryGet("a", out var a));
        Assert.True(weights.TryGet("b", out var b));
        Assert.Equal((4, 8), (a.Shape[0], b.Shape[0]));
        Assert.False(weights.TryGet("c", out _));
    }

    [Theory]
    [InlineData("""{"a":"3.safetensors"}""", "not found")]
    [InlineData("""{"a":"../1.safetensors"}""", "beside the index")]
    [InlineData("""{"a":"/etc/passwd"}""", "beside the index")]
    [InlineData("""{"a":""}""", "beside the index")]
    [InlineData("""{"a":7}""", "beside the index")]
    [InlineData("""{"b":"1.safetensors"}""", "has no tensor of that name")]
    [InlineData("""{"a":"1.safetensors","a":"2.safetensors"}""", "twice")]
    [InlineData("[]", "weight_map")]
    public void WrongIndex_IsRefused(string map, string expected)
    {
        using var file = Sharded(map);
        var refusal = Bounded.Refusal(() => ShardedSafetensors.Open(file.Path).Dispose());
        Assert.Contains(expected, refusal!.Message, StringComparison.Ordinal);
    }

    private static TempFile Sharded(string map)
    {
        var file = new TempFile("model.safetensors.index.json", Encoding.UTF8.GetBytes(
            $$"""{"metadata":{},"weight_map":{{map}}}"""));
        file.Beside("1.safetensors", SafetensorsBytes.Of(
            """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 16));
        file.Beside("2.safetensors", SafetensorsBytes.Of(
            """{"b":{"dtype":"F16","shape":[8],"data_offsets":[0,16]}}""", 16));
        return file;
    }

    private static ConfigException? Refusal(byte[] bytes)
    {
        using var file = new TempFile("m.safetensors", bytes);
        return Bounded.Refusal(() => SafetensorsFile.Open(file.Path).Dispose());
    }
}
