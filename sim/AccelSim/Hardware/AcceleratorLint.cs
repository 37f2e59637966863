using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The checks of one accelerator.</summary>
internal sealed class AcceleratorLint
{
    /// <summary>Stated and computed peaks differ by rounding only.</summary>
    private const double PeakTolerance = 0.02;

    /// <summary>Pin rates are often rounded to a tenth of a Gbit/s.</summary>
    private const double PinTolerance = 0.03;

    private readonly Accelerator _accelerator;
    private readonly HardwareDocument _document;
    private readonly Estimators _estimators;
    private readonly LintJudge _judge = new();

    private AcceleratorLint(HardwareDocument document, Estimators estimators)
    {
        _document = document;
        _accelerator = document.Accelerator;
        _estimators = estimators;
    }

    /// <summary>Everything odd about an accelerator file.</summary>
    public static IReadOnlyList<LintFinding> Run(HardwareDocument document, Estimators estimators)
    {
        var lint = new AcceleratorLint(document, estimators);
        CheckSources(document.Leaves, lint._judge);
        lint.CheckPeaks();
        lint.CheckRates();
        foreach (var level in lint._accelerator.Memory.Values) lint.CheckMemory(level);
        foreach (var link in lint._accelerator.Links.Values)
            CheckLink(link, estimators, lint._judge);
        PowerLint.Run(lint._accelerator, estimators, lint._judge);
        PlausibleLint.OfAccelerator(document, estimators, lint._judge);
        return lint._judge.Findings;
    }

    /// <summary>Every fact should say what it rests on.</summary>
    public static void CheckSources(IEnumerable<FactLeaf> leaves, LintJudge judge)
    {
        foreach (var leaf in leaves)
        {
            if (leaf.Source is not { Reference: SourceTag.None } source) continue;
            judge.Warn(source, "has no source.",
                "Add a key of \"sources\" behind it, such as \"… @ds\", or a \"source\" to "
                    + "the block around it.");
        }
    }

    /// <summary>Checks a link against its kind; clusters have links too.</summary>
    public static void CheckLink(Link link, Estimators estimators, LintJudge judge)
    {
        if (!estimators.LinkTechnologies.TryGetValue(link.Technology, out var kind))
        {
            judge.UnknownTechnology(
                link.Technology, link.Bandwidth.Source, "link", estimators.LinkTechnologies.Keys);
            return;
        }
        judge.Within(link.Bandwidth, kind.BandwidthMin, kind.BandwidthMax,
            $"{link.Technology} has, per direction,");
        judge.Typical(link.Latency, kind.Latency, $"{link.Technology} has typically");
    }

    private void CheckPeaks()
    {
        foreach (var (format, stated) in _accelerator.Peak)
        {
            var name = FormatNames.Of(format);
            var vector = _accelerator.Fabric.VectorRate(format);
            var rate = _accelerator.Fabric.MatrixRate(format) ?? vector;
            if (rate is null)
            {
                _judge.Error(stated.Source,
                    $"states a peak in {name}, but the fabric has no rate for it.",
                    $"Add {name} to the fabric's rates, or take it out here.");
                continue;
            }
            if (LintJudge.Near(stated.Value / rate.Value, 1, PeakTolerance)) continue;
            if (vector is not null
                && LintJudge.Near(stated.Value / vector.Value, 1, PeakTolerance)) continue;
            Disagree(stated, rate);
        }
    }

    private void Disagree(Fact<FlopsPerSecond> stated, Rate rate)
    {
        var ratio = stated.Value / rate.Value;
        var sum = $"{stated.Source.Text} is {LintJudge.Times(ratio)} {rate.Formula} = {rate.Value}";
        var isSparse = LintJudge.Near(ratio, 2, PeakTolerance)
            || (_accelerator.Fabric is GpuFabric { StructuredSparsity: { } gain }
                && LintJudge.Near(ratio, gain.Value.Value, PeakTolerance));
        var (problem, mend) = isSparse
            ? ("it looks like the sparse figure.", "State the dense peak, half of it.")
            : LintJudge.Near(ratio, 0.5, PeakTolerance)
                ? ("the rate looks like the sparse one.",
                    "State the dense rate of a unit, half of it.")
                : ("both should agree.",
                    "Mend the one that is wrong: the peak, or a factor of the formula.");
        _judge.Error(stated.Source, $"{sum}: {problem}", mend, rate.Facts);
    }

