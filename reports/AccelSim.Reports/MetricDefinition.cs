namespace AccelSim.Reports;

/// <summary>What a metric means, in the words that every table and report prints.</summary>
/// <param name="Name">As <c>summary.json</c> spells it.</param>
/// <param name="Label">As tables spell it.</param>
/// <param name="Text">The definition.</param>
public sealed record MetricDefinition(string Name, string Label, string Text)
{
    /// <summary>How percentiles are taken, everywhere.</summary>
    public const string PercentileRule =
        "Nearest rank: the smallest value that at least that share of the values do not exceed. "
        + "Nothing is interpolated. ITL percentiles are read from buckets 0.1 % wide.";

    /// <summary>All of them, in the order in which they are printed.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        new("ttft_ms", "TTFT",
            "Time to first token: first output token − sending. Queueing and prefill are in it."),
        new("tpot_ms", "TPOT",
            "Time per output token of a request: (last − first output token) / (N − 1); "
            + "none for N = 1."),
        new("itl_ms", "ITL",
            "Inter-token latency: every gap between two output tokens, over all tokens."),
        new("e2e_ms", "E2E", "End-to-end latency: last output token − sending."),
        new("output_tokens_per_second", "output tokens/s",
            "Output tokens / time from the first sending to the last token."),
        new("total_tokens_per_second", "total tokens/s",
            "Prompt and output tokens / the same time; prompt tokens spared by the prefix cache "
            + "are counted."),
        new("requests_per_second", "requests/s", "Served requests / the same time."),
        new("goodput_requests_per_second", "goodput",
            "Served requests that met every SLO of their class / the same time."),
        new("slo_attainment", "SLO attainment",
            "Requests that met every SLO / all requests, rejected ones included."),
        new("joules_per_output_token", "J/output token",
            "Energy of all accelerators and hosts, idling included / output tokens."),
        new("usd_per_million_output_tokens", "USD/M output tokens",
            "Price of all accelerators and hosts for the time of the run, with electricity / "
            + "million output tokens."),
        new("cached_tokens", "prefix-cache hit rate",
            "Prompt tokens found in the prefix cache / prompt tokens, of served requests."),
        new("limits", "what limits it",
            "Share of step time that each resource is to blame for: the one an operator waits "
            + "for. Shares of a phase sum to 1."),
        new("provenance", "rests on",
            "Share of step time by the weakest fact behind it: the fitted figures of the kernel, "
            + "or those of the resource to blame."),
        new("domain", "domain",
            "Share of step time priced within the sizes that the fitted figures were measured at, "
            + "by figures of other devices, beyond those sizes, or by the data sheet alone."),
    ];

    /// <summary>The definition of a metric.</summary>
    /// <param name="name">As <c>summary.json</c> spells it.</param>
    public static MetricDefinition Of(string name) =>
        All.FirstOrDefault(definition => definition.Name == name)
        ?? throw new ArgumentException($"There is no metric \"{name}\".", nameof(name));
}
