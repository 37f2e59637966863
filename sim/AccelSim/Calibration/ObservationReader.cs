using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Validation;

namespace AccelSim.Calibration;

/// <summary>Reads the rows of measured tables, by the family that ran them.</summary>
internal sealed class ObservationReader
{
    private readonly string _folder;
    private readonly Dictionary<string, JudgedDevice> _devices;
    private readonly Func<Fabric, KernelFamily, KernelModel?> _models;
    private readonly SortedDictionary<KernelFamily, FamilyRows> _families = [];
    private readonly SortedDictionary<(string Table, string Reason), int> _leftOut = [];

    /// <summary>Prepares to read.</summary>
    /// <param name="folder">Where the tables are.</param>
    /// <param name="devices">Hardware by the tables' name of each device.</param>
    /// <param name="models">The kernel models.</param>
    public ObservationReader(
        string folder, IReadOnlyDictionary<string, HardwareDocument> devices,
        Func<Fabric, KernelFamily, KernelModel?> models)
    {
        (_folder, _models) = (folder, models);
        _devices = devices.ToDictionary(
            pair => pair.Key, pair => new JudgedDevice(pair.Key, pair.Value, [Others]));
    }

    /// <summary>The rows by family.</summary>
    public IReadOnlyDictionary<KernelFamily, FamilyRows> ByFamily => _families;

    /// <summary>Rows that no fit may learn from, by reason.</summary>
    public IReadOnlyList<SkippedRows> LeftOut =>
    [
        .. _leftOut.Select(pair => new SkippedRows(pair.Key.Table, pair.Key.Reason, pair.Value)),
    ];

    /// <summary>What a row's operators of other families cost while one is fitted.</summary>
    private CostRung Others { get; } = new("analytical", (device, formats, links) =>
        new AnalyticalCostModel(device, formats, links, family => family.IsRowWise()
            ? BoundKernel.For(device.Spec, family)
            : null));

    /// <summary>Reads the tables that are there.</summary>
    /// <exception cref="ConfigException">There is no folder, no table, or a malformed one.
    /// </exception>
    public void Read(IReadOnlyList<MeasuredTable> tables)
    {
        foreach (var (table, file) in MeasuredFolder.Tables(_folder, tables))
        {
            if (file is not null) Read(table, file);
        }
    }

    private void Read(MeasuredTable table, string file)
    {
        var operators = new List<Operator>();
        using var rows = new TableRows(file, table);
        while (rows.Next())
        {
            var (name, _) = TableNames.Device(rows);
            if (!_devices.TryGetValue(name, out var device)) continue;
            var price = RowOperators.Read(rows, table, device, operators);
            if (price.Format.Models is [AnalyticalCostModel model])
                Add(rows, table, operators, model);
            else
                LeaveOut(table, price.Format.Reason!);
        }
    }

    private void Add(
        TableRows rows, MeasuredTable table, List<Operator> operators, AnalyticalCostModel others)
    {
        var family = Families.OfRow(operators);
        if (!_families.TryGetValue(family, out var known))
        {
            if (_models(others.Machine.Device.Spec.Fabric, family) is not { } model) return;
            _families[family] = known = new FamilyRows(family, model);
        }
        var seconds = rows.Seconds();
        if (NotKernels.Reason(rows, table, operators, others.Machine, seconds) is { } reason)
        {
            LeaveOut(table, reason);
            return;
        }
        double rest = 0;
        foreach (var one in operators.Where(one => Families.Of(one) != family))
        {
            others.Price(one, out var cost);
            rest += cost.Seconds;
        }
        known.Tables.Add(table.Name);
        known.Rows.Add(new Observation(
            [.. operators.Where(one => Families.Of(one) == family)], others.Machine, rest, seconds,
            known.Site(rows.Site)));
    }

    private void LeaveOut(MeasuredTable table, string reason) =>
        _leftOut[(table.Name, reason)] = _leftOut.GetValueOrDefault((table.Name, reason)) + 1;
}
