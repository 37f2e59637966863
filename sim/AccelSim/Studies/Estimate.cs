using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Studies;

/// <summary>What a static batch takes: no queue, no arrivals, everybody in step.</summary>
/// <remarks>
/// All prompts come at once and are computed in steps of at most
/// <see cref="EngineSettings.MaxNumBatchedTokens"/> tokens; when the last has its first token, all
/// decode together. A served workload queues besides: <c>simulate</c> tells how much.
/// </remarks>
public sealed class Estimate
{
    /// <summary>
    /// Contexts at which decoding is priced, at the most; its cost is smooth between.
    /// </summary>
    private const int MostSamples = 64;

    private readonly Deployment _deployment;

    /// <summary>Estimates on a deployment.</summary>
    /// <exception cref="ConfigException">It asks for what lengths alone cannot tell.</exception>
    public Estimate(Deployment deployment)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        deployment.Settings.RefuseCascade("prompts of an estimate are lengths alone");
        _deployment = deployment;
    }

    /// <summary>Estimates one point.</summary>
    /// <param name="isl">Prompt tokens of each request.</param>
    /// <param name="osl">Tokens that each request generates.</param>
    /// <param name="batch">Requests.</param>
    /// <exception cref="ConfigException">A number is not positive.</exception>
    /// <exception cref="InfeasiblePlanException">The batch's KV cache does not fit.</exception>
    public EstimatePoint Of(int isl, int osl, int batch)
    {
        Positive(isl, "--isl");
        Positive(osl, "--osl");
        Positive(batch, "--batch");
        var perRank = PerRank(batch);
        var blocks = (long)perRank * Divide(isl + osl - 1, _deployment.Settings.BlockSize);
        if (blocks > _deployment.Memory.Blocks)
        {
            throw new InfeasiblePlanException(
                $"batch {batch} of {isl} + {osl} tokens needs {blocks} KV blocks; "
                + $"{_deployment.Memory.Blocks} fit {_deployment.Device.Spec.Id}.");
        }
        var prefill = Prefill(isl, perRank);
        var decode = Decode(isl, osl, perRank);
        var engines = _deployment.Engines;
        var joules = (prefill.Joules + decode.Joules * (osl - 1)).Value
            * _deployment.Graph.Plan.DataParallel;
        var ttft = _deployment.Engine.Host.PerRequest.Value + prefill.Time;
        var e2e = ttft + (osl - 1) * decode.Time;
        var idle = (_deployment.Device.Idle.Value * e2e).Value * _deployment.Accelerators;
        var node = _deployment.Node;
        var host = node.Host.Power is { } power ? (power.Value * e2e).Value * node.Nodes : 0;
        var tokens = (double)batch * osl;
        // Of one engine; the others do the same beside it.
        var drawn = joules + idle + host;
        var usd = CostLines.Of(_deployment, e2e, new Joules(drawn)).Sum(line => line.Amount);
        return new EstimatePoint(
            isl, osl, batch, ttft, prefill, decode, e2e, tokens / e2e.Value,
            engines * drawn / tokens, engines * usd / tokens * 1e6,
            blocks, _deployment.Memory.Blocks)
        {
            Domain = DomainOf(prefill, decode, osl - 1),
        };
    }

    private PriceDomain DomainOf(PhaseEstimate prefill, PhaseEstimate decode, int steps)
    {
        var sum = prefill.Ground;
        sum.Add(decode.Ground, steps);
        return PriceDomain.Of(sum, [_deployment]);
    }

    /// <summary>
    /// The step that decodes at the middle of the output: what <c>explain</c> shows.
    /// </summary>
    public StepShape TypicalDecode(int isl, int osl, int batch) =>
        DecodeShape(isl + (osl + 1) / 2, MicroBatch(batch, out _), isl);

    /// <summary>The first prefill step of a batch.</summary>
    public StepShape FirstPrefill(int isl, int batch) =>
        PrefillSteps(isl, PerRank(batch)).First();

    /// <summary>Every prefill step of a batch.</summary>
    public IReadOnlyList<StepShape> AllPrefills(int isl, int batch) =>
        [.. PrefillSteps(isl, PerRank(batch))];

    /// <summary>Requests of the fullest rank; engines share the batch evenly.</summary>
    private int PerRank(int batch) =>
        Divide(batch, _deployment.Graph.Plan.DataParallel * _deployment.Engines);

    private int MicroBatch(int batch, out int groups)
    {
        var perRank = PerRank(batch);
        groups = Math.Min(_deployment.Stages.Count, perRank);
        return Divide(perRank, groups);
    }

    private PhaseEstimate Prefill(int isl, int batch)
    {
        var sum = new PhaseSum(_deployment);
        double rest = 0;
        foreach (var shape in PrefillSteps(isl, batch))
        {
            // Steps follow each other through the pipeline; the last one has to run dry.
            rest = sum.Add(shape, Ranked(shape), 1);
        }
        return sum.Result(rest, 1);
    }

    private PhaseEstimate Decode(int isl, int osl, int batch)
    {
        var sum = new PhaseSum(_deployment);
        var steps = osl - 1;
        if (steps == 0) return sum.Result(0, 1);
        var groups = Math.Min(_deployment.Stages.Count, batch);
        var micro = Divide(batch, groups);
        var samples = Math.Min(steps, MostSamples);
        for (var i = 0; i < samples; i++)
        {
            // Token 2 reads isl + 1 tokens, the last one isl + osl − 1.
            var context = isl + 1 + (int)((2L * i + 1) * steps / (2L * samples));
            var shape = DecodeShape(context, micro, isl);
            sum.AddPipelined(shape, Ranked(shape), groups);
        }
        return sum.Result(0, samples);
    }

    private StepShape DecodeShape(int context, int sequences, int prompt)
    {
        var window = _deployment.Graph.Model.Window;
        return new StepShape
        {
            DecodeTokens = sequences,
            DecodeSequences = sequences,
            DecodeKvTokens = (long)sequences * context,
            WindowDecodeKvTokens = window == 0 ? 0 : (long)sequences * Math.Min(context, window),
            CrossKvTokens = (long)sequences * prompt,
            SampledTokens = sequences,
        };
    }

    private StepShape Ranked(in StepShape shape)
    {
        var ranks = _deployment.Graph.Plan.DataParallel;
        return ranks == 1 ? shape : shape with { ExpertTokens = shape.Tokens * ranks };
    }

    /// <summary>Prompts one after the other, cut where a step is full.</summary>
    private IEnumerable<StepShape> PrefillSteps(int isl, int batch)
    {
        var budget = _deployment.Settings.MaxNumBatchedTokens;
        var window = _deployment.Graph.Model.Window;
        var step = default(StepShape);
        for (var request = 0; request < batch; request++)
        {
            for (var done = 0; done < isl;)
            {
                var chunk = Math.Min(isl - done, budget - step.PrefillTokens);
                step = step.WithPrompt(done, chunk, done + chunk == isl, window);
                done += chunk;
                if (step.PrefillTokens < budget) continue;
                yield return step;
                step = default;
            }
        }
        if (step.PrefillTokens > 0) yield return step;
    }

    private static int Divide(int value, int by) => (value + by - 1) / by;

    private static void Positive(int value, string flag)
    {
        if (value < 1)
            throw new ConfigException("", 0, flag, $"must be at least 1, but found {value}.");
    }
}

