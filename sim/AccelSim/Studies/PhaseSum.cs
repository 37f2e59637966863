using AccelSim.Costs;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Studies;

/// <summary>Adds up the steps of a phase over the stages of a pipeline.</summary>
internal sealed class PhaseSum(Deployment deployment)
{
    private double _seconds;
    private double _joules;
    private ResourceVector _share;
    private GroundVector _ground;

    /// <summary>Adds a step that follows others through the pipeline.</summary>
    /// <returns>The time from leaving the slowest stage's pace until the step is out.</returns>
    public double Add(in StepShape shape, in StepShape ranked, double weight)
    {
        double slowest = 0, total = 0;
        for (var stage = 0; stage < deployment.Stages.Count; stage++)
        {
            Price(stage, shape, ranked, weight, out var cost);
            slowest = Math.Max(slowest, cost.Seconds);
            total += cost.Seconds + cost.TransferSeconds;
        }
        _seconds += weight * slowest;
        return total - slowest;
    }

    /// <summary>Adds a decode step of one of several groups that fill the pipeline.</summary>
    public void AddPipelined(in StepShape shape, in StepShape ranked, int groups)
    {
        double slowest = 0, total = 0;
        for (var stage = 0; stage < deployment.Stages.Count; stage++)
        {
            Price(stage, shape, ranked, groups, out var cost);
            slowest = Math.Max(slowest, cost.Seconds);
            total += cost.Seconds + cost.TransferSeconds;
        }
        _seconds += Math.Max(total, groups * slowest);
    }

    /// <summary>The phase.</summary>
    /// <param name="rest">Time to be added at the end.</param>
    /// <param name="steps">Steps to divide by.</param>
    public PhaseEstimate Result(double rest, int steps)
    {
        var resources = deployment.Stages[0].Model.Resources;
        var blamed = _share.Sum();
        var shares = Enumerable.Range(0, resources.Count)
            .Where(i => _share[i] > 0)
            .Select(i => new ResourceShare(resources[i], _share[i] / blamed))
            .OrderByDescending(share => share.Share)
            .ThenBy(share => share.Resource.Name, StringComparer.Ordinal)
            .ToArray();
        return new PhaseEstimate(
            new Seconds((_seconds + rest) / steps), new Joules(_joules / steps), shares,
            Ground(steps));
    }

    private GroundVector Ground(int steps)
    {
        var mean = default(GroundVector);
        mean.Add(_ground, 1.0 / steps);
        return mean;
    }

    private void Price(
        int stage, in StepShape shape, in StepShape ranked, double weight, out StepCost cost)
    {
        var pricer = deployment.Stages[stage];
        pricer.Price(deployment.Graph.Plan.DataParallel > 1 ? ranked : shape, out cost);
        _share.Add(cost.Share, weight);
        _ground.Add(cost.Ground, weight);
        _joules += weight * cost.Energy.Sum() * deployment.Graph.Plan.TensorParallel;
    }
}
