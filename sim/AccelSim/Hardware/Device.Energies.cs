using AccelSim.Units;

namespace AccelSim.Hardware;

// What operations cost where the file does not say.
public sealed partial class Device
{
    /// <summary>The width in which vector energies are stated.</summary>
    private const double VectorBits = 32;

    private readonly Dictionary<NumberFormat, Fact<JoulesPerFlop>> _matrixEnergy;

    private string NodeName { get; }

    private ProcessNode Node { get; }

    private string NodeNote { get; }

    /// <summary>Energy of one operation of the matrix units.</summary>
    /// <remarks>
    /// Stated for the format; else the stated format nearest in width, scaled as the typical
    /// energies are; else typical: the process node's (the nearest node's where the very one is
    /// unknown) times the class's factor, or a vector operation's share of 32 bits where products
    /// run on vector lanes.
    /// </remarks>
    public Fact<JoulesPerFlop> MatrixEnergy(NumberFormat format) => _matrixEnergy[format];

    private Fact<JoulesPerFlop> FillMatrixEnergy(NumberFormat format)
    {
        if (Spec.Power.MatrixEnergy.TryGetValue(format, out var stated)) return stated;
        var typical = TypicalMatrixEnergy(format);
        if (Spec.Power.MatrixEnergy.Count == 0) return typical;
        var near = NearestFormat(Spec.Power.MatrixEnergy, format);
        var ratio = typical.Value / TypicalMatrixEnergy(near.Format).Value;
        return Computed(
            ratio * near.Energy.Value, near.Energy.Source,
            $"matrixEnergy.{FormatNames.Of(near.Format)} × both formats' ratio at {NodeName}");
    }

    private Fact<JoulesPerFlop> TypicalMatrixEnergy(NumberFormat format)
    {
        if (Spec.Fabric.MultipliesOnVectors(format))
        {
            return Computed(
                FormatNames.Bits(format) / VectorBits * VectorEnergy.Value, VectorEnergy.Source,
                $"vectorEnergy × {FormatNames.Bits(format)} bit / 32 bit");
        }
        var near = NearestFormat(Node.MatrixEnergy, format);
        var factor = Typical(MatrixClass).MatrixEnergyFactor
            ?? throw Lacking(ClassPath(MatrixClass) + ".matrixEnergyFactor");
        return Times(factor, near.Energy, NodeNote + FormatNote(near.Format, format));
    }

    private Fact<JoulesPerFlop> NodeVectorEnergy()
    {
        var factor = Typical(VectorClass).VectorEnergyFactor
            ?? throw Lacking(ClassPath(VectorClass) + ".vectorEnergyFactor");
        return Times(factor, Node.VectorEnergy, NodeNote);
    }

    /// <summary>An edge device's products cost what its engine's class makes them cost.</summary>
    private DeviceClass MatrixClass => Spec.Fabric is SocFabric soc
        ? FabricBinder.ClassOf(soc.Engines[soc.MatrixEngine])
        : Spec.Class;

    private DeviceClass VectorClass => Spec.Fabric is SocFabric soc
        ? FabricBinder.ClassOf(soc.Engines[soc.VectorEngine])
        : Spec.Class;

    private static Fact<JoulesPerFlop> Times(
        Fact<Ratio> factor, Fact<JoulesPerFlop> energy, string note)
    {
        var estimate = Estimated(energy, note);
        if (factor.Value.Value == 1) return estimate;
        var value = factor.Value.Value * energy.Value;
        return new(value, estimate.Source with
        {
            Reference = $"estimator: {energy.Source.Path[2..]}{note} × {factor.Source.Path[2..]} "
                + $"({factor.Source.Text}); {energy.Source.Reference}; {factor.Source.Reference}",
            Text = Quantity.Format(value),
        });
    }

    private (string Name, ProcessNode Node, string Note) NearestNode(ClassEstimate typical)
    {
        var process = Spec.Die.Process ?? typical.Process;
        var (name, node) = _estimators.ProcessNodes
            .OrderBy(pair => Math.Abs(Math.Log(
                Quantity.Parse<Nanometres>(pair.Key).Value / process.Value.Value)))
            .ThenBy(pair => Quantity.Parse<Nanometres>(pair.Key).Value)
            .First();
        var note = Spec.Die.Process is null ? $" at {name}, typical of the class" : $" at {name}";
        var isExact = Quantity.Parse<Nanometres>(name) == process.Value;
        return (name, node, isExact ? note : $"{note}, the node nearest to {process.Source.Text}");
    }

    private static (NumberFormat Format, Fact<JoulesPerFlop> Energy) NearestFormat(
        IReadOnlyDictionary<NumberFormat, Fact<JoulesPerFlop>> energies, NumberFormat format)
    {
        var bits = FormatNames.Bits(format);
        var (nearest, energy) = energies
            .OrderBy(pair => pair.Key == format ? 0 : 1)
            .ThenBy(pair => Math.Abs(Math.Log2((double)FormatNames.Bits(pair.Key) / bits)))
            .ThenByDescending(pair => FormatNames.Bits(pair.Key))
            .ThenBy(pair => pair.Key)
            .First();
        return (nearest, energy);
    }

    private static string FormatNote(NumberFormat taken, NumberFormat wanted) => taken == wanted
        ? ""
        : $", {FormatNames.Of(taken)} standing for {FormatNames.Of(wanted)}";
}
