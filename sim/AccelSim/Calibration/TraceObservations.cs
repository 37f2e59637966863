using System.Numerics;
using AccelSim.Configuration;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Traces;
using AccelSim.Validation;

namespace AccelSim.Calibration;

/// <summary>What captured runs measured, by the family of kernels that ran.</summary>
/// <remarks>
/// An operator of one shape counts once, with the median of its times. Shapes within a factor of
/// two of each other are one site: folds leave whole sizes out.
/// </remarks>
public sealed class TraceObservations
{
    private readonly SortedDictionary<KernelFamily, FamilyRows> _families = [];
    private readonly List<(Operator One, double Seconds)> _measured;
    private readonly List<double> _gaps;

    /// <summary>Reads traces of one device.</summary>
    /// <param name="files">Traces as <c>capture</c> and <c>measure</c> write them.</param>
    /// <param name="hardware">What is known of the device.</param>
    /// <exception cref="Configuration.ConfigException">A trace is malformed.</exception>
    public TraceObservations(IReadOnlyList<string> files, HardwareDocument hardware)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(hardware);
        (_measured, _gaps) = ([], []);
        foreach (var file in files)
        {
            var captured = new CapturedOperators(file);
            _measured.AddRange(captured.Medians);
            _gaps.AddRange(captured.Gaps);
        }
        Add(hardware);
    }

    private TraceObservations(TraceObservations read, HardwareDocument hardware)
    {
        (_measured, _gaps) = (read._measured, read._gaps);
        Add(hardware);
    }

    /// <summary>The same measurements with other facts of the device; reads nothing anew.
    /// </summary>
    /// <param name="hardware">What is known of the device.</param>
    public TraceObservations On(HardwareDocument hardware) => new(this, hardware);

    /// <summary>The rows by family.</summary>
    internal IReadOnlyDictionary<KernelFamily, FamilyRows> ByFamily => _families;

    /// <summary>
    /// What an engine does in a step besides its operators, the median in seconds; 0 without steps.
    /// </summary>
    public double HostPerStep
    {
        get
        {
            _gaps.Sort();
            return _gaps.Count == 0 ? 0 : _gaps[_gaps.Count / 2];
        }
    }

    /// <summary>The shortest operator of any shape, in seconds: mostly its launch.</summary>
    public double Launch => _families.Values.SelectMany(rows => rows.Rows)
        .Select(row => row.Seconds).DefaultIfEmpty().Min();

    /// <summary>Rows of all families.</summary>
    public int Count => _families.Values.Sum(rows => rows.Rows.Count);

    private void Add(HardwareDocument hardware)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        var machine = new Machine(Device.From(hardware.Accelerator, Catalog.Estimators));
        foreach (var (one, seconds) in _measured) Add(one, seconds, machine);
    }

    private void Add(in Operator one, double seconds, Machine machine)
    {
        var family = Families.Of(one);
        if (seconds <= 0) return;
        if (one.MatrixFlops.Value > 0 && machine.MatrixRate(one.ComputeFormat) == 0)
        {
            var format = FormatNames.Of(one.ComputeFormat);
            throw new ConfigException(
                "", 0, "--extends",
                $"{machine.Device.Spec.Id} states no rate of {format} products, which the trace "
                + $"has; state one under fabric, or capture with another --dtype.");
        }
        if (!_families.TryGetValue(family, out var rows))
        {
            if (KernelModels.For(machine.Device.Spec.Fabric, family) is not { } model) return;
            _families[family] = rows = new FamilyRows(family, model);
        }
        rows.Tables.Add("trace");
        rows.Rows.Add(new Observation([one], machine, 0, seconds, rows.Site(SiteOf(one))));
    }

    private static string SiteOf(in Operator one) => one.Pairs > 0 || one.KvTokens > 0
        ? $"{one.Name} {Size(one.Queries)} {Size(one.KvTokens)}"
        : $"{one.Name} {Size(one.M)}";

    private static int Size(long value) => BitOperations.Log2((ulong)Math.Max(1, value));
}
