using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The checks of power, energy and fixed costs.</summary>
internal static class PowerLint
{
    /// <summary>
    /// Idle, full matrix peak and full bandwidth together, over TDP: real chips lie between a third
    /// and nearly twice. Those above throttle.
    /// </summary>
    private static readonly (double Least, double Most) FullLoad = (0.36, 1.9);

    /// <summary>A stated matrix energy at full rate, over TDP, in real chips.</summary>
    private static readonly (double Least, double Most) MatrixShare = (0.1, 0.99);

    /// <summary>A stated vector energy at the full fp32 or fp16 rate, over TDP.</summary>
    private static readonly (double Least, double Most) VectorShare = (0.0585, 0.58);

    /// <summary>A stated main-memory energy at full bandwidth, over TDP.</summary>
    private static readonly (double Least, double Most) MemoryShare = (0.06, 0.5);

    private static readonly NumberFormat[] General =
        [NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Fp32];

    public static void Run(Accelerator accelerator, Estimators estimators, LintJudge judge)
    {
        CheckBurst(accelerator, judge);
        CheckProcess(accelerator, estimators, judge);
        if (HardwareLint.Known(accelerator, estimators) is not { } device) return;
        CheckFullLoad(device, judge);
        CheckEnergies(device, judge);
        CheckTypical(device, estimators, judge);
    }

    private static void CheckBurst(Accelerator accelerator, LintJudge judge)
    {
        var (tdp, burst) = (accelerator.Power.Tdp, accelerator.Power.Burst);
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
        double[] sizes = [.. known.Select(name => Quantity.Parse<Nanometres>(name).Value)];
        var size = process.Value.Value;
        if (sizes.Contains(size)) return;
        judge.Odd(LintJudge.Beyond(size, sizes.Min(), sizes.Max()), process.Source,
            $"{process.Source.Text} is no node with known energies.",
            $"Known: {string.Join(", ", known)}.");
    }

    private static void CheckFullLoad(Device device, LintJudge judge)
    {
        var general = General.First(format => device.MatrixRate(format) is not null);
        var energy = device.MatrixEnergy(general);
        var compute = device.MatrixRate(general)!.Value.Value * energy.Value.Value;
        var memory = MemoryLoad(device);
        var load = new Watts(device.Idle.Value.Value + compute + memory);
        var ratio = load / device.Tdp.Value;
        if (ratio >= FullLoad.Least && ratio <= FullLoad.Most) return;
        FactSource[] facts =
        [
            device.Tdp.Source, device.Idle.Source, energy.Source,
            device.MemoryEnergy[device.MainMemory].Source,
            device.Bandwidth[device.MainMemory].Source, .. device.MatrixRate(general)!.Facts,
        ];
        judge.Odd(Slip(ratio), judge.Own(facts),
            $"full load takes {load} (idle {device.Idle.Value}, "
                + $"{FormatNames.Of(general)} at peak {new Watts(compute)}, main memory at full "
                + $"bandwidth {new Watts(memory)}), {LintJudge.Times(ratio)} "
                + $"the TDP of {device.Tdp.Source.Text}.",
            "Check the TDP, the energies, the process node and the rates.", facts);
    }

    /// <summary>
    /// Full load beyond three times the TDP, or below a quarter of it, is a slip: a judge's
    /// measure of how far outside it is.
    /// </summary>
    private static double Slip(double ratio) =>
        LintJudge.Slip * Math.Max(ratio / 3, 0.25 / ratio);

    private static double MemoryLoad(Device device) =>
        device.Bandwidth[device.MainMemory].Value.Value
            * device.MemoryEnergy[device.MainMemory].Value.Value;

    /// <summary>Each stated energy at its full rate should take a fair part of the TDP.</summary>
    private static void CheckEnergies(Device device, LintJudge judge)
    {
        var power = device.Spec.Power;
        foreach (var (format, energy) in power.MatrixEnergy)
        {
            if (device.MatrixRate(format) is { } rate)
            {
                CheckShare(
                    device, rate.Value.Value * energy.Value.Value, energy.Source, MatrixShare,
                    judge);
            }
        }
        if (power.VectorEnergy is { } vector)
        {
            var format = new[] { NumberFormat.Fp32, NumberFormat.Fp16, NumberFormat.Bf16 }
                .First(one => device.VectorRate(one) is not null);
            CheckShare(
                device, device.VectorRate(format)!.Value.Value * vector.Value.Value, vector.Source,
                VectorShare, judge);
        }
        if (power.MemoryEnergy.TryGetValue(device.MainMemory, out var memory))
            CheckShare(device, MemoryLoad(device), memory.Source, MemoryShare, judge);
    }

    private static void CheckShare(
        Device device, double watts, FactSource stated, (double Least, double Most) usual,
        LintJudge judge)
    {
        var share = watts / device.Tdp.Value.Value;
        var beyond = LintJudge.Beyond(share, usual.Least, usual.Most);
        if (beyond == 1) return;
        judge.Odd(beyond, stated,
            $"{stated.Text} at full rate takes {new Watts(watts)}, {LintJudge.Times(share)} the "
                + $"TDP of {device.Tdp.Source.Text}; real chips have {usual.Least} to "
                + $"{usual.Most}.",
            "Check the unit (pJ/bit or pJ/B, fJ or pJ), the rate and the TDP.",
            device.Tdp.Source);
    }

    private static void CheckTypical(Device device, Estimators estimators, LintJudge judge)
    {
        var spec = device.Spec;
        var typical = estimators.Classes[spec.Class];
        var kind = $"devices of the class {JsonNames.Of(spec.Class.ToString())} take typically";
        // What a launch or a step takes where others want the cores too is measured, and no slip.
        if (spec.Overheads.KernelLaunch is not { Source.Tag: Provenance.Measured })
            judge.Typical(spec.Overheads.KernelLaunch, typical.KernelLaunch, kind);
        judge.Typical(spec.Overheads.Synchronisation, typical.Synchronisation, kind);
        if (spec.Overheads.HostPerStep is not { Source.Tag: Provenance.Measured })
            judge.Typical(spec.Overheads.HostPerStep, typical.HostPerStep, kind);
        var idle = new Fact<Watts>(
            typical.IdleShareOfTdp.Value.Value * spec.Power.Tdp.Value,
            typical.IdleShareOfTdp.Source);
        judge.Typical(
            spec.Power.Idle, idle, "with this TDP, devices of this class idle typically at");
        foreach (var (name, energy) in spec.Power.MemoryEnergy)
        {
            if (name != device.MainMemory && estimators.MemoryTechnologies.TryGetValue(
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