/// <summary>One estimated point.</summary>
/// <param name="Isl">Prompt tokens.</param>
/// <param name="Osl">Output tokens.</param>
/// <param name="Batch">Requests.</param>
/// <param name="Ttft">
/// From the start until every request has its first token, the front end included.
/// </param>
/// <param name="Prefill">All prompts.</param>
/// <param name="Decode">One token of each request; its time is the TPOT.</param>
/// <param name="E2e">TTFT + (osl − 1) · TPOT.</param>
/// <param name="OutputTokensPerSecond">batch · osl / E2E, of the replica.</param>
/// <param name="JoulesPerOutputToken">Of all accelerators, idling and host included.</param>
/// <param name="UsdPerMillionOutputTokens">Of all accelerators and their hosts.</param>
/// <param name="KvBlocks">KV blocks that the batch takes on a rank.</param>
/// <param name="KvBlocksTotal">KV blocks that there are.</param>
public sealed record EstimatePoint(
    int Isl, int Osl, int Batch, Seconds Ttft, PhaseEstimate Prefill, PhaseEstimate Decode,
    Seconds E2e,
    double OutputTokensPerSecond, double JoulesPerOutputToken, double UsdPerMillionOutputTokens,
    long KvBlocks, long KvBlocksTotal)
{
    /// <summary>What ground the time of its steps stands on.</summary>
    public required PriceDomain Domain { get; init; }

    /// <summary>How far its metrics may be off; null where that was not asked for.</summary>
    public MetricBands? Bands { get; init; }

    /// <summary>Mean time of one token of each request; null where only one is generated.</summary>
    public Seconds? Tpot => Osl > 1 ? Decode.Time : null;

    /// <summary>What one user sees.</summary>
    public double? TokensPerSecondPerUser => Tpot is { } tpot ? 1 / tpot.Value : null;

    /// <summary>The metrics by name, as JSON spells them.</summary>
    public IReadOnlyDictionary<string, double> Values()
    {
        var values = new Dictionary<string, double>
        {
            ["ttft_ms"] = Ttft.Milliseconds,
            ["e2e_ms"] = E2e.Milliseconds,
            ["output_tokens_per_second"] = OutputTokensPerSecond,
            ["joules_per_output_token"] = JoulesPerOutputToken,
            ["usd_per_million_output_tokens"] = UsdPerMillionOutputTokens,
        };
        if (Tpot is not { } tpot) return values;
        values["tpot_ms"] = tpot.Milliseconds;
        values["output_tokens_per_second_per_user"] = TokensPerSecondPerUser!.Value;
        return values;
    }
}

/// <summary>What a phase of an estimate takes.</summary>
/// <param name="Time">Its time; of decoding, the mean of one step.</param>
/// <param name="Joules">Energy beyond idling of all its ranks.</param>
/// <param name="Shares">What it waits for, largest first; they sum to 1.</param>
/// <param name="Ground">Seconds of its steps, of all stages, by what they rest on.</param>
public sealed record PhaseEstimate(
    Seconds Time, Joules Joules, IReadOnlyList<ResourceShare> Shares, GroundVector Ground);
