using AccelSim.Configuration;
using AccelSim.Workloads.Readers;

namespace AccelSim.Imports;

/// <summary>
/// Reads a trace of PyTorch's profiler (Kineto) into the times of its operators on the device.
/// </summary>
/// <remarks>
/// An operator takes what its kernels take together. Kernels that no recorded operator started, as
/// those of a CUDA graph, are counted under their own names. Host times are not looked at, but
/// where a processor was profiled: there an operator takes its time without that of operators that
/// it called on the same thread.
/// </remarks>
public sealed class ProfilerTrace
{
    private const int MostLinks = 50_000_000, MostNames = 200_000, MostName = 120;

    private readonly List<(long Id, int Place, double Microseconds)> _kernels = [];
    private readonly List<HostSpan> _host = [];
    private readonly Dictionary<long, int> _operators = [];
    private readonly Dictionary<(string Name, string Label), int> _places = [];
    private readonly List<(ProfiledOperator What, string Name, List<double> Times)> _all = [];

    private long _spans;

    private ProfilerTrace(bool isOfHost) => IsOfHost = isOfHost;

    /// <summary>Whether operators are timed on the host, which was the device.</summary>
    public bool IsOfHost { get; }

    /// <summary>The kind of what no rule knows.</summary>
    public const string Other = ProfiledRules.Other;

    /// <summary>The devices that the profile names.</summary>
    public IReadOnlyList<ProfiledDevice> Devices { get; private set; } = [];

    /// <summary>Kernels, copies included; of a processor its operators.</summary>
    public long Kernels { get; private set; }

    /// <summary>Operators by name and shape, those with the most time first.</summary>
    public IReadOnlyList<ImportedOperator> Operators { get; private set; } = [];

    /// <summary>Whether a file begins as such a trace does.</summary>
    /// <param name="start">Its first bytes.</param>
    public static bool Begins(ReadOnlySpan<byte> start) => ChromeEvents.Begins(start);

    /// <summary>Reads a trace.</summary>
    /// <param name="path">JSON, packed where its name ends with <c>.gz</c>.</param>
    /// <param name="isOfHost">Whether a processor was profiled.</param>
    /// <exception cref="ConfigException">It is malformed, or holds no kernel (of a processor: no
    /// operator).</exception>
    public static ProfilerTrace Read(string path, bool isOfHost = false)
    {
        var trace = new ProfilerTrace(isOfHost);
        using var events = new ChromeEvents(path);
        while (events.Next(out var bytes)) trace.Add(ProfiledEvent.Read(bytes, events), events);
        trace.Join();
        trace.Devices = events.Devices;
        return trace.Kernels > 0
            ? trace
            : throw new ConfigException(path, 0, "", trace.Nothing());
    }

    /// <summary>Adds the operators that a table holds, each with the median of its times.</summary>
    /// <param name="tables">Receives them.</param>
    public void Write(ImportedTables tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        foreach (var (what, _, times) in _all)
        {
            // Sorted when they were joined.
            if (times.Count == 0) continue;
            if (what.Table is { } table && times[times.Count / 2] is > 0 and var median)
                tables.Add(table, what.Texts, what.Shape, median);
        }
    }

    private void Add(ProfiledEvent one, ChromeEvents events)
    {
        if (one.Microseconds is not { } span) return;
        _spans++;
        var category = one.Category.ToLowerInvariant();
        if (category is "cpu_op" or "operator")
        {
            AddOperator(one, span, events);
        }
        else if (category is "kernel" or "gpu_memcpy" or "gpu_memset" or "memcpy" or "memset")
        {
            if (IsOfHost)
            {
                throw events.Error($"has the kernel {TraceFile.Show(one.Name)} of a device, but "
                    + "--hardware names a processor; name the device.");
            }
            Kernels++;
            var what = ProfiledRules.OfKernel(one);
            if (one.Collective.Length > 0 || one.ExternalId is not { } id)
            {
                _all[Place(what, Short(one.Name), events)].Times.Add(span);
                return;
            }
            // Told by its own name where no operator comes for it.
            if (_kernels.Count >= MostLinks) throw TooMany(events);
            _kernels.Add((id, Place(what, Short(one.Name), events), span));
        }
    }

    private void AddOperator(ProfiledEvent one, double span, ChromeEvents events)
    {
        if (Math.Max(_operators.Count, _host.Count) >= MostLinks) throw TooMany(events);
        if (!IsOfHost && one.ExternalId is null) return;
        var place = Place(ProfiledRules.Of(one), one.Name, events);
        if (one.ExternalId is { } id && !IsOfHost)
        {
            _operators[id] = place;
            return;
        }
        Kernels++;
        _host.Add(new HostSpan(one.Thread, one.Start, span, place));
    }

