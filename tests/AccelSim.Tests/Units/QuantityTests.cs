using AccelSim.Units;

namespace AccelSim.Tests.Units;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("80 GB", 80_000_000_000)]
    [InlineData("80 GiB", 85_899_345_920)]
    [InlineData("80 Gbit", 10_000_000_000)]
    [InlineData("1e3B", 1000)]
    public void Bytes_ReadDecimalBinaryAndBitUnits(string text, long bytes) =>
        Assert.Equal(bytes, Quantity.Parse<Bytes>(text).Value);

    [Theory]
    [InlineData("3.35 TB", "\"3.35 TB\" is not a quantity in B/s; write it as \"3.35 TB/s\".")]
    [InlineData("3.35", "\"3.35\" has no unit; write it as \"3.35 TB/s\".")]
    [InlineData("fast", "\"fast\" is not a quantity in B/s; write it as \"3.35 TB/s\".")]
    [InlineData("NaN TB/s", "\"NaN TB/s\" is not a quantity in B/s; write it as \"3.35 TB/s\".")]
    [InlineData("3,35 TB/s", "\"3,35 TB/s\" is not a quantity in B/s; write it as \"3.35 TB/s\".")]
    [InlineData("2 gb/s", "\"2 gb/s\" is not a quantity in B/s; write it as \"2 GB/s\".")]
    public void BytesPerSecond_SaysWhatWouldBeRight(string text, string expected)
    {
        Assert.False(Quantity.TryParse<BytesPerSecond>(text, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(999, "999 s")]
    [InlineData(1640.6, "27.3 min")]
    [InlineData(9000, "2.5 h")]
    [InlineData(8_792_675, "101.8 days")]
    public void Seconds_ReadAsPeopleSayThem(double seconds, string text) =>
        Assert.Equal(text, new Seconds(seconds).Readable());

    [Fact]
    public void Watts_TellMilliFromMega()
    {
        Assert.Equal(0.7, Quantity.Parse<Watts>("700 mW").Value, 12);
        Assert.Equal(700e6, Quantity.Parse<Watts>("700 MW").Value, 0);
    }

    [Theory]
    [InlineData(3.35e12, "3.35 TB/s")]
    [InlineData(0, "0 B/s")]
    [InlineData(512, "512 B/s")]
    public void Format_TakesTheLargestUnitAtOrAboveOne(double value, string text) =>
        Assert.Equal(text, Quantity.Format(new BytesPerSecond(value)));

    [Fact]
    public void SimTime_RefusesInfiniteDelays() =>
        Assert.Throws<OverflowException>(
            () => new SimTime(0) + new Seconds(double.PositiveInfinity));
}
