using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>How a class of device computes. Each class is a record of its own kind.</summary>
public abstract record Fabric
{
    /// <summary>How many compute units share the device's caches and memory.</summary>
    public abstract long Units { get; }

    /// <summary>
    /// The matrix engine's dense rate in a format, or null where it has no such unit, together with
    /// the formula and the facts it was made from.
    /// </summary>
    public abstract Rate? MatrixRate(NumberFormat format);

    /// <summary>The vector engine's rate in a format, or null where it has no such unit.</summary>
    public abstract Rate? VectorRate(NumberFormat format);

    /// <summary>
    /// Whether products in a format run on vector lanes, for want of a matrix unit.
    /// </summary>
    /// <remarks>Then they cost what vector operations cost.</remarks>
    public virtual bool MultipliesOnVectors(NumberFormat format) => false;

    /// <summary>
    /// How much faster products are where two in four weights are zero; null where no faster.
    /// </summary>
    public virtual Fact<Ratio>? SparseGain => null;
}

/// <summary>A rate derived from facts.</summary>
/// <param name="Value">The rate.</param>
/// <param name="Formula">Such as <c>multiprocessors × matrix.bf16 × clock</c>.</param>
/// <param name="Facts">The facts in the formula, in its order.</param>
/// <remarks>Its tag is the weakest of its facts' tags.</remarks>
public sealed record Rate(
    FlopsPerSecond Value, string Formula, IReadOnlyList<FactSource> Facts)
{
    /// <summary>What the rate rests on: the weakest of its facts.</summary>
    public Provenance Tag => Facts.Max(fact => fact.Tag);
}

/// <summary>Multiprocessors, each with matrix units and vector lanes.</summary>
public sealed record GpuFabric : Fabric
{
    /// <summary>Multiprocessors (SM, CU, Xe core) in use.</summary>
    public required Fact<Count> Multiprocessors { get; init; }

    /// <summary>Clock at which the matrix peak is stated.</summary>
    public required Fact<Hertz> Clock { get; init; }

    /// <summary>Clock at which the vector peak is stated, where it differs.</summary>
    public Fact<Hertz>? VectorClock { get; init; }

    /// <summary>Dense matrix operations of one multiprocessor per cycle, by format.</summary>
    public IReadOnlyDictionary<NumberFormat, Fact<FlopsPerCycle>> Matrix { get; init; } =
        new Dictionary<NumberFormat, Fact<FlopsPerCycle>>();

    /// <summary>Vector operations of one multiprocessor per cycle, by format.</summary>
    public required IReadOnlyDictionary<NumberFormat, Fact<FlopsPerCycle>> Vector { get; init; }

    /// <summary>Special functions (exp) of one multiprocessor per cycle.</summary>
    public Fact<FlopsPerCycle>? SpecialFunctions { get; init; }

    /// <summary>
    /// How much faster 2:4 sparse matrices run; null where there is no such unit.
    /// </summary>
    [Limits(AtLeast = 1)]
    public Fact<Ratio>? StructuredSparsity { get; init; }

    /// <inheritdoc/>
    public override Fact<Ratio>? SparseGain => StructuredSparsity;

    /// <inheritdoc/>
    public override long Units => Multiprocessors.Value.Value;

    /// <inheritdoc/>
    public override Rate? MatrixRate(NumberFormat format) =>
        Matrix.TryGetValue(format, out var rate)
            ? Of("multiprocessors × matrix." + FormatNames.Of(format) + " × clock", rate, Clock)
            : null;

    /// <inheritdoc/>
    public override Rate? VectorRate(NumberFormat format) =>
        Vector.TryGetValue(format, out var rate)
            ? Of(
                "multiprocessors × vector." + FormatNames.Of(format) + " × clock",
                rate, VectorClock ?? Clock)
            : null;

    /// <inheritdoc/>
    /// <remarks>
    /// Matrix units do at least twice the work of the lanes; nearer to one than to two is none.
    /// </remarks>
    public override bool MultipliesOnVectors(NumberFormat format) =>
        MatrixRate(format) is { } matrix && VectorRate(format) is { } vector
            && matrix.Value / vector.Value < Math.Sqrt(2);

    private Rate Of(string formula, Fact<FlopsPerCycle> rate, Fact<Hertz> clock) => new(
        Units * (rate.Value * clock.Value), formula,
        [Multiprocessors.Source, rate.Source, clock.Source]);
}

/// <summary>Cores with systolic or cube arrays, a vector unit and a scratchpad.</summary>
public sealed record NpuFabric : Fabric
{
    /// <summary>Cores in use.</summary>
    public required Fact<Count> Cores { get; init; }

    /// <summary>Clock of the arrays.</summary>
    public required Fact<Hertz> Clock { get; init; }

    /// <summary>
    /// How the arrays move data: weight-stationary systolic, or a cube in one cycle.
    /// </summary>
    public required ArrayKind ArrayKind { get; init; }

    /// <summary>Arrays in one core.</summary>
    public required Fact<Count> ArraysPerCore { get; init; }

    /// <summary>Rows of one array.</summary>
    public required Fact<Count> Rows { get; init; }

