using System.CommandLine;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Serving;
using AccelSim.Workloads;

namespace AccelSim.Cli.Flags;

/// <summary>Which requests come, and when.</summary>
internal sealed class LoadFlags
{
    private readonly Option<string?> _requests = Flag.Text(
        "--requests", "FILE", "A trace: Azure, Mooncake, BurstGPT, splitwise, Vidur, "
        + "LLMServingSim, vLLM's benchmark, ShareGPT lengths, or AccelSim's own.");

    private readonly Option<string?> _format = Flag.Text(
        "--requests-format", "NAME", "The trace's format, where it cannot be recognised: "
        + string.Join(", ", WorkloadReader.Formats) + ".");

    private readonly Option<bool> _skipFailed = Flag.Switch(
        "--skip-failed",
        "Leave out the trace's failed calls, which BurstGPT writes with 0 tokens.");

    private readonly Option<string?> _workload = Flag.Text(
        "--workload", "NAME", "A workload that ships with AccelSim; see \"accelsim list "
        + "workloads\".");

    private readonly Option<int?> _isl = Flag.Whole(
        "--isl", "N", "Generated load: tokens of every prompt.", Flag.MostTokens,
        "--random-input-len");

    private readonly Option<int?> _osl = Flag.Whole(
        "--osl", "N", "Generated load: tokens of every answer.", Flag.MostTokens,
        "--random-output-len");

    private readonly Option<int?> _prefix = Flag.Whole(
        "--prefix", "N", "Generated load: tokens before each prompt that all have in common.",
        Flag.MostTokens, "--random-prefix-len");

    private readonly Option<double?> _rate = Flag.Number(
        "--request-rate", "PER-SECOND", "Arrivals, drawn anew; inf sends all at once (inf for "
        + "generated load; a trace keeps its own).");

    private readonly Option<double?> _burstiness = Flag.Number(
        "--burstiness", "SHAPE", "Of the gaps with --request-rate: 1 is Poisson, less comes in "
        + "bursts (1).");

    private readonly Option<double?> _rateScale = Flag.Number(
        "--rate-scale", "FACTOR", "The trace's own arrivals, this many times as fast.");

    private readonly Option<int?> _concurrency = Flag.Whole(
        "--max-concurrency", "N", "At most so many requests in flight.");

    private readonly Option<int?> _count = Flag.Whole(
        "--num-requests", "N", "Only so many requests (generated load: 1000).",
        Flag.MostTokens, "--num-prompts");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
    [
        _requests, _format, _skipFailed, _workload, _isl, _osl, _prefix, _rate, _burstiness,
        _rateScale, _concurrency, _count,
    ];

    /// <summary>The file of requests; null where requests come from elsewhere.</summary>
    public string? File(ParseResult parsed) => parsed.GetValue(_requests);

    /// <summary>The source that the command states.</summary>
    /// <exception cref="ConfigException">None, or several; or flags that do not go
    /// together.</exception>
    public WorkloadSource Source(ParseResult parsed)
    {
        var generates = parsed.Has(_isl) || parsed.Has(_osl);
        var named =
            new[] { parsed.Has(_requests), parsed.Has(_workload), generates }.Count(on => on);
        if (named != 1)
        {
            throw new ConfigException("", 0, "--requests", named == 0
                ? "is missing; give a trace with --requests FILE, a shipped workload with "
                    + "--workload NAME, or a generated load with --isl N --osl N."
                : "--requests, --workload and --isl with --osl are three ways to say which "
                    + "requests "
                    + "come; keep one.");
        }
        CheckPairs(parsed, generates);
        if (parsed.GetValue(_workload) is { } path && Catalog.IsPath(path))
        {
            throw new ConfigException("", 0, _workload.Name,
                $"\"{path}\" is a path, but the name of a shipped workload is expected; give a "
                + "file of requests with --requests.");
        }
        var source = new WorkloadSource
        {
            File = parsed.GetValue(_requests),
            Format = parsed.GetValue(_format),
            SkipFailed = parsed.GetValue(_skipFailed),
            Shipped = parsed.GetValue(_workload),
            MaxConcurrency = parsed.GetValue(_concurrency),
            RateScale = parsed.GetValue(_rateScale),
        };
        return generates
            ? source with { Generate = Spec(parsed) }
            : source with
            {
                NumRequests = parsed.GetValue(_count),
                Arrivals = parsed.GetValue(_rate) is { } rate
                    ? WorkloadFlags.Arrivals(rate, parsed.GetValue(_burstiness) ?? 1)
                    : null,
            };
    }

    private WorkloadSpec Spec(ParseResult parsed)
    {
        var spec = new WorkloadFlags
        {
            Isl = Required(parsed, _isl),
            Osl = Required(parsed, _osl),
            RequestRate = parsed.GetValue(_rate) ?? double.PositiveInfinity,
            Burstiness = parsed.GetValue(_burstiness) ?? 1,
            NumRequests = parsed.GetValue(_count) ?? 1000,
        }.ToSpec();
        return parsed.GetValue(_prefix) is { } tokens
            ? spec with { SharedPrefix = new SharedPrefixSpec { Tokens = tokens } }
            : spec;
    }

    private static int Required(ParseResult parsed, Option<int?> flag) =>
        parsed.GetValue(flag)
        ?? throw new ConfigException("", 0, flag.Name,
            "is missing; a generated load needs both --isl and --osl.");

    private void CheckPairs(ParseResult parsed, bool generates)
    {
        Needs(parsed, _format, parsed.Has(_requests), "--requests");
        Needs(parsed, _skipFailed, parsed.Has(_requests), "--requests");
        Needs(parsed, _prefix, generates, "--isl and --osl");
        Needs(parsed, _burstiness, parsed.Has(_rate), "--request-rate");
        if (parsed.Has(_rateScale) && (generates || parsed.Has(_rate)))
        {
            throw new ConfigException("", 0, _rateScale.Name,
                "scales the arrivals of a trace; with drawn ones say another --request-rate.");
        }
        if (double.IsPositiveInfinity(parsed.GetValue(_burstiness) ?? 1)
            || double.IsPositiveInfinity(parsed.GetValue(_rateScale) ?? 1))
        {
            throw new ConfigException("", 0, "", "only --request-rate may be inf.");
        }
    }

    private static void Needs(ParseResult parsed, Option flag, bool there, string other)
    {
        if (parsed.Has(flag) && !there)
            throw new ConfigException("", 0, flag.Name, $"says nothing without {other}.");
    }
}
