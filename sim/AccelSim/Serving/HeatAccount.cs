using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>How much heat an accelerator can take in before it must slow down.</summary>
/// <remarks>
/// A heat sink of one capacity: what is drawn above the sustained limit fills it, what is drawn
/// below empties it. Full at <c>burst</c> after <c>burstTime</c>. This is a thermal resistance and
/// capacitance whose outflow is taken as constant, the sustained limit: exact when hot, and
/// pessimistic by less than the budget before. Linear, so that it does not matter in how many
/// pieces time passes.
/// </remarks>
public sealed class HeatAccount
{
    private readonly double _budget;
    private readonly double _sustained;
    private readonly double _idle;

    private HeatAccount(Device device, double budget)
    {
        _budget = budget;
        _sustained = device.Tdp.Value.Value;
        _idle = device.Idle.Value.Value;
    }

    /// <summary>An empty account; null for an accelerator that never draws more for a while.
    /// </summary>
    public static HeatAccount? Of(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.AtBurst() is { } burst
            ? new HeatAccount(device, device.Spec.Power.BurstTime!.Value.Value.Value
                * (burst.Tdp.Value.Value - device.Tdp.Value.Value))
            : null;
    }

    /// <summary>The heat it can take in.</summary>
    public Joules Budget => new(_budget);

    /// <summary>The heat left after idling.</summary>
    /// <param name="stored">Joules before.</param>
    /// <param name="time">How long.</param>
    public double AfterIdling(double stored, Seconds time) =>
        Math.Clamp(stored - (_sustained - _idle) * time.Value, 0, _budget);

    /// <summary>The heat after a step, which runs fast until the account is full.</summary>
    /// <param name="stored">Joules before.</param>
    /// <param name="burst">What the step costs under the burst limit.</param>
    /// <param name="sustained">What it costs under the sustained limit.</param>
    /// <param name="cost">What it costs: a part of the first, the rest of the second.</param>
    public double AfterStep(
        double stored, in StepCost burst, in StepCost sustained, out StepCost cost)
    {
        var filling = Gain(burst);
        var share = filling <= _budget - stored ? 1 : (_budget - stored) / filling;
        cost = default;
        cost.Add(burst, share);
        cost.Add(sustained, 1 - share);
        return Math.Clamp(
            stored + share * filling + (1 - share) * Gain(sustained), 0, _budget);
    }

    private double Gain(in StepCost cost) =>
        cost.Energy.Sum() + (_idle - _sustained) * cost.Seconds;
}