    private void Join()
    {
        var sums = new Dictionary<long, double>();
        foreach (var (id, place, span) in _kernels)
        {
            if (_operators.ContainsKey(id)) sums[id] = sums.GetValueOrDefault(id) + span;
            else _all[place].Times.Add(span);
        }
        foreach (var (id, span) in sums) _all[_operators[id]].Times.Add(span);
        foreach (var (place, span) in HostSpan.Own(_host)) _all[place].Times.Add(span);
        Operators =
        [
            .. _all.Where(one => one.Times.Count > 0).Select(one =>
            {
                one.Times.Sort();
                return new ImportedOperator(
                    one.What.Kind, one.Name, one.What.Label, one.What.Table?.Name ?? "",
                    one.Times.Count, one.Times[one.Times.Count / 2], one.Times.Sum());
            })
            .OrderByDescending(one => one.TotalMicroseconds)
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .ThenBy(one => one.Shape, StringComparer.Ordinal),
        ];
    }

    /// <summary>What is missing, and what would be right.</summary>
    private string Nothing() => IsOfHost
        ? $"holds no operator of the host (cpu_op) among {_spans:N0} spans; profile with "
            + "ProfilerActivity.CPU, and with record_shapes=True for sizes, by a PyTorch that was "
            + "built with Kineto."
        : (_spans == 0
            ? "holds no kernel of a device"
            : $"holds {_spans:N0} spans of the host, but no kernel of a device")
            + "; profile with ProfilerActivity.CUDA, and with record_shapes=True for sizes. Where "
            + "a processor was profiled, --hardware names it, such as epyc-9654.";

    private int Place(ProfiledOperator what, string name, ChromeEvents events)
    {
        var key = (name, what.Label.Length > 0 ? what.Label : what.Kind);
        if (_places.TryGetValue(key, out var known)) return known;
        if (_all.Count >= MostNames)
        {
            throw events.Error(
                $"names more than {MostNames:N0} operators of different sizes; profile fewer "
                + "steps.");
        }
        _all.Add((what, name, []));
        return _places[key] = _all.Count - 1;
    }

    /// <summary>A kernel's name without what templates and parameters add.</summary>
    private static string Short(string name)
    {
        var end = name.AsSpan().IndexOfAny('<', '(');
        var text = end > 0 ? name[..end].TrimEnd() : name;
        return text.Length > MostName ? text[..MostName] : text;
    }

    private static ConfigException TooMany(ChromeEvents events) => events.Error(
        $"holds more than {MostLinks:N0} operators or kernels; profile fewer steps.");
}

/// <summary>One operator of a profile, in one shape.</summary>
/// <param name="Kind">What it is; <c>other</c> where no rule knows.</param>
/// <param name="Name">As the profile names it.</param>
/// <param name="Shape">Its sizes; empty where they are not known.</param>
/// <param name="Table">The table that holds it; empty where none does.</param>
/// <param name="Count">How often it ran.</param>
/// <param name="MedianMicroseconds">What it took on the device.</param>
/// <param name="TotalMicroseconds">What it took altogether.</param>
public sealed record ImportedOperator(
    string Kind, string Name, string Shape, string Table, int Count, double MedianMicroseconds,
    double TotalMicroseconds);

/// <summary>An operator as a thread of the host ran it.</summary>
/// <param name="Thread">The thread.</param>
/// <param name="Start">When it began, in microseconds.</param>
/// <param name="Microseconds">How long it took with all that it called.</param>
/// <param name="Place">Which operator.</param>
internal readonly record struct HostSpan(
    string Thread, double Start, double Microseconds, int Place)
{
    private double End => Start + Microseconds;

    /// <summary>What each took without those that it called.</summary>
    public static IEnumerable<(int Place, double Microseconds)> Own(List<HostSpan> spans)
    {
        // Callers before those that begin with them.
        var order = spans.OrderBy(one => one.Thread, StringComparer.Ordinal)
            .ThenBy(one => one.Start).ThenByDescending(one => one.Microseconds);
        var open = new Stack<(HostSpan Span, double Called)>();
        foreach (var next in order)
        {
            while (open.TryPeek(out var top)
                && (top.Span.Thread != next.Thread || top.Span.End <= next.Start))
            {
                yield return Close(open);
            }
            open.Push((next, 0));
        }
        while (open.Count > 0) yield return Close(open);
    }

    /// <summary>Takes the innermost, whose time is not its caller's.</summary>
    private static (int Place, double Microseconds) Close(
        Stack<(HostSpan Span, double Called)> open)
    {
        var (span, called) = open.Pop();
        if (open.TryPop(out var caller))
            open.Push((caller.Span, caller.Called + span.Microseconds));
        return (span.Place, Math.Max(0, span.Microseconds - called));
    }
}
