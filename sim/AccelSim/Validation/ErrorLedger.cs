namespace AccelSim.Validation;

/// <summary>Collects the errors of rows as they come.</summary>
internal sealed class ErrorLedger
{
    private const int MostWorst = 5;
    private const int MostPoints = 5000;
    private readonly List<Group> _groups = [];
    private readonly Dictionary<(string, string, string, Regime), int> _index = [];
    private readonly List<Entry> _entries = [];
    private readonly List<JudgedRow> _worst = [];
    private readonly List<int> _tableStarts = [];

    /// <summary>Entries so far.</summary>
    public int Count => _entries.Count;

    /// <summary>From here on rows belong to another table.</summary>
    public void StartTable() => _tableStarts.Add(_entries.Count);

    /// <summary>Adds a row.</summary>
    public void Add(
        string @operator, string device, string format, Regime regime, TableRows rows,
        in Prediction prediction, double measured)
    {
        var predicted = prediction.Seconds;
        var key = (@operator, device, format, regime);
        if (!_index.TryGetValue(key, out var group))
        {
            _index[key] = group = _groups.Count;
            _groups.Add(new Group(@operator, device, format, regime));
        }
        _groups[group].Errors.Add(predicted / measured - 1);
        if (prediction.Covers(measured)) _groups[group].Covered++;
        _entries.Add(new Entry(group, rows.Line, predicted, measured));
        var factor = Math.Max(predicted / measured, measured / predicted);
        if (_worst.Count == MostWorst && factor <= _worst[^1].Factor) return;
        var row = new JudgedRow(
            @operator, device, format, rows.Shape, rows.Line, predicted, measured);
        var at = _worst.FindIndex(other => other.Factor < factor);
        _worst.Insert(at < 0 ? _worst.Count : at, row);
        if (_worst.Count > MostWorst) _worst.RemoveAt(MostWorst);
    }

    /// <summary>What it adds up to.</summary>
    public ValidationResult Result(
        string rung, IReadOnlyList<TableCount> tables, IReadOnlyList<SkippedRows> skipped) => new(
        rung,
        Put(own => (own.Format, own.Regime)),
        Count == 0 ? null : Sum(_groups),
        _worst, tables, skipped, [.. Points()])
    {
        ByFormat = Put(own => (own.Format, null)),
        ByDevice = Put(_ => ("", null)),
    };

    private List<ErrorGroup> Put(Func<Group, (string Format, Regime? Regime)> together) =>
    [
        .. _groups
            .GroupBy(own => (own.Operator, own.Device, Key: together(own)))
            .OrderBy(same => Order(same.Key.Operator))
            .ThenBy(same => same.Key.Device, StringComparer.Ordinal)
            .ThenBy(same => same.Key.Key.Format, StringComparer.Ordinal)
            .ThenBy(same => same.Key.Key.Regime)
            .Select(same => new ErrorGroup(
                same.Key.Operator, same.Key.Device, same.Key.Key.Format, same.Key.Key.Regime,
                Sum(same))),
    ];

    private static ErrorSummary Sum(IEnumerable<Group> groups) => ErrorSummary.Of(
        [.. groups.SelectMany(own => own.Errors)], groups.Sum(own => own.Covered));

    private static int Order(string table) =>
        MeasuredTable.All.Select(known => known.Name).ToList().IndexOf(table);

    /// <summary>Evenly spaced rows, each table's share alike, so that small ones show.</summary>
    private IEnumerable<JudgedRow> Points()
    {
        if (_tableStarts.Count == 0) yield break;
        var share = MostPoints / _tableStarts.Count;
        for (var table = 0; table < _tableStarts.Count; table++)
        {
            var from = _tableStarts[table];
            var to = table + 1 < _tableStarts.Count ? _tableStarts[table + 1] : Count;
            var points = Math.Min(share, to - from);
            for (var i = 0; i < points; i++)
            {
                var entry = _entries[from + (int)((long)i * (to - from) / points)];
                var group = _groups[entry.Group];
                yield return new JudgedRow(
                    group.Operator, group.Device, group.Format, "", entry.Line, entry.Predicted,
                    entry.Measured);
            }
        }
    }

    /// <summary>What was predicted for a row, with its band; in seconds.</summary>
    internal readonly record struct Prediction(double Seconds, double Lower, double Upper)
    {
        public bool Covers(double measured) => measured >= Lower && measured <= Upper;
    }

    private readonly record struct Entry(int Group, int Line, double Predicted, double Measured);

    private sealed record Group(string Operator, string Device, string Format, Regime Regime)
    {
        public List<double> Errors { get; } = [];

        public int Covered { get; set; }
    }
}
