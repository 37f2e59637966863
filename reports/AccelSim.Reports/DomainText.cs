using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Metrics;

namespace AccelSim.Reports;

/// <summary>How much of a result stands on measured ground, in words.</summary>
public static class DomainText
{
    /// <summary>The shares of step time that are not zero.</summary>
    public static string Shares(PriceDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var parts = new[]
        {
            (domain.Inside, "within the sizes measured on this device"),
            (domain.Transferred, "by figures of other devices, within the sizes measured there"),
            (domain.Outside, "by fitted figures beyond the sizes measured"),
            (domain.Sheet, "by the data sheet and fixed costs"),
        };
        return string.Join(", ", parts
            .Where(part => part.Item1 > 0)
            .Select(part => $"{HtmlText.Percent(part.Item1)} {part.Item2}"));
    }

    /// <summary>A size beyond those measured, and which those are.</summary>
    public static string Beyond(SizeBeyond beyond) =>
        $"{JsonNames.Of(beyond.Family.ToString())}: {beyond.Axis} {Size(beyond.Size)}, measured "
        + $"{Size(beyond.Low)} to {Size(beyond.High)}";

    private static string Size(double size) => size == Math.Floor(size)
        ? size.ToString("N0", CultureInfo.InvariantCulture)
        : HtmlText.Number(size);
}
