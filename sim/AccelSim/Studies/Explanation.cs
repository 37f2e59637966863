using System.Globalization;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Studies;

/// <summary>
/// Expands every number of an estimate: formula, values, lines of the hardware file.
/// </summary>
public static partial class Explanation
{
    /// <summary>Marks the resource that an operator waits for.</summary>
    private const string Binding = " ←";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Explains a point.</summary>
    /// <exception cref="Configuration.ConfigException">A number is not positive.</exception>
    /// <exception cref="InfeasiblePlanException">It does not fit.</exception>
    public static IReadOnlyList<ExplainedNumber> Of(
        Deployment deployment, int isl, int osl, int batch)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var estimate = new Estimate(deployment);
        var point = estimate.Of(isl, osl, batch);
        List<ExplainedNumber> numbers =
        [
            new("TTFT", point.Ttft.ToString(),
                FrontEnd(deployment) + "sum over the prefill steps of the batch",
                $"{batch} × {isl} tokens in steps of at most "
                + $"{deployment.Settings.MaxNumBatchedTokens}", [],
                Prefills(deployment, estimate.AllPrefills(isl, batch))),
        ];
        if (point.Tpot is { } tpot)
        {
            var step = Step(
                deployment, "decode step at the middle of the output",
                estimate.TypicalDecode(isl, osl, batch));
            numbers.Add(new(
                "TPOT", tpot.ToString(), "mean over the decode steps of the batch",
                $"{osl - 1} steps, contexts {isl + 1} to {isl + osl - 1}", [], [step]));
        }
        numbers.Add(new(
            "E2E", point.E2e.ToString(), "TTFT + (osl − 1) × TPOT",
            $"{point.Ttft} + {osl - 1} × {point.Tpot ?? default}", [], []));
        numbers.Add(new(
            "output tokens/s", Number(point.OutputTokensPerSecond), "batch × osl / E2E",
            $"{batch} × {osl} / {point.E2e}", [], []));
        var used = Used(deployment, numbers);
        numbers.Add(Memory(deployment, point));
        numbers.Add(Energy(deployment, point, used));
        numbers.Add(Cost(deployment, point));
        numbers.AddRange(Rates(used));
        return numbers;
    }

    private static string FrontEnd(Deployment deployment) =>
        deployment.Engine.Host.PerRequest.Value is { Value: > 0 } time
            ? $"{time} of the front end + "
            : "";

    /// <summary>One step, operator by operator, as the cost model prices it.</summary>
    public static ExplainedNumber Step(Deployment deployment, string name, StepShape shape)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        List<ExplainedNumber> parts = [];
        double total = 0;
        var ranks = deployment.Graph.Plan.DataParallel;
        if (ranks > 1) shape = shape with { ExpertTokens = shape.Tokens * ranks };
        for (var stage = 0; stage < deployment.Stages.Count; stage++)
        {
            var pricer = deployment.Stages[stage];
            double layers = 0, sent = 0;
            foreach (var template in pricer.Operators)
            {
                var one = template.At(shape);
                pricer.Model.Price(one, out var price);
                if (price.Seconds == 0) continue;
                var all = template.Count * price.Seconds;
                if (one.Kind == OperatorKind.SendReceive) sent += all;
                else if (one.Kind != OperatorKind.WeightLoad) layers += all;
                parts.Add(Operator(pricer.Model, template, one, price));
            }
            pricer.Price(shape, out var whole);
            var seconds = whole.Share[pricer.Model.HostResource];
            total += pricer.WithLoads(layers + seconds) + sent;
            if (stage > 0 && seconds == 0) continue;
            var host = pricer.Model.Resources[pricer.Model.HostResource];
            parts.Add(new(
                stage == 0 ? "host" : $"host of stage {stage}", Time(seconds), host.Formula,
                host.Rate, host.Facts, []));
        }
        return new(
            name, Time(total), "sum over operators of count × time, plus host time"
                + (deployment.Settings.OffloadWeights.Value > 0
                    ? "; loads of weights run beside it: the longer of the two" : ""),
            $"{shape.PrefillTokens} prompt tokens, {shape.DecodeTokens} decoding sequences reading "
            + $"{shape.DecodeKvTokens} KV tokens", [], parts);
    }

    private static ExplainedNumber Memory(Deployment deployment, EstimatePoint point)
    {
        var budget = deployment.Memory;
        return new(
            "KV blocks", $"{point.KvBlocks} of {point.KvBlocksTotal}",
            "(capacity × gpu-memory-utilization − weights − activations − runtime − state) / block",
            string.Create(Culture,
                $"({budget.Capacity.Value} × {deployment.Settings.GpuMemoryUtilization} − "
                + $"{budget.Weights} − {budget.Activations} − {budget.Runtime.Value} − "
                + $"{budget.State}) / {budget.BlockBytes}"),
            [budget.Capacity.Source, budget.Runtime.Source], MemoryParts(deployment));
    }

    private static ExplainedNumber Energy(
        Deployment deployment, EstimatePoint point, IReadOnlyList<Resource> used)
    {
        var idle = deployment.Device.Idle;
        var decode = point.Tpot is null ? default : point.Decode.Joules;
        return new(
            "J per output token", Number(point.JoulesPerOutputToken) + " J",
            "(prefill + (osl − 1) × decode step + (idle × accelerators + host) × E2E) "
            + "/ (batch × osl)",
            $"({point.Prefill.Joules} + {point.Osl - 1} × {decode} + ({idle.Value} × "
            + $"{deployment.Accelerators} + {HostPower(deployment)}) × {point.E2e}) / "
            + $"({point.Batch} × {point.Osl})",
            [idle.Source, .. EnergyFacts(used)], EnergyParts(deployment, point));
    }

    private static ExplainedNumber Cost(Deployment deployment, EstimatePoint point)
    {
        var device = deployment.Device;
        var price = device.PricePerHour;
        return device.PriceIncludesElectricity
            ? new(
                "USD per million output tokens", Number(point.UsdPerMillionOutputTokens) + " USD",
                "price per hour × accelerators / output tokens per hour × 10⁶",
                $"{price.Value} × {deployment.Accelerators} / "
                + $"({Number(point.OutputTokensPerSecond)} × 3600) × 10⁶",
                [price.Source], [])
            : new(
                "USD per million output tokens", Number(point.UsdPerMillionOutputTokens) + " USD",
                "(accelerators + host, written off, + electricity) of the batch / output tokens "
                + "× 10⁶",
                $"over {point.E2e}, {point.Batch} × {point.Osl} tokens", [],
                CostParts(deployment, point));
    }

    /// <summary>The resources that any operator of the explained steps needs.</summary>
    private static Resource[] Used(
        Deployment deployment, IReadOnlyList<ExplainedNumber> numbers)
    {
        var names = numbers.SelectMany(number => number.Parts)
            .SelectMany(step => step.Parts)
            .SelectMany(operation => operation.Parts.Append(operation))
            .Select(term => term.Name.Replace(Binding, "", StringComparison.Ordinal))
            .ToHashSet();
        return [.. deployment.Stages[0].Model.Resources
            .Where(resource => names.Contains(resource.Name))];
    }

    /// <summary>How each resource's rate follows from the hardware file.</summary>
    private static IEnumerable<ExplainedNumber> Rates(IReadOnlyList<Resource> used) =>
        used.Select(resource => new ExplainedNumber(
            "rate of " + resource.Name, resource.Rate, resource.Formula,
            Values(resource), resource.Facts, []));

    private static IEnumerable<FactSource> EnergyFacts(IReadOnlyList<Resource> used) =>
        used
            .Where(resource => resource.EnergyFact is not null)
            .Select(resource => resource.EnergyFact!);

    private static Watts HostPower(Deployment deployment) =>
        deployment.Node.Host.Power is { } power ? power.Value * deployment.Node.Nodes : default;

    private static string Time(double seconds) => new Seconds(seconds).ToString();

    private static string Number(double value) => value.ToString("G4", Culture);
}
