using AccelSim.Workloads;

namespace AccelSim.Calibration;

/// <summary>Parts sites into folds of equal size, each to be left out once.</summary>
/// <remarks>The same seed and the same sites give the same folds, whatever their order.</remarks>
internal sealed class Folds
{
    private readonly Dictionary<string, int> _folds;

    /// <summary>Deals the sites out.</summary>
    /// <param name="sites">Their names.</param>
    /// <param name="count">How many folds.</param>
    /// <param name="seed">Another seed deals otherwise.</param>
    public Folds(IEnumerable<string> sites, int count, long seed)
    {
        Count = count;
        _folds = sites
            .OrderBy(site => ContentKeys.Mix(seed, ContentKeys.Of(site)))
            .ThenBy(site => site, StringComparer.Ordinal)
            .Select((site, i) => (site, i))
            .ToDictionary(pair => pair.site, pair => pair.i % count);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The fold that leaves a site out; −1 for a site that no fold knows.</summary>
    public int Of(string site) => _folds.GetValueOrDefault(site, -1);
}
