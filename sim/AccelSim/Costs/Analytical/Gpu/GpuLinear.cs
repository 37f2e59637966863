using AccelSim.Models;
using F = AccelSim.Costs.Analytical.Gpu.GpuLinearFigures;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>A linear layer on a GPU: [M, K] × [K, N] in tiles.</summary>
/// <remarks>
/// The formula stands in <c>docs/kernels-linear.md</c>. Times are in cycles and limits in bytes per
/// cycle and unit, so that figures travel between chips; energy per operation under the power limit
/// bounds what long products reach.
/// </remarks>
public sealed class GpuLinear : KernelModel
{
    private readonly F _places;

    /// <summary>A kernel with these traits.</summary>
    public GpuLinear(GpuLinearTraits traits) => _places = new F(traits);

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => _places.All;

    /// <inheritdoc/>
    public override KernelFormula Formula => new(
        "the least over tiles TM × TN" + (_places.SplitLaunch < 0 ? "" : " and splits s of K")
        + ": fixed + (Σ partsᵖ)^(1/p), p = smoothness; never less than its energy at the power "
        + "limit" + (_places.QuantiseLaunch < 0 ? "" : "; activations are quantised before"))
    {
        Fixed = "launch / clock"
            + (_places.SplitLaunch < 0
                ? ""
                : ", and for s parts splitLaunch and their sums at splitRate")
            + (_places.QuantiseLaunch < 0 ? "" : ", and quantiseLaunch"),
        Matrix = "waves × (K × (2·TM·TN / (matrixShare × peak) + step/32"
            + (_places.ExpandRate < 0 ? "" : " + TN / expandRate")
            + ") + TM·TN × epilogue) / clock, or operations × matrixEnergy / TDP",
        Memory =
            "missed bytes / (memoryShare × bandwidth), or / (units at work × unitStream × clock)",
        Cache =
            "bytes / (units × cacheRate × clock), or operands of all waves / (tileFeed × clock)",
        Vector = _places.QuantiseLaunch < 0
            ? ""
            : "rows of activations on a unit × (quantiseRow + K × quantiseElement) / clock",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures, out KernelTime time)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var quantises = _places.QuantiseLaunch >= 0;
        var work = new GpuLinearWork(@operator, machine, figures, quantises);
        time = default;
        time.Memory = work.MemorySeconds;
        time.Cache = work.CacheSeconds;
        var choice = work.Choose(_places, figures);
        var few = false;
        if (_places.VectorRows >= 0 && work.M <= figures[_places.VectorRows])
        {
            var vector = work.Smooth(0, 0, 0);
            few = vector < choice.Seconds;
            if (few) choice = new GpuTileChoice { Seconds = vector };
        }
        var launch = figures[F.Launch] / machine.Clock;
        var power = work.PowerSeconds;
        time.Fixed = launch + choice.Extra;
        time.Matrix = Math.Max(choice.Compute, power);
        time.Cache = Math.Max(time.Cache, choice.Feed);
        time.Seconds = Math.Max(launch + choice.Seconds, power);
        if (quantises && !few)
            GpuQuantise.Add(work, figures, _places.QuantiseLaunch, ref time);
    }
}
