using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Validation;

/// <summary>A device with the cost models that its rows need, each made once.</summary>
/// <param name="name">As the tables name it.</param>
/// <param name="hardware">The file that describes it.</param>
/// <param name="rungs">What is judged, once for each set of figures.</param>
internal sealed class JudgedDevice(
    string name, HardwareDocument hardware, IReadOnlyList<CostRung> rungs)
{
    /// <summary>The tables' activations; none of them was measured with others.</summary>
    public const NumberFormat Activation = NumberFormat.Bf16;

    private static readonly Dictionary<CommunicationGroup, GroupLink> NoLinks = [];
    private readonly Device _device = Device.From(hardware.Accelerator, Catalog.Estimators);
    private readonly Dictionary<string, PricedFormat> _formats = [];
    private readonly Dictionary<int, PricedFormat> _groups = [];
    private Machine? _machine;

    /// <summary>As the tables name it.</summary>
    public string Name => name;

    /// <summary>The loads of experts that rows were measured with.</summary>
    public RoutedLoads Loads { get; } = new();

    /// <summary>The device as kernel models see it.</summary>
    public Machine Machine => _machine ??= new Machine(_device);

    /// <summary>Whether its main memory is HBM.</summary>
    public bool HasHbm => Says(_device.Spec.Memory[_device.MainMemory].Technology, "HBM");

    /// <summary>Whether its accelerators talk over NVLink.</summary>
    public bool HasNvlink =>
        _device.Spec.Links.Values.Any(link => Says(link.Technology, "NVLink"));

    /// <summary>Formats and cost model of one weight format.</summary>
    public PricedFormat Weights(string format, WeightScheme? scheme)
    {
        if (_formats.TryGetValue(format, out var known)) return known;
        return _formats[format] = Make(format, scheme);
    }

    /// <summary>The cost model of a group of ranks.</summary>
    public PricedFormat Ranks(int ranks)
    {
        if (_groups.TryGetValue(ranks, out var known)) return known;
        return _groups[ranks] = MakeGroup(ranks);
    }

    private PricedFormat Make(string format, WeightScheme? scheme)
    {
        if (Lacking() is { } lacking) return PricedFormat.Skipped(lacking);
        var compute = FormatPlan.Products(Name, Computes, scheme, Activation, []);
        var plan = FormatPlan.Unquantised(Activation);
        if (scheme is not null)
        {
            plan = plan with
            {
                Linear = scheme.Linear!.Value,
                LinearCompute = compute,
                Experts = scheme.Experts!.Value,
                ExpertCompute = compute,
            };
        }
        // The format says so where a device makes do with another one than was measured.
        var label = scheme?.Compute is { } wanted && wanted != compute
            ? $"{format} as bf16"
            : format;
        return new PricedFormat(label, plan, Models(plan, NoLinks), null);
    }

    private PricedFormat MakeGroup(int ranks)
    {
        if (Lacking() is { } lacking) return PricedFormat.Skipped(lacking);
        var plan = new ParallelismPlan(ranks);
        try
        {
            var site = Site.Of(
                hardware, new ReplicaSpec { Hardware = hardware.Id, Tp = ranks }, plan);
            var formats = FormatPlan.Unquantised(Activation);
            return new PricedFormat(
                "", formats, Models(formats, site.Links(_device, plan)), null);
        }
        catch (ConfigException e)
        {
            return PricedFormat.Skipped($"{hardware.Id}: {e.Problem}");
        }
    }

    private IReadOnlyList<ICostModel> Models(
        FormatPlan formats, IReadOnlyDictionary<CommunicationGroup, GroupLink> links) =>
        [.. rungs.Select(rung => rung.Make(_device, formats, links))];

    private static bool Says(string technology, string word) =>
        technology.StartsWith(word, StringComparison.Ordinal);

    private bool Computes(NumberFormat format) => _device.MatrixRate(format) is not null;

    private string? Lacking() => Computes(Activation)
        ? null
        : $"{hardware.Id} does not compute in {FormatNames.Of(Activation)}";
}

/// <summary>How rows of one format are priced, or why they are not.</summary>
/// <param name="Label">The format as reports show it.</param>
/// <param name="Plan">The formats.</param>
/// <param name="Models">One for each set of figures; empty where rows are skipped.</param>
/// <param name="Reason">Why they are skipped; null where they are priced.</param>
internal sealed record PricedFormat(
    string Label, FormatPlan? Plan, IReadOnlyList<ICostModel> Models, string? Reason)
{
    /// <summary>Rows that cannot be priced.</summary>
    public static PricedFormat Skipped(string reason) => new("", null, [], reason);
}
