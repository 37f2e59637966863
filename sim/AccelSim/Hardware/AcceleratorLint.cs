using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The checks of one accelerator.</summary>
internal sealed class AcceleratorLint
{
    /// <summary>Pin rates are often rounded to a tenth of a Gbit/s.</summary>
    private const double PinTolerance = 0.03;

    private readonly Accelerator _accelerator;
    private readonly HardwareDocument _document;
    private readonly Estimators _estimators;
    private readonly LintJudge _judge;

    private AcceleratorLint(HardwareDocument document, Estimators estimators)
    {
        _document = document;
        _accelerator = document.Accelerator;
        _estimators = estimators;
        _judge = new(document.File);
    }

    /// <summary>Everything odd about an accelerator file.</summary>
    public static IReadOnlyList<LintFinding> Run(HardwareDocument document, Estimators estimators)
    {
        var lint = new AcceleratorLint(document, estimators);
        CheckSources(document.Leaves, lint._judge);
        PeakLint.Run(document, lint._judge);
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
            // A power of two times a thousand is a prefix or a unit mistaken, not a bold design.
            var isSlip = new[] { value / 1000, value * 1000 }.Any(meant =>
                IsPowerOfTwo(meant) || IsPowerOfTwo(meant / 3));
            _judge.Odd(isSlip ? 1000 : 1, leaf.Source!,
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
            CheckPins(stated, width, pin);
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

    private void CheckPins(Fact<BytesPerSecond> stated, Fact<Bytes> width, Fact<BytesPerSecond> pin)
    {
        var total = new BytesPerSecond(width.Value.Value * 8.0 * pin.Value.Value);
        var ratio = stated.Value / total;
        if (LintJudge.Near(ratio, 1, PinTolerance)) return;
        FactSource[] facts = [stated.Source, width.Source, pin.Source];
        var formula = $"busWidth × pinRate = {width.Source.Text} × {pin.Source.Text} = {total}";
        var sum = $"{stated.Source.Text} is {LintJudge.Times(ratio)} {formula}";
        if (!LintJudge.IsWhatIf(facts, ratio))
        {
            _judge.Error(_judge.Own(facts), $"{sum}.",
                "Mend the one that is wrong; buses count bits, pins bit/s.", facts);
        }
        else if (_judge.IsOwn(stated.Source))
        {
            var parent = LintJudge.FileOf(facts.First(fact => !_judge.IsOwn(fact)));
            _judge.Warn(stated.Source,
                $"{sum}, of which a part is inherited from {parent} and no longer describes "
                    + "this memory.",
                "State busWidth and pinRate too, or remove them with null.", facts);
        }
        else
        {
            _judge.Warn(_judge.Own(facts),
                $"{sum}: the bandwidth is inherited from {LintJudge.FileOf(stated.Source)}, and "
                    + "it alone counts.",
                "State the bandwidth too, or remove it with null.", facts);
        }
    }
}