    /// <summary>Operations per cycle come in powers of two, or three times one.</summary>
    private void CheckRates()
    {
        foreach (var leaf in _document.Leaves)
        {
            if (leaf.Value is not { } value || !IsBinary(leaf)) continue;
            if (IsPowerOfTwo(value) || IsPowerOfTwo(value / 3)) continue;
            // Lanes may stand along the rows of an array that is no power of two itself.
            if (_accelerator.Fabric is NpuFabric npu && leaf.Dimension == FlopsPerCycle.Dimension
                && IsPowerOfTwo(value / npu.Rows.Value.Value)) continue;
            // A peak that only the vector engine can have been stated for has vouched for it.
            if (_accelerator.Peak.Keys.Any(format =>
                _accelerator.Fabric.MatrixRate(format) is null
                    && leaf.Path == "$.fabric.vector." + FormatNames.Of(format))) continue;
            _judge.Warn(leaf.Source!,
                $"{leaf.Text} is neither a power of two nor three times one, as lanes are.",
                "Check for a slip of ten, and that it is the rate of one unit.");
        }
    }

    private static bool IsBinary(FactLeaf leaf) =>
        leaf.Dimension == FlopsPerCycle.Dimension
            || leaf.Path.Contains(".formats.", StringComparison.Ordinal)
            || (leaf.Path.StartsWith("$.fabric.engines.npu.", StringComparison.Ordinal)
                && leaf.Dimension == Count.Dimension);

    private static bool IsPowerOfTwo(double value)
    {
        var exponent = Math.Log2(value);
        return Math.Abs(exponent - Math.Round(exponent)) < 1e-9;
    }

    private void CheckMemory(MemoryLevel level)
    {
        if (level is { Bandwidth: { } stated, BusWidth: { } width, PinRate: { } pin })
        {
            var total = new BytesPerSecond(width.Value.Value * 8.0 * pin.Value.Value);
            var ratio = stated.Value / total;
            if (!LintJudge.Near(ratio, 1, PinTolerance))
            {
                _judge.Error(stated.Source,
                    $"{stated.Source.Text} is {LintJudge.Times(ratio)} busWidth × pinRate = "
                        + $"{width.Source.Text} × {pin.Source.Text} = {total}.",
                    "Mend the one that is wrong; buses count bits, pins bit/s.",
                    width.Source, pin.Source);
            }
        }
        if (!_estimators.MemoryTechnologies.TryGetValue(level.Technology, out var kind))
        {
            _judge.UnknownTechnology(level.Technology, level.Capacity.Source, "memory",
                _estimators.MemoryTechnologies.Keys);
            return;
        }
        if (level is { Bandwidth: { } whole, BusWidth: { } pins, PinRate: null })
        {
            var implied = new BytesPerSecond(whole.Value.Value / (8.0 * pins.Value.Value));
            _judge.Within(
                new Fact<BytesPerSecond>(implied, whole.Source with
                {
                    Text = $"{whole.Source.Text} over {pins.Source.Text}, {implied} of a pin,",
                }),
                kind.PinRateMin, kind.PinRateMax, $"a pin of {level.Technology} runs at",
                pins.Source);
        }
        if (level.PinRate is { } rate)
        {
            _judge.Within(
                rate, kind.PinRateMin, kind.PinRateMax, $"a pin of {level.Technology} runs at");
        }
        if (level.Bandwidth is { } bandwidth)
        {
            _judge.Within(bandwidth, kind.BandwidthMin, kind.BandwidthMax,
                $"devices with {level.Technology} have");
        }
        // Main memory on the chip is many small banks: the class's own range judges it.
        if (level is not { Role: MemoryRole.Main, Technology: "SRAM" })
            _judge.Typical(level.Latency, kind.Latency, $"{level.Technology} has typically");
    }
}
