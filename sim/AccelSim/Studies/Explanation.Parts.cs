using System.Text.RegularExpressions;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Studies;

// What the numbers are made of.
public static partial class Explanation
{
    /// <summary>The formula of a resource with its facts put in.</summary>
    private static string Values(Resource resource)
    {
        var texts = resource.Facts.Select(fact => fact.Text).ToArray();
        if (resource.Kind == ResourceKind.Power) return string.Join(" − ", texts);
        if (resource.Kind == ResourceKind.Link)
            return string.Join(", latency ", texts.Select((text, i) => i == 0
                ? "bandwidth " + text
                : text));
        var next = 0;
        return Names().Count(resource.Formula) == texts.Length
            ? Names().Replace(resource.Formula, _ => texts[next++])
            : string.Join(", ", resource.Facts.Select(fact => $"{fact.Path[2..]} = {fact.Text}"));
    }

    /// <summary>The first step and the last in full; those between as one sum.</summary>
    private static List<ExplainedNumber> Prefills(
        Deployment deployment, IReadOnlyList<StepShape> steps)
    {
        List<ExplainedNumber> parts = [Step(deployment, "first prefill step", steps[0])];
        if (steps.Count == 1) return parts;
        if (steps.Count > 2)
        {
            var sum = steps.Skip(1).SkipLast(1).Sum(step => StepSeconds(deployment, step));
            parts.Add(new(
                $"{steps.Count - 2} prefill steps between", Time(sum),
                "sum of their times", "", [], []));
        }
        parts.Add(steps[^1] == steps[0]
            ? new("last prefill step", parts[0].Value, "as the first", "", [], [])
            : Step(deployment, "last prefill step", steps[^1]));
        return parts;
    }

    private static double StepSeconds(Deployment deployment, StepShape shape)
    {
        double sum = 0;
        Price(deployment, shape, (cost, _) => sum += cost.Seconds + cost.TransferSeconds);
        return sum;
    }

    private static void Price(
        Deployment deployment, StepShape shape, Action<StepCost, ICostModel> use)
    {
        var ranks = deployment.Graph.Plan.DataParallel;
        if (ranks > 1) shape = shape with { ExpertTokens = shape.Tokens * ranks };
        for (var stage = 0; stage < deployment.Stages.Count; stage++)
        {
            var pricer = deployment.Stages[stage];
            pricer.Price(shape, out var cost);
            use(cost, pricer.Model);
        }
    }

    /// <summary>Energy of the explained steps by resource, over all ranks.</summary>
    private static List<ExplainedNumber> EnergyParts(
        Deployment deployment, EstimatePoint point)
    {
        var estimate = new Estimate(deployment);
        var (isl, osl, batch) = (point.Isl, point.Osl, point.Batch);
        List<ExplainedNumber> parts =
            [EnergyOf(deployment, "all prefill steps", estimate.AllPrefills(isl, batch))];
        if (osl > 1)
        {
            parts.Add(EnergyOf(
                deployment, "decode step at the middle of the output",
                [estimate.TypicalDecode(isl, osl, batch)]));
        }
        return parts;
    }

    private static ExplainedNumber EnergyOf(
        Deployment deployment, string name, IReadOnlyList<StepShape> steps)
    {
        var sum = default(ResourceVector);
        var plan = deployment.Graph.Plan;
        foreach (var step in steps)
        {
            Price(deployment, step, (cost, _) =>
                sum.Add(cost.Energy, plan.TensorParallel * plan.DataParallel));
        }
        var resources = deployment.Stages[0].Model.Resources;
        var parts = Enumerable.Range(0, resources.Count)
            .Where(i => sum[i] > 0)
            .Select(i => new ExplainedNumber(
                resources[i].Name, new Joules(sum[i]).ToString(), Work(resources[i]),
                Amount(resources[i], sum[i]),
                resources[i].EnergyFact is { } fact ? [fact] : [], []))
            .ToArray();
        return new(
            $"energy of {name}", new Joules(sum.Sum()).ToString(),
            "sum over resources of operations or bytes × energy of one, all ranks", "", [], parts);
    }

    private static string Work(Resource resource) =>
        resource.Kind is ResourceKind.Matrix or ResourceKind.Vector
            ? "operations × energy of one"
            : resource.Kind == ResourceKind.Active ? "active power × time, within the limit"
            : "bytes × energy of one";

    private static string Amount(Resource resource, double joules)
    {
        var text = resource.EnergyFact?.Text ?? "";
        if (Quantity.TryParse<JoulesPerFlop>(text, out var each, out _) && each.Value > 0)
            return $"{new Flops((long)(joules / each.Value))} × {each}";
        return Quantity.TryParse<JoulesPerByte>(text, out var one, out _) && one.Value > 0
            ? $"{new Bytes((long)(joules / one.Value))} × {one}"
            : text;
    }

    private static ExplainedNumber[] MemoryParts(Deployment deployment)
    {
        var (budget, settings) = (deployment.Memory, deployment.Settings);
        var token = new Bytes(budget.BlockBytes.Value / settings.BlockSize);
        return
        [
            new("weights", budget.Weights.ToString(), "of one rank of the fullest stage", "", [],
                []),
            new("activations", budget.Activations.ToString(), "peak of the largest step",
                $"{settings.MaxNumBatchedTokens} tokens, {settings.MaxNumSeqs} sequences", [], []),
            new("runtime", budget.Runtime.Value.ToString(), "overheads.runtimeReserve", "",
                [budget.Runtime.Source], []),
            new("state", budget.State.ToString(), "max-num-seqs × recurrent state of a sequence",
                "", [], []),
            new("block", budget.BlockBytes.ToString(), "block-size × KV bytes of a token, one rank",
                $"{settings.BlockSize} × {token}", [], []),
        ];
    }

    private static ExplainedNumber[] CostParts(
        Deployment deployment, EstimatePoint point)
    {
        var device = deployment.Device;
        var tokens = (double)point.Batch * point.Osl / deployment.Engines;
        var drawn = new Joules(point.JoulesPerOutputToken * tokens);
        return [.. CostLines.Of(deployment, point.E2e, drawn).Select(line =>
        {
            var (formula, values, facts) = Of(line.Component);
            return new ExplainedNumber(
                line.Component, Number(line.Amount) + " USD", formula, values, facts, []);
        })];

        (string Formula, string Values, FactSource[] Facts) Of(string name) => name switch
        {
            "accelerators" => ("price written off, per hour × accelerators × E2E",
                $"{device.PricePerHour.Value} × {deployment.Accelerators} × {point.E2e}",
                [device.PricePerHour.Source]),
            "host" => ("price written off, per hour × nodes × E2E",
                $"{device.WriteOff(deployment.Node.Host.Purchase!.Value).Value} × "
                + $"{Number(deployment.Node.Nodes)} × {point.E2e}",
                [device.WriteOff(deployment.Node.Host.Purchase!.Value).Source]),
            _ => ("energy × PUE × price of electricity",
                $"{drawn} × {device.PowerUsageEffectiveness.Value} × {device.Electricity.Value}",
                [device.PowerUsageEffectiveness.Source, device.Electricity.Source]),
        };
    }

    [GeneratedRegex(@"[A-Za-z][\w.-]*")]
    private static partial Regex Names();
}
