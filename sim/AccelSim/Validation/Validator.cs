using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;

using AccelSim.Validation.Deployments;

namespace AccelSim.Validation;

/// <summary>Judges a rung of the cost ladder against measured tables.</summary>
/// <param name="folder">Where the tables are.</param>
/// <param name="rungs">What is judged.</param>
public sealed class Validator(string folder, IRungs rungs)
{
    private readonly Dictionary<string, JudgedDevice> _devices = [];
    private readonly ErrorLedger _ledger = new();
    private readonly GoalLedger _goals = new();

    private readonly List<TableCount> _counts = [];
    private readonly List<SkippedRows> _skipped = [];

    /// <summary>Judges a rung with the figures that the hardware files state.</summary>
    /// <param name="folder">Where the tables are.</param>
    /// <param name="rung">What is judged.</param>
    public Validator(string folder, CostRung rung)
        : this(folder, new OneRung(rung))
    {
    }

    /// <summary>The tables to read; all by default.</summary>
    public IReadOnlyList<MeasuredTable> Tables { get; init; } = MeasuredTable.All;

    /// <summary>The measurements of whole systems to read; all by default.</summary>
    public IReadOnlyList<WholeTable> WholeTables { get; init; } = WholeTable.All;

    /// <summary>The devices to judge, as the tables name them; empty for all.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Devices to leave out, as the tables name them.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>The hardware of a device of the tables; the shipped files by default.</summary>
    public Func<string, HardwareDocument> Hardware { get; init; } = Catalog.Open;

    /// <summary>Reads the tables, one row at a time, and prices every row.</summary>
    /// <exception cref="ConfigException">
    /// There is no folder, none of the tables, or a malformed one.
    /// </exception>
    public ValidationResult Run()
    {
        foreach (var (table, file) in MeasuredFolder.Tables(
            folder, Tables, WholeTables))
        {
            if (file is not null) _counts.Add(Judge(file, table));
            else _counts.Add(new TableCount(table.Name, false, 0, 0, 0, 0));
        }
        return _ledger.Result(rungs.Name, _counts, _skipped) with
        {
            Goals = _goals.Cells,
            Whole = rungs.OfSystems is not { } systems
                ? []
                : [.. WholeTables.Where(table => table.IsIn(folder))
                    .Select(table => table.Judge(folder, systems, Systems()))],
        };
    }

    /// <summary>The devices whose whole systems are judged; none stands for all.</summary>
    private IReadOnlyList<string> Systems() => Except.Count == 0
        ? Devices
        : [.. (Devices.Count > 0
            ? Devices
            : [.. DeploymentNames.Systems.Keys, ServedRun.Device]).Except(Except)];

    private TableCount Judge(string file, MeasuredTable table)
    {
        _ledger.StartTable();
        var before = _ledger.Count;
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var operators = new List<Operator>();
        int all = 0, leftOut = 0;
        using var rows = new TableRows(file, table);
        while (rows.Next())
        {
            all++;
            if (!Asked(rows.Field(MeasuredTable.Device)))
            {
                leftOut++;
                continue;
            }
            var device = Device(rows);
            var measured = rows.Seconds();
            var price = RowOperators.Read(rows, table, device, operators);
            if (price.Format.Reason is { } reason)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
                continue;
            }
            var model = price.Format.Models[Fold(device, rows, operators)];
            var predicted = Price(model, operators, out var share);
            _ledger.Add(
                table.Name, device.Name, price.Label, Regimes.Of(model, share), rows, predicted,
                measured);
            if (NotKernels.Reason(rows, table, operators, device.Machine, measured) is null)
                _goals.Add(rows, table, device, price.Label, predicted, measured);
        }
        _skipped.AddRange(
            reasons.Select(pair => new SkippedRows(table.Name, pair.Key, pair.Value)));
        return new TableCount(
            table.Name, true, all, _ledger.Count - before, reasons.Values.Sum(), leftOut);
    }

    private int Fold(JudgedDevice device, TableRows rows, List<Operator> operators) =>
        rungs is OneRung
            ? 0
            : rungs.Fold(device.Name, Families.OfRow(operators), rows.Site);

    private bool Asked(ReadOnlySpan<char> device)
    {
        return (Devices.Count == 0 || Has(Devices, device)) && !Has(Except, device);

        static bool Has(IReadOnlyList<string> names, ReadOnlySpan<char> device)
        {
            foreach (var name in names)
            {
                if (device.SequenceEqual(name)) return true;
            }
            return false;
        }
    }

    private JudgedDevice Device(TableRows rows)
    {
        var (name, file) = TableNames.Device(rows);
        if (_devices.TryGetValue(name, out var known)) return known;
        return _devices[name] = new JudgedDevice(name, Hardware(file), rungs.Of(name));
    }

    private static ErrorLedger.Prediction Price(
        ICostModel model, List<Operator> operators, out ResourceVector share)
    {
        share = default;
        double seconds = 0, lower = 0, upper = 0;
        foreach (var one in operators)
        {
            model.Price(one, out var cost);
            seconds += cost.Seconds;
            // Bands of one kind of kernel are wrong together.
            lower += cost.LowerSeconds;
            upper += cost.UpperSeconds;
            share.Add(cost.Share, 1);
        }
        return new(seconds, lower, upper);
    }
}
