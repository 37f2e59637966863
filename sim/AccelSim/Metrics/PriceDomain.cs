using AccelSim.Costs;
using AccelSim.Serving;

namespace AccelSim.Metrics;

/// <summary>How much of a result stands on measured ground, in shares of step time.</summary>
/// <param name="Inside">Fitted to this device, within the sizes measured on it.</param>
/// <param name="Transferred">Fitted on other devices, within the sizes measured there.</param>
/// <param name="Outside">Fitted, but beyond the sizes measured.</param>
/// <param name="Sheet">By the data sheet and fixed costs: nothing was fitted.</param>
/// <param name="Beyond">Of each family that lies outside, the size that is furthest out.</param>
public sealed record PriceDomain(
    double Inside, double Transferred, double Outside, double Sheet,
    IReadOnlyList<SizeBeyond> Beyond)
{
    private const double Rounding = 1e-12;

    /// <summary>The share that rests on fitted figures.</summary>
    public double Fitted => Inside + Transferred + Outside;

    /// <summary>From seconds by ground.</summary>
    /// <param name="seconds">Of all steps.</param>
    /// <param name="deployments">What priced them; equal ones count once.</param>
    public static PriceDomain Of(in GroundVector seconds, IEnumerable<Deployment> deployments)
    {
        var total = Enum.GetValues<PriceGround>().Sum(seconds.Of);
        return new PriceDomain(
            Share(seconds.Of(PriceGround.Inside)), Share(seconds.Of(PriceGround.Transferred)),
            Share(seconds.Of(PriceGround.Outside)),
            Share(seconds.Of(PriceGround.Sheet)),
            [.. deployments.Distinct()
                .SelectMany(deployment => deployment.Stages[0].Model.Beyond)
                .GroupBy(beyond => beyond.Family)
                .OrderBy(family => family.Key)
                .Select(family => family.MaxBy(beyond => beyond.Distance))]);

        // What is left over of a difference is rounding.
        double Share(double part) => part <= Rounding * total ? 0 : part / total;
    }
}
