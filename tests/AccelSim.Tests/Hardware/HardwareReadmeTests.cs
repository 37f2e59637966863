using System.Text.RegularExpressions;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

/// <summary>What <c>hwconfigs/README.md</c> says is what the reader does.</summary>
public sealed class HardwareReadmeTests
{
    private static readonly string Readme = File.ReadAllText(
        Path.Combine(RepositoryRoot.Path, "hwconfigs", "README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Example_LoadsAsItStands()
    {
        var example = Regex.Match(Readme, "```jsonc\n(.*?)```", RegexOptions.Singleline);
        var document = HardwareDocument.Parse(example.Groups[1].Value, "my-chip.json");
        var capacity = document.Accelerator.Memory["l2"].Capacity;
        Assert.Equal("104.9 MB", capacity.Value.ToString());
        Assert.Equal("what if its cache were twice as large", capacity.Source.Reference);
        Assert.Equal(
            2 * Catalog.Open("h100-sxm").Accelerator.Memory["l2"].Capacity.Value.Value,
            capacity.Value.Value);
        Assert.Empty(HardwareLint.Lint(document, Catalog.Estimators));
    }

    [Theory]
    [InlineData("amount of data", typeof(Bytes))]
    [InlineData("data rate", typeof(BytesPerSecond))]
    [InlineData("operation rate", typeof(FlopsPerSecond))]
    [InlineData("operations per cycle", typeof(FlopsPerCycle))]
    [InlineData("clock, time", typeof(Hertz), typeof(Seconds))]
    [InlineData("power, energy", typeof(Watts), typeof(JoulesPerFlop), typeof(JoulesPerByte))]
    [InlineData("money", typeof(Usd), typeof(UsdPerHour), typeof(UsdPerKilowattHour))]
    [InlineData("silicon", typeof(SquareMillimetres), typeof(Nanometres))]
    [InlineData("count, ratio", typeof(Count), typeof(Ratio))]
    public void UnitOfTheTable_IsRead(string kind, params Type[] types)
    {
        var row = Regex.Match(Readme, @"\| " + kind + @" \| (.*?) \|").Groups[1].Value;
        Assert.NotEmpty(row);
        var unread = Regex.Matches(row, @"[A-Za-z%][A-Za-z0-9/^%]*")
            .Select(match => match.Value)
            .Where(unit => unit is not ("the" or "same" or "per" or "second" or "or" or "two"
                or "each"))
            .Where(unit => types.All(
                type => QuantityReader.For(type)!.Amount("8 " + unit) is null));
        Assert.Empty(unread);
    }

    [Fact]
    public void NamesListed_AreThoseOfTheReader()
    {
        Listed("Number formats: `([^`]*)`", typeof(NumberFormat));
        Listed("`topology` \\(`([^`]*)`\\)", typeof(Topology));
    }

    private static void Listed(string pattern, Type type) => Assert.Equal(
        JsonNames.OfEnum(type).Order(StringComparer.Ordinal),
        Regex.Match(Readme, pattern).Groups[1].Value
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal));
}
