using System.Globalization;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>
/// The data sheet's promise: the slowest resource at its peak rate, plus a launch.
/// </summary>
/// <remarks>
/// Roofline model (Williams, Waterman and Patterson, CACM 2009), per memory level. An operator
/// takes
/// the maximum over its resources plus the time to launch it; the sum over the resources is the
/// upper bound. Where that would draw more than the power limit, it is slowed to stay within.
/// Real kernels are slower by 40 to 85 % (median): trust ratios more than values.
/// </remarks>
public sealed class RooflineCostModel : ICostModel
{
    private const int None = -1;
    private readonly List<Resource> _resources = [];
    private readonly Dictionary<CommunicationGroup, GroupCost> _groups = [];
    private readonly int[] _matrix = new int[Enum.GetValues<NumberFormat>().Length];
    private readonly double[] _matrixRate = new double[Enum.GetValues<NumberFormat>().Length];
    private readonly double[] _matrixEnergy = new double[Enum.GetValues<NumberFormat>().Length];
    private readonly int _vector;
    private readonly double _vectorRate;
    private readonly double _vectorEnergy;
    private readonly List<(int Resource, double Rate, double Energy)> _memory = [];
    private readonly Dictionary<AwayPlace, (int Resource, AwayMemory Memory)> _away = [];
    private readonly int _launch;
    private readonly double _launchSeconds;
    private readonly int _synchronisation;
    private readonly double _synchronisationSeconds;
    private readonly int _power;
    private readonly double _powerRoom;

