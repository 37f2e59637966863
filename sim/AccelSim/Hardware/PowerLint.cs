using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The checks of power, energy and fixed costs.</summary>
internal static class PowerLint
{
    /// <summary>
    /// At full matrix peak and full bandwidth together, real chips ask for up to this much of their
    /// TDP and throttle; no workload holds both.
    /// </summary>
    private const double OverTdp = 2;

    public static void Run(Accelerator accelerator, Estimators estimators, LintJudge judge)
    {
        CheckIdle(accelerator, judge);
        CheckProcess(accelerator, estimators, judge);
        if (HardwareLint.Known(accelerator, estimators) is not { } device) return;
        CheckFullLoad(device, judge);
        CheckTypical(device, estimators, judge);
    }

    private static void CheckIdle(Accelerator accelerator, LintJudge judge)
    {
        var (tdp, idle, burst) = (
            accelerator.Power.Tdp, accelerator.Power.Idle, accelerator.Power.Burst);
        if (idle is { } rest && rest.Value >= tdp.Value)
        {
            judge.Error(rest.Source, $"idles at {rest.Source.Text}, not below its TDP "
                + $"of {tdp.Source.Text}.", "Check the unit of both.", tdp.Source);
        }
        if (burst is { } peak && peak.Value < tdp.Value)
        {
            judge.Error(peak.Source, $"bursts to {peak.Source.Text}, below its TDP of "
                + $"{tdp.Source.Text}.", "Check the unit of both.", tdp.Source);
        }
    }

    private static void CheckProcess(
        Accelerator accelerator, Estimators estimators, LintJudge judge)
    {
        if (accelerator.Die.Process is not { } process) return;
        string[] known = [.. estimators.ProcessNodes.Keys];
        if (known.Any(name => Quantity.Parse<Nanometres>(name) == process.Value)) return;
        judge.Warn(process.Source, $"{process.Source.Text} is no node with known energies.",
            $"Known: {string.Join(", ", known)}.");
    }

    private static void CheckFullLoad(Device device, LintJudge judge)
    {
        var general = new[] { NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Fp32 }
            .First(format => device.MatrixRate(format) is not null);
        var energy = device.MatrixEnergy(general);
        var compute = device.MatrixRate(general)!.Value.Value * energy.Value.Value;
        var memory = device.Bandwidth[device.MainMemory].Value.Value
            * device.MemoryEnergy[device.MainMemory].Value.Value;
        var load = new Watts(device.Idle.Value.Value + compute + memory);
        if (load.Value <= OverTdp * device.Tdp.Value.Value) return;
        judge.Warn(device.Tdp.Source,
            $"full load takes {load} (idle {device.Idle.Value}, "
                + $"{FormatNames.Of(general)} at peak {new Watts(compute)}, main memory at full "
                + $"bandwidth {new Watts(memory)}), {LintJudge.Times(load / device.Tdp.Value)} "
                + $"the TDP of {device.Tdp.Source.Text}.",
            "Check the TDP, the energies, the process node and the rates.",
            device.Idle.Source, energy.Source, device.MemoryEnergy[device.MainMemory].Source);
    }

    private static void CheckTypical(Device device, Estimators estimators, LintJudge judge)
    {
        var spec = device.Spec;
        var typical = estimators.Classes[spec.Class];
        var kind = $"devices of the class {JsonNames.Of(spec.Class.ToString())} take typically";
        judge.Typical(spec.Overheads.KernelLaunch, typical.KernelLaunch, kind);
        judge.Typical(spec.Overheads.Synchronisation, typical.Synchronisation, kind);
        judge.Typical(spec.Overheads.HostPerStep, typical.HostPerStep, kind);
        if (typical.RuntimeReserve is { } reserve)
            judge.Typical(spec.Overheads.RuntimeReserve, reserve, kind);
        judge.Typical(
            spec.Power.Idle,
            new Fact<Watts>(
                typical.IdleShareOfTdp.Value.Value * spec.Power.Tdp.Value,
                typical.IdleShareOfTdp.Source),
            "with this TDP, devices of this class idle typically at");
        judge.Typical(
            spec.Power.VectorEnergy, device.NodeVectorEnergy, "on this node it is typically");
        foreach (var (format, energy) in spec.Power.MatrixEnergy)
        {
            judge.Typical(
                energy, device.NodeMatrixEnergy(format), "on this node it is typically");
        }
        foreach (var (name, energy) in spec.Power.MemoryEnergy)
        {
            if (estimators.MemoryTechnologies.TryGetValue(
                spec.Memory[name].Technology, out var memory))
            {
                judge.Typical(energy, memory.Energy, "of this memory it is typically");
            }
        }
        foreach (var (name, energy) in spec.Power.LinkEnergy)
        {
            if (estimators.LinkTechnologies.TryGetValue(
                spec.Links[name].Technology, out var link))
            {
                judge.Typical(energy, link.Energy, "of this link it is typically");
            }
        }
    }
}
