using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical;

/// <summary>What real kernels take: physics of each operator kind on each fabric.</summary>
/// <remarks>
/// The roofline says what each resource would need at its peak and what is drawn; a kernel model
/// says how long it takes and on what it waits. Where a fabric has no model of a family, or a
/// device no figures for it, the roofline's time stands.
/// </remarks>
public sealed class AnalyticalCostModel : ICostModel
{
    private readonly RooflineCostModel _limits;
    private readonly BoundKernel?[] _kernels;
    private readonly KernelErrors[] _errors;
    private readonly int[] _kinds;

    /// <inheritdoc cref="RooflineCostModel(Device, FormatPlan,
    /// IReadOnlyDictionary{CommunicationGroup, GroupLink})"/>
    public AnalyticalCostModel(
        Device device, FormatPlan formats,
        IReadOnlyDictionary<CommunicationGroup, GroupLink> links)
        : this(device, formats, links, family => BoundKernel.For(device.Spec, family))
    {
    }

    /// <summary>Prices with other figures than those of the device's file.</summary>
    /// <param name="device">The accelerator.</param>
    /// <param name="formats">The formats of the deployment.</param>
    /// <param name="links">The groups of ranks that talk, and over what.</param>
    /// <param name="kernels">The kernel of each family; null for the roofline's time.</param>
    public AnalyticalCostModel(
        Device device, FormatPlan formats,
        IReadOnlyDictionary<CommunicationGroup, GroupLink> links,
        Func<KernelFamily, BoundKernel?> kernels)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(kernels);
        _limits = new RooflineCostModel(device, formats, links);
        Machine = new Machine(device, links);
        _kernels = [.. Enum.GetValues<KernelFamily>().Select(kernels)];
        _errors = [.. _kernels.Select(ErrorsOf)];
        _kinds = [.. Enum.GetValues<ResourceKind>().Select(First)];
    }

    /// <summary>The device as the kernel models see it.</summary>
    public Machine Machine { get; }

    /// <inheritdoc/>
    public string Name => "analytical";

    /// <inheritdoc/>
    public IReadOnlyList<Resource> Resources => _limits.Resources;

    /// <inheritdoc/>
    public double HostSecondsPerStep => _limits.HostSecondsPerStep;

    /// <inheritdoc/>
    public int HostResource => _limits.HostResource;

    /// <inheritdoc/>
    /// <remarks>
    /// Kernels step over so many keys or twice as many: a batch of sequences of unlike lengths,
    /// priced by their mean, has its jumps at unlike steps, which the straight line averages.
    /// </remarks>
    public int ContextGrain => 64;

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost)
    {
        _limits.Price(@operator, out cost);
        if (cost.Seconds == 0) return;
        var family = (int)Families.Of(@operator);
        if (_kernels[family] is not { } kernel)
        {
            _errors[family].Bound(@operator, ref cost);
            return;
        }
        kernel.Model.Price(@operator, Machine, kernel.Figures, out var time);
        if (@operator.Kind == OperatorKind.AllReduce
            && @operator.Reduction == ReductionKernels.Fastest)
        {
            TakeOwn(@operator, ref time);
        }
        cost.Seconds = time.Seconds;
        Divide(@operator, time, ref cost);
        // Kernels of GPUs are fitted as they run, under their power limit.
        if (Machine.Device.Spec.Fabric is not GpuFabric) _limits.LimitPower(ref cost);
        _errors[family].Bound(@operator, ref cost);
    }

    /// <inheritdoc/>
    public PriceBasis? BasisOf(in Operator @operator)
    {
        var family = (int)Families.Of(@operator);
        var basis = _errors[family].Basis(@operator);
        return _kernels[family] is not { } kernel
            ? basis
            : basis with { Kernel = kernel.Explain(@operator, Machine) };
    }

    /// <inheritdoc/>
    public bool HasErrors => true;

    /// <inheritdoc/>
    public double ErrorAt(in Operator @operator, double seconds, double normal) =>
        _errors[(int)Families.Of(@operator)].At(@operator, seconds, normal);

    /// <inheritdoc/>
    public IReadOnlyList<SizeBeyond> Beyond =>
        [.. _errors.Select(errors => errors.Furthest).OfType<SizeBeyond>()];

    /// <inheritdoc/>
    public IReadOnlyList<CostTerm> Explain(in Operator @operator) => _limits.Explain(@operator);

    private static KernelErrors ErrorsOf(BoundKernel? kernel, int family) => kernel is null
        ? KernelErrors.OfRoofline((KernelFamily)family, Catalog.Uncertainty)
        : KernelErrors.Of(
            (KernelFamily)family,
            kernel.Fit ?? new KernelFit { Figures = new Dictionary<string, Fact<Figure>>() },
            kernel.Tag, kernel.IsInherited, Catalog.Uncertainty);

    /// <summary>Engines sum by their own kernels where those are faster, within a node.</summary>
    private void TakeOwn(in Operator @operator, ref KernelTime time)
    {
        if (_kernels[(int)KernelFamily.AllReduceBarriers] is not { } own
            || Machine.Link(@operator.Group) is not { IsNetwork: false } link
            || (link.Across is not null && @operator.Ranks > link.RanksInside))
        {
            return;
        }
        own.Model.Price(@operator, Machine, own.Figures, out var direct);
        if (direct.Seconds < time.Seconds) time = direct;
    }

    /// <summary>Who is to blame: the fixed part in full, the others by their cubes.</summary>
    private void Divide(in Operator @operator, in KernelTime time, ref OperatorCost cost)
    {
        var link = _kinds[(int)ResourceKind.Link];
        for (var i = 0; i < _limits.Resources.Count; i++)
        {
            // A group may talk over any of the links: the roofline knows over which.
            if (_limits.Resources[i].Kind == ResourceKind.Link && cost.Busy[i] > 0) link = i;
        }
        cost.Busy = default;
        cost.Share = default;
        var matrix = _limits.MatrixResource(@operator.ComputeFormat);
        var cubes = Cube(time.Matrix) + Cube(time.Vector) + Cube(time.Memory)
            + Cube(time.Cache) + Cube(time.Link);
        var rest = cubes > 0 ? (time.Seconds - time.Fixed) / cubes : 0;
        Put(_kinds[(int)ResourceKind.Launch], time.Fixed, time.Fixed, ref cost);
        Put(matrix, time.Matrix, rest * Cube(time.Matrix), ref cost);
        Put(_kinds[(int)ResourceKind.Vector], time.Vector, rest * Cube(time.Vector), ref cost);
        var memory = _kinds[(int)ResourceKind.Memory];
        Put(memory, time.Memory, rest * Cube(time.Memory), ref cost);
        Put(memory, time.Cache, rest * Cube(time.Cache), ref cost);
        Put(link, time.Link, rest * Cube(time.Link), ref cost);
    }

    private static void Put(int resource, double busy, double share, ref OperatorCost cost)
    {
        if (busy == 0) return;
        cost.Busy[resource] += busy;
        cost.Share[resource] += share;
    }

    private static double Cube(double value) => value * value * value;

    private int First(ResourceKind kind)
    {
        for (var i = 0; i < _limits.Resources.Count; i++)
        {
            if (_limits.Resources[i].Kind == kind) return i;
        }
        return -1;
    }
}