    /// <summary>Prices operators on one rank.</summary>
    /// <param name="device">The accelerator.</param>
    /// <param name="formats">Formats whose rates are needed.</param>
    /// <param name="links">The wires of each group that the plan makes.</param>
    public RooflineCostModel(
        Device device, FormatPlan formats,
        IReadOnlyDictionary<CommunicationGroup, GroupLink> links)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(links);
        Array.Fill(_matrix, None);
        foreach (var format in new[]
            { formats.LinearCompute, formats.ExpertCompute, formats.AttentionCompute })
        {
            AddMatrix(device, format);
        }
        var vector = VectorFormats.Select(device.VectorRate).First(rate => rate is not null)!;
        _vector = Add(
            "vector", ResourceKind.Vector, vector.Formula, vector.Facts,
            vector.Value.ToString(), device.VectorEnergy.Source);
        _vectorRate = vector.Value.Value;
        _vectorEnergy = device.VectorEnergy.Value.Value;
        AddMemory(device);
        AddLinks(links);
        AddAway(device);
        _launch = Add(
            "launch", ResourceKind.Launch, "kernelLaunch", [device.KernelLaunch.Source],
            device.KernelLaunch.Value.ToString());
        _launchSeconds = device.KernelLaunch.Value.Value;
        _synchronisation = Add(
            "synchronisation", ResourceKind.Synchronisation, "synchronisation",
            [device.Synchronisation.Source], device.Synchronisation.Value.ToString());
        _synchronisationSeconds = device.Synchronisation.Value.Value;
        HostResource = Add(
            "host", ResourceKind.Host, "hostPerStep", [device.HostPerStep.Source],
            device.HostPerStep.Value.ToString());
        HostSecondsPerStep = device.HostPerStep.Value.Value;
        _powerRoom = device.Tdp.Value.Value - device.Idle.Value.Value;
        _power = Add(
            "power limit", ResourceKind.Power, "energy / (tdp − idle)",
            [device.Tdp.Source, device.Idle.Source], new Watts(_powerRoom).ToString());
    }

    private static readonly NumberFormat[] VectorFormats =
        [NumberFormat.Fp32, NumberFormat.Fp16, NumberFormat.Bf16];

    /// <inheritdoc/>
    public string Name => "roofline";

    /// <inheritdoc/>
    public IReadOnlyList<Resource> Resources => _resources;

    /// <inheritdoc/>
    public double HostSecondsPerStep { get; }

    /// <inheritdoc/>
    public int HostResource { get; }

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost)
    {
        cost = default;
        if (@operator.Kind == OperatorKind.WeightLoad)
        {
            PriceLoad(@operator, ref cost);
            return;
        }
        if (@operator.Ranks > 0)
        {
            PriceCollective(@operator, ref cost);
            return;
        }
        var slowest = None;
        double longest = 0;
        if (@operator.MatrixFlops.Value > 0)
        {
            var format = (int)@operator.ComputeFormat;
            Use(_matrix[format], @operator.MatrixFlops.Value / _matrixRate[format],
                @operator.MatrixFlops.Value * _matrixEnergy[format],
                ref cost, ref slowest, ref longest);
        }
        if (@operator.VectorFlops.Value > 0)
        {
            Use(_vector, @operator.VectorFlops.Value / _vectorRate,
                @operator.VectorFlops.Value * _vectorEnergy, ref cost, ref slowest, ref longest);
        }
        var bytes = @operator.MemoryBytes.Value;
        if (bytes > 0)
        {
            foreach (var (resource, rate, energy) in _memory)
                Use(resource, bytes / rate, bytes * energy, ref cost, ref slowest, ref longest);
        }
        // Nothing to do, nothing to launch.
        if (slowest == None) return;
        cost.LowerSeconds = longest + _launchSeconds;
        cost.UpperSeconds = cost.Busy.Sum() + _launchSeconds;
        cost.Seconds = cost.LowerSeconds;
        cost.Busy[_launch] = _launchSeconds;
        cost.Share[slowest] = longest;
        cost.Share[_launch] = _launchSeconds;
        LimitPower(ref cost);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CostTerm> Explain(in Operator @operator)
    {
        Price(@operator, out var cost);
        List<CostTerm> terms = [];
        for (var i = 0; i < _resources.Count; i++)
        {
            if (cost.Busy[i] == 0) continue;
            var (formula, values) = Terms(@operator, i, cost);
            terms.Add(new CostTerm(
                _resources[i], formula, values, cost.Busy[i], cost.Share[i] > 0));
        }
        return terms;
    }

    /// <summary>The matrix engine in a format among the resources.</summary>
    internal int MatrixResource(NumberFormat format) => _matrix[(int)format];

    private void PriceCollective(in Operator @operator, ref OperatorCost cost)
    {
        // Nothing to say: nobody waits.
        if (@operator.MessageBytes.Value == 0) return;
        _groups[@operator.Group].Price(@operator, ref cost);
        cost.Busy[_synchronisation] = _synchronisationSeconds;
        cost.Share = cost.Busy;
        cost.Seconds = cost.Busy.Sum();
        cost.LowerSeconds = cost.Seconds;
        cost.UpperSeconds = cost.Seconds;
    }

    private void PriceLoad(in Operator @operator, ref OperatorCost cost)
    {
        var (resource, from) = _away[@operator.Away];
        double bytes = @operator.MessageBytes.Value;
        cost.Seconds = from.Latency.Value.Value
            + @operator.Ranks * bytes / from.Bandwidth.Value.Value;
        cost.Busy[resource] = cost.Seconds;
        cost.Share[resource] = cost.Seconds;
        cost.Energy[resource] = bytes * from.Energy.Value.Value;
        cost.LowerSeconds = cost.Seconds;
        cost.UpperSeconds = cost.Seconds;
    }

    private static void Use(
        int resource, double seconds, double joules, ref OperatorCost cost, ref int slowest,
        ref double longest)
    {
        cost.Busy[resource] = seconds;
        cost.Energy[resource] = joules;
        if (slowest != None && seconds <= longest) return;
        slowest = resource;
        longest = seconds;
    }

    /// <summary>Slows an operator that would draw more than the power limit.</summary>
    internal void LimitPower(ref OperatorCost cost)
    {
        var least = cost.Energy.Sum() / _powerRoom;
        if (least <= cost.Seconds) return;
        cost.Busy[_power] = least;
        cost.Share[_power] = least - cost.Seconds;
        cost.Seconds = least;
        cost.LowerSeconds = Math.Max(cost.LowerSeconds, least);
        cost.UpperSeconds = Math.Max(cost.UpperSeconds, least);
    }

    private (string Formula, string Values) Terms(
        in Operator @operator, int resource, in OperatorCost cost)
    {
        var of = _resources[resource];
        var culture = CultureInfo.InvariantCulture;
        switch (of.Kind)
        {
            case ResourceKind.Matrix:
                var rate = new FlopsPerSecond(_matrixRate[(int)@operator.ComputeFormat]);
                return ("matrix operations / matrix rate",
                    string.Create(culture, $"{@operator.MatrixFlops} / {rate}"));
            case ResourceKind.Vector:
                return ("vector operations / vector rate", string.Create(
                    culture, $"{@operator.VectorFlops} / {new FlopsPerSecond(_vectorRate)}"));
            case ResourceKind.Memory:
                var level = _memory.Find(memory => memory.Resource == resource);
                return ("(weights + activations + KV) / bandwidth", string.Create(
                    culture, $"{@operator.MemoryBytes} / {new BytesPerSecond(level.Rate)}"));
            case ResourceKind.Link when @operator.Kind == OperatorKind.WeightLoad:
                var from = _away[@operator.Away].Memory;
                return ("latency + ranks on the wire × bytes / bandwidth", string.Create(
                    culture, $"{from.Latency.Value} + {@operator.Ranks} × "
                    + $"{@operator.MessageBytes} / {from.Bandwidth.Value}"));
            case ResourceKind.Link:
                return _groups[@operator.Group].Explain(@operator);
            case ResourceKind.Power:
                return ("energy / (tdp − idle)", string.Create(culture,
                    $"{new Joules(cost.Energy.Sum())} / {new Watts(_powerRoom)}"));
            default:
                return (of.Formula, new Seconds(cost.Busy[resource]).ToString());
        }
    }

    private void AddMatrix(Device device, NumberFormat format)
    {
        if (_matrix[(int)format] != None) return;
        var rate = device.MatrixRate(format) ?? throw new ArgumentException(
            $"{device.Spec.Id} does not compute in {FormatNames.Of(format)}.", nameof(format));
        var energy = device.MatrixEnergy(format);
        _matrix[(int)format] = Add(
            "matrix " + FormatNames.Of(format), ResourceKind.Matrix, rate.Formula, rate.Facts,
            rate.Value.ToString(), energy.Source);
        _matrixRate[(int)format] = rate.Value.Value;
        _matrixEnergy[(int)format] = energy.Value.Value;
    }

    private void AddMemory(Device device)
    {
        foreach (var (name, level) in device.Spec.Memory)
        {
            if (level.Role is not (MemoryRole.Main or MemoryRole.Cache)) continue;
            if (!device.Bandwidth.TryGetValue(name, out var bandwidth)) continue;
            // Cache traffic is part of the compute units' energy figures.
            var isMain = level.Role == MemoryRole.Main;
            var energy = device.MemoryEnergy[name];
            var resource = Add(
                name, ResourceKind.Memory, $"memory.{name}.bandwidth", [bandwidth.Source],
                bandwidth.Value.ToString(), isMain ? energy.Source : null);
            _memory.Add((resource, bandwidth.Value.Value, isMain ? energy.Value.Value : 0));
        }
    }

    private void AddLinks(IReadOnlyDictionary<CommunicationGroup, GroupLink> links)
    {
        foreach (var (group, link) in links.OrderBy(pair => pair.Key))
        {
            var inside = LinkResource(link);
            var across = link.Across is { } network ? LinkResource(network) : inside;
            _groups[group] = new GroupCost(link, inside, across);
        }
    }

    private int LinkResource(GroupLink link)
    {
        var known = _resources.FindIndex(resource => resource.Name == link.Name);
        return known >= 0
            ? known
            : Add(
                link.Name, ResourceKind.Link, $"links.{link.Name}.bandwidth",
                [link.Bandwidth.Source, link.Latency.Source], link.Bandwidth.Value.ToString(),
                link.Energy.Source);
    }

    /// <summary>What swapped KV blocks and offloaded weights come over.</summary>
    private void AddAway(Device device)
    {
        foreach (var place in Enum.GetValues<AwayPlace>())
        {
            if (AwayMemory.Of(device, place) is not { } memory) continue;
            var known = _resources.FindIndex(resource => resource.Name == memory.Name);
            var index = known >= 0
                ? known
                : Add(
                    memory.Name, ResourceKind.Link, memory.Path + ".bandwidth",
                    [memory.Bandwidth.Source], memory.Bandwidth.Value.ToString(),
                    memory.Energy.Source);
            _away[place] = (index, memory);
        }
    }

    private int Add(
        string name, ResourceKind kind, string formula, IReadOnlyList<FactSource> facts,
        string rate, FactSource? energy = null)
    {
        if (_resources.Count == ResourceVector.Capacity)
        {
            throw new InvalidOperationException(
                $"A cost model has at most {ResourceVector.Capacity} resources.");
        }
        _resources.Add(new Resource(name, kind, formula, facts, energy, rate));
        return _resources.Count - 1;
    }
}
