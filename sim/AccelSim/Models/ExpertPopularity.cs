using AccelSim.Hardware;

namespace AccelSim.Models;

/// <summary>How unevenly tokens choose experts: the i-th most popular one i^−s as often.</summary>
/// <remarks>
/// A token chooses an expert at most once, so that no share exceeds 1. Experts of neighbouring
/// places are taken together, fifteen in a hundred at a time; an even choice is one exact group.
/// Popular experts are hit in every step, the others seldom: steps of few tokens read fewer
/// weights than evenly routed ones.
/// </remarks>
public sealed class ExpertPopularity
{
    private const double GroupWidth = 1.15;
    private readonly (double Share, double Experts)[] _groups;
    private readonly int _experts;

    /// <summary>Shares of experts.</summary>
    /// <param name="experts">Experts of a layer.</param>
    /// <param name="perToken">Experts that a token chooses.</param>
    /// <param name="exponent">s: 0 where all are chosen alike.</param>
    public ExpertPopularity(int experts, int perToken, double exponent)
    {
        _experts = experts;
        if (exponent == 0)
        {
            _groups = [((double)perToken / experts, experts)];
            return;
        }
        List<(double Weight, double Experts)> groups = [];
        for (var from = 1; from <= experts;)
        {
            var to = Math.Min(experts, Math.Max(from, (int)(from * GroupWidth)));
            double sum = 0;
            for (var i = from; i <= to; i++) sum += Math.Pow(i, -exponent);
            groups.Add((sum / (to - from + 1), to - from + 1));
            from = to + 1;
        }
        var scale = Scale(groups, perToken);
        _groups = [.. groups.Select(group => (Math.Min(1, scale * group.Weight), group.Experts))];
    }

    /// <summary>The exponent of a model where nothing is stated: 0 without experts.</summary>
    public static double Usual(ModelConfig model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.HasExperts ? Catalog.Estimators.Routing.Skew.Value.Value : 0;
    }

    /// <summary>The share of all experts that some of the tokens choose.</summary>
    public double Hit(long tokens)
    {
        double hit = 0;
        foreach (var (share, experts) in _groups)
            hit += experts * (1 - Math.Pow(1 - share, tokens));
        return hit / _experts;
    }

    /// <summary>The share of tokens that the most popular of one rank's experts gets.</summary>
    /// <param name="local">Experts of the rank, any of them: its best is one in ranks.</param>
    public double Top(int local)
    {
        double place = (double)_experts / local, passed = 0;
        foreach (var (share, experts) in _groups)
        {
            passed += experts;
            if (passed >= place) return share;
        }
        return _groups[^1].Share;
    }

    /// <summary>Weights times this are shares that sum to a token's experts.</summary>
    private static double Scale(List<(double Weight, double Experts)> groups, int perToken)
    {
        var scale = perToken / groups.Sum(group => group.Weight * group.Experts);
        // What is beyond 1 goes to the others; each round moves less.
        for (var round = 0; round < 60; round++)
        {
            var now = scale;
            var sum = groups.Sum(group => Math.Min(1, now * group.Weight) * group.Experts);
            scale *= perToken / sum;
        }
        return scale;
    }
}
