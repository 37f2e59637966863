using System.Text.Json;
using AccelSim.Metrics;

namespace AccelSim.Reports;

/// <summary>The part of a summary on how much stands on measured ground.</summary>
public static class SummaryDomain
{
    /// <summary>Writes it as the member <c>domain</c>.</summary>
    public static void Write(Utf8JsonWriter json, PriceDomain domain)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(domain);
        json.WriteStartObject("domain");
        json.WriteNumber("inside", domain.Inside);
        json.WriteNumber("transferred", domain.Transferred);
        json.WriteNumber("outside", domain.Outside);
        json.WriteNumber("data_sheet", domain.Sheet);
        json.WriteStartArray("beyond");
        foreach (var beyond in domain.Beyond)
        {
            json.WriteStartObject();
            json.WriteString("family", JsonOutput.Name(beyond.Family));
            json.WriteString("axis", beyond.Axis);
            json.WriteNumber("size", beyond.Size);
            json.Number("low", beyond.Low);
            json.Number("high", beyond.High);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