    /// <summary>Columns of one array.</summary>
    public required Fact<Count> Columns { get; init; }

    /// <summary>Depth of a cube; 1 for a systolic array.</summary>
    public required Fact<Count> Depth { get; init; }

    /// <summary>Multiply-adds of one cell per cycle, by format.</summary>
    [Limits(MoreThan = 0)]
    public required IReadOnlyDictionary<NumberFormat, Fact<Ratio>> Formats { get; init; }

    /// <summary>Vector operations of one core per cycle, by format.</summary>
    public required IReadOnlyDictionary<NumberFormat, Fact<FlopsPerCycle>> Vector { get; init; }

    /// <inheritdoc/>
    public override long Units => Cores.Value.Value;

    /// <inheritdoc/>
    public override Rate? MatrixRate(NumberFormat format)
    {
        if (!Formats.TryGetValue(format, out var perCell)) return null;
        var cells = (double)Units * ArraysPerCore.Value.Value * Rows.Value.Value
            * Columns.Value.Value * Depth.Value.Value;
        return new(
            new FlopsPerSecond(2 * cells * perCell.Value.Value * Clock.Value.Value),
            "2 × cores × arraysPerCore × rows × columns × depth × formats."
                + FormatNames.Of(format) + " × clock",
            [Cores.Source, ArraysPerCore.Source, Rows.Source, Columns.Source, Depth.Source,
                perCell.Source, Clock.Source]);
    }

    /// <inheritdoc/>
    public override Rate? VectorRate(NumberFormat format) =>
        Vector.TryGetValue(format, out var rate)
            ? new(
                Units * (rate.Value * Clock.Value),
                "cores × vector." + FormatNames.Of(format) + " × clock",
                [Cores.Source, rate.Source, Clock.Source])
            : null;
}

/// <summary>How an array of multipliers moves its data.</summary>
public enum ArrayKind
{
    /// <summary>
    /// Data flow from cell to cell; filling and draining cost rows + columns cycles.
    /// </summary>
    Systolic,
    /// <summary>All cells multiply one small cube in one cycle.</summary>
    Cube,
}

/// <summary>DSP slices and look-up tables clocked as the design closes timing.</summary>
public sealed record FpgaFabric : Fabric
{
    /// <summary>DSP slices on the part.</summary>
    public required Fact<Count> DspSlices { get; init; }

    /// <summary>Share of the DSP slices a routable design uses.</summary>
    [Limits(MoreThan = 0, AtMost = 1)]
    public required Fact<Ratio> DspUtilisation { get; init; }

    /// <summary>Multiply-adds of one DSP slice per cycle, by format.</summary>
    [Limits(MoreThan = 0)]
    public required IReadOnlyDictionary<NumberFormat, Fact<Ratio>> DspMacs { get; init; }

    /// <summary>Look-up tables on the part.</summary>
    public required Fact<Count> Luts { get; init; }

    /// <summary>Share of the look-up tables that arithmetic may use.</summary>
    [Limits(MoreThan = 0, AtMost = 1)]
    public required Fact<Ratio> LutUtilisation { get; init; }

    /// <summary>Look-up tables that one multiply-add takes, by format.</summary>
    [Limits(MoreThan = 0)]
    public IReadOnlyDictionary<NumberFormat, Fact<Ratio>> LutsPerMac { get; init; } =
        new Dictionary<NumberFormat, Fact<Ratio>>();

    /// <summary>Clock that designs reach on this part.</summary>
    public required Fact<Hertz> Clock { get; init; }

    /// <summary>Cycles between two inputs of a pipeline: 1 is fully pipelined.</summary>
    public required Fact<Count> InitiationInterval { get; init; }

    /// <summary>Independent channels of the main memory.</summary>
    public required Fact<Count> MemoryChannels { get; init; }

    /// <inheritdoc/>
    public override long Units => 1;

    /// <inheritdoc/>
    public override Rate? MatrixRate(NumberFormat format)
    {
        double macs = 0;
        var formula = "";
        List<FactSource> facts = [];
        if (DspMacs.TryGetValue(format, out var perDsp))
        {
            macs += DspSlices.Value.Value * DspUtilisation.Value.Value * perDsp.Value.Value;
            formula = "dspSlices × dspUtilisation × dspMacs." + FormatNames.Of(format);
            facts.AddRange([DspSlices.Source, DspUtilisation.Source, perDsp.Source]);
        }
        if (LutsPerMac.TryGetValue(format, out var perMac))
        {
            macs += Luts.Value.Value * LutUtilisation.Value.Value / perMac.Value.Value;
            formula += (formula.Length > 0 ? " + " : "")
                + "luts × lutUtilisation / lutsPerMac." + FormatNames.Of(format);
            facts.AddRange([Luts.Source, LutUtilisation.Source, perMac.Source]);
        }
        if (facts.Count == 0) return null;
        facts.AddRange([Clock.Source, InitiationInterval.Source]);
        return new(
            new FlopsPerSecond(
                2 * macs * Clock.Value.Value / InitiationInterval.Value.Value),
            $"2 × ({formula}) × clock / initiationInterval", facts);
    }

