using System.Buffers.Binary;
using AccelSim.Inference.Weights;

namespace AccelSim.Inference.Tests.Weights;

/// <summary>
/// Super-blocks of known bytes, against numbers from another reading of ggml's loops.
/// </summary>
public class DequantiserTests
{
    [Fact]
    public void Q4K_HasTheNumbersOfGgml()
    {
        byte[] block = [.. Half(0.25f), .. Half(0.5f), .. Pattern(140)];
        AssertNumbers(WeightType.Q4_K, block, 8210.0, 868716.0,
            [
                3.75f, 17.5f, 10, 94, 37.25f, -20.5f, 51, 152.5f, -6.25f, -14.5f, -12.5f, 1.5f,
                -5.75f, 30.5f, 40, 4,
            ]);
    }

    [Fact]
    public void Q6K_HasTheNumbersOfGgml()
    {
        byte[] block = [.. Pattern(208), .. Half(0.25f)];
        AssertNumbers(WeightType.Q6_K, block, 1153.0, 194952.0,
            [
                -357.75f, 128, -57.75f, 145, -166.25f, 465, 174, -387.5f, -61.75f, -144, 442.25f,
                -735, -0f, 189, 199.75f, -15,
            ]);
    }

    [Fact]
    public void Q8_IsScaleTimesSignedByte()
    {
        byte[] block =
        [
            .. Half(0.5f),
            .. Enumerable.Range(0, 32).Select(i => unchecked((byte)(i * 9))),
        ];
        var numbers = new float[32];
        Dequantiser.Read(WeightType.Q8_0, block, numbers);
        Assert.Equal(
            Enumerable.Range(0, 32).Select(i => 0.5f * unchecked((sbyte)(i * 9))), numbers);
    }

    [Fact]
    public void Q4_HasLowHalvesFirst()
    {
        byte[] block = [.. Half(2), .. Enumerable.Range(0, 16).Select(i => (byte)(i | 0x30))];
        var numbers = new float[32];
        Dequantiser.Read(WeightType.Q4_0, block, numbers);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => 2f * (i - 8)), numbers[..16]);
        Assert.All(numbers[16..], number => Assert.Equal(-10f, number));
    }

    [Theory]
    [InlineData(WeightType.Q4_0, 18, 31)]
    [InlineData(WeightType.Q4_0, 17, 32)]
    [InlineData(WeightType.F16, 3, 2)]
    public void LengthsThatDoNotBelongTogether_AreRefused(WeightType type, int bytes, int numbers)
        => Assert.Throws<ArgumentException>(
            () => Dequantiser.Read(type, new byte[bytes], new float[numbers]));

    private static void AssertNumbers(
        WeightType type, byte[] block, double sum, double weighted, float[] everySeventeenth)
    {
        var numbers = new float[256];
        Dequantiser.Read(type, block, numbers);
        Assert.Equal(everySeventeenth, numbers.Where((_, i) => i % 17 == 0));
        Assert.Equal(sum, numbers.Sum(number => (double)number));
        Assert.Equal(weighted, numbers.Select((number, i) => (double)number * i).Sum());
    }

    private static IEnumerable<byte> Pattern(int count) =>
        Enumerable.Range(0, count).Select(i => unchecked((byte)(i * 37 + 11)));

    private static byte[] Half(float value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
        return bytes;
    }
}
