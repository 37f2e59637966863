using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Compares the peaks that a file states with what its fabric gives.</summary>
internal static class PeakLint
{
    /// <summary>Stated and computed peaks differ by rounding only.</summary>
    private const double Tolerance = 0.02;

    public static void Run(HardwareDocument document, LintJudge judge)
    {
        var fabric = document.Accelerator.Fabric;
        var outdated = new List<(Fact<FlopsPerSecond> Stated, Rate Rate)>();
        foreach (var (format, stated) in document.Accelerator.Peak)
        {
            var name = FormatNames.Of(format);
            var vector = fabric.VectorRate(format);
            var rate = fabric.MatrixRate(format) ?? vector;
            if (rate is null)
            {
                judge.Error(stated.Source,
                    $"states a peak in {name}, but the fabric has no rate for it.",
                    $"Add {name} to the fabric's rates, or take it out here.");
                continue;
            }
            if (LintJudge.Near(stated.Value / rate.Value, 1, Tolerance)) continue;
            if (vector is not null
                && LintJudge.Near(stated.Value / vector.Value, 1, Tolerance)) continue;
            if (!LintJudge.IsWhatIf([stated.Source, .. rate.Facts], stated.Value / rate.Value))
                Disagree(fabric, stated, rate, judge);
            else if (judge.IsOwn(stated.Source))
                Unfounded(stated, rate, judge);
            else
                outdated.Add((stated, rate));
        }
        if (outdated.Count > 0) Outdated(outdated, judge);
    }

    private static void Disagree(
        Fabric fabric, Fact<FlopsPerSecond> stated, Rate rate, LintJudge judge)
    {
        var ratio = stated.Value / rate.Value;
        var isSparse = LintJudge.Near(ratio, 2, Tolerance)
            || (fabric is GpuFabric { StructuredSparsity: { } gain }
                && LintJudge.Near(ratio, gain.Value.Value, Tolerance));
        var (problem, mend) = isSparse
            ? ("it looks like the sparse figure.", "State the dense peak, half of it.")
            : LintJudge.Near(ratio, 0.5, Tolerance)
                ? ("the rate looks like the sparse one.",
                    "State the dense rate of a unit, half of it.")
                : ("both should agree.",
                    "Mend the one that is wrong: the peak, or a factor of the formula.");
        FactSource[] facts = [stated.Source, .. rate.Facts];
        judge.Error(judge.Own(facts), $"{Sum(stated, rate)}: {problem}", mend, facts);
    }

    /// <summary>A child states a peak and leaves the fabric as it was.</summary>
    private static void Unfounded(Fact<FlopsPerSecond> stated, Rate rate, LintJudge judge)
    {
        var parent = LintJudge.FileOf(rate.Facts.First(fact => !judge.IsOwn(fact)));
        judge.Warn(stated.Source,
            $"{Sum(stated, rate)}, of which a part is inherited from {parent}: a peak is only "
                + "compared and changes nothing.",
            "Change a factor of the formula.", rate.Facts);
    }

    /// <summary>A child changes the fabric and leaves the peaks as they were.</summary>
    private static void Outdated(
        List<(Fact<FlopsPerSecond> Stated, Rate Rate)> all, LintJudge judge)
    {
        string[] names = [.. all.Select(one => one.Stated.Source.Path[2..])];
        var joined = names.Length == 1
            ? names[0]
            : string.Join(", ", names[..^1]) + " and " + names[^1];
        var (are, describe, them) = names.Length == 1
            ? ("is", "describes", "it")
            : ("are", "describe", "them");
        var stated = all[0].Stated.Source;
        FactSource[] factors = [.. all.SelectMany(one => one.Rate.Facts)];
        judge.Warn(judge.Own(factors),
            $"{joined} {are} inherited from {LintJudge.FileOf(stated)} and no longer {describe} "
                + "this chip.",
            $"State {them}, or remove {them} with null; results do not use {them}.",
            [.. factors, .. all.Select(one => one.Stated.Source)]);
    }

    private static string Sum(Fact<FlopsPerSecond> stated, Rate rate) =>
        $"{stated.Source.Text} is {LintJudge.Times(stated.Value / rate.Value)} {rate.Formula} = "
            + $"{rate.Value}";
}