    /// <inheritdoc/>
    /// <remarks>Element-wise work runs on the same pipelines.</remarks>
    public override Rate? VectorRate(NumberFormat format) => MatrixRate(format);
}

/// <summary>A mesh of small cores, each with its own memory.</summary>
public sealed record WaferFabric : Fabric
{
    /// <summary>Rows of cores in use.</summary>
    public required Fact<Count> Rows { get; init; }

    /// <summary>Columns of cores in use.</summary>
    public required Fact<Count> Columns { get; init; }

    /// <summary>Clock of the cores.</summary>
    public required Fact<Hertz> Clock { get; init; }

    /// <summary>Operations of one core per cycle, by format; matrix and vector alike.</summary>
    public required IReadOnlyDictionary<NumberFormat, Fact<FlopsPerCycle>> Core { get; init; }

    /// <summary>Width of the link between neighbours.</summary>
    public required Fact<BytesPerCycle> LinkWidth { get; init; }

    /// <summary>Time to pass one core.</summary>
    [Limits(AtLeast = 0, AtMost = 3600)]
    public required Fact<Seconds> HopLatency { get; init; }

    /// <inheritdoc/>
    public override long Units => Rows.Value.Value * Columns.Value.Value;

    /// <inheritdoc/>
    public override Rate? MatrixRate(NumberFormat format) =>
        Core.TryGetValue(format, out var rate)
            ? new(
                Units * (rate.Value * Clock.Value),
                "rows × columns × core." + FormatNames.Of(format) + " × clock",
                [Rows.Source, Columns.Source, rate.Source, Clock.Source])
            : null;

    /// <inheritdoc/>
    public override Rate? VectorRate(NumberFormat format) => MatrixRate(format);
}

/// <summary>Cores with SIMD units and perhaps matrix tiles.</summary>
public sealed record CpuFabric : Fabric
{
    /// <summary>Sockets that work as one device.</summary>
    public required Fact<Count> Sockets { get; init; }

    /// <summary>Cores of one socket.</summary>
    public required Fact<Count> CoresPerSocket { get; init; }

    /// <summary>Clock that all cores hold under SIMD load.</summary>
    public required Fact<Hertz> Clock { get; init; }

    /// <summary>Clock that all cores hold under matrix (AMX) load, where it differs.</summary>
    public Fact<Hertz>? MatrixClock { get; init; }

    /// <summary>Matrix operations of one core per cycle (AMX, SME), by format.</summary>
    public IReadOnlyDictionary<NumberFormat, Fact<FlopsPerCycle>> Matrix { get; init; } =
        new Dictionary<NumberFormat, Fact<FlopsPerCycle>>();

    /// <summary>SIMD operations of one core per cycle, by format.</summary>
    public required IReadOnlyDictionary<NumberFormat, Fact<FlopsPerCycle>> Simd { get; init; }

    /// <inheritdoc/>
    public override long Units => Sockets.Value.Value * CoresPerSocket.Value.Value;

    /// <inheritdoc/>
    /// <remarks>Without a matrix unit for the format, products run on SIMD.</remarks>
    public override Rate? MatrixRate(NumberFormat format) =>
        Matrix.TryGetValue(format, out var rate)
            ? Of("matrix", format, rate, MatrixClock ?? Clock)
            : VectorRate(format);

    /// <inheritdoc/>
    public override Rate? VectorRate(NumberFormat format) =>
        Simd.TryGetValue(format, out var rate) ? Of("simd", format, rate, Clock) : null;

    /// <inheritdoc/>
    public override bool MultipliesOnVectors(NumberFormat format) => !Matrix.ContainsKey(format);

    private Rate Of(
        string engine, NumberFormat format, Fact<FlopsPerCycle> rate, Fact<Hertz> clock) => new(
        Units * (rate.Value * clock.Value),
        $"sockets × coresPerSocket × {engine}.{FormatNames.Of(format)} × clock",
        [Sockets.Source, CoresPerSocket.Source, rate.Source, clock.Source]);
}

/// <summary>A system on a chip: several engines behind one memory.</summary>
public sealed record SocFabric : Fabric
{
    /// <summary>The engines by name; each is a fabric of its own kind.</summary>
    public required IReadOnlyDictionary<string, Fabric> Engines { get; init; }

    /// <summary>The engine that runs the matrix products.</summary>
    public required string MatrixEngine { get; init; }

    /// <summary>The engine that runs everything else.</summary>
    public required string VectorEngine { get; init; }

    /// <inheritdoc/>
    public override long Units => Engines[MatrixEngine].Units;

    /// <inheritdoc/>
    public override Rate? MatrixRate(NumberFormat format) =>
        Engines[MatrixEngine].MatrixRate(format);

    /// <inheritdoc/>
    public override Rate? VectorRate(NumberFormat format) =>
        Engines[VectorEngine].VectorRate(format);

    /// <inheritdoc/>
    public override bool MultipliesOnVectors(NumberFormat format) =>
        Engines[MatrixEngine].MultipliesOnVectors(format);

    /// <inheritdoc/>
    public override Fact<Ratio>? SparseGain => Engines[MatrixEngine].SparseGain;
}
