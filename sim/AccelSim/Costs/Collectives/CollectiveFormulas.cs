using System.Diagnostics;
using AccelSim.Hardware;

namespace AccelSim.Costs.Collectives;

/// <summary>The formulas in symbols, with their sources.</summary>
internal static class CollectiveFormulas
{
    private const string Thakur = "Thakur, Rabenseifner and Gropp, IJHPCA 2005";
    private const string Patarasuk = "Patarasuk and Yuan, JPDC 2009";
    private const string Sanders = "Sanders, Speck and Träff, Parallel Computing 2009";
    private const string Klenk = "Klenk et al., ISCA 2020";
    private const string Sack = "Sack and Gropp, TOPC 2015";
    private const string Cut = "bytes over the busiest wire, Dally and Towles 2004, §3";

    public static (string Symbols, string Source) Of(in CollectiveCost cost)
    {
        var bus = cost.Link.Topology == Topology.Bus;
        return (cost.Algorithm, cost.Kind) switch
        {
            (CollectiveAlgorithm.Ring, CollectiveKind.AllReduce) when Routes.IsGrid(cost.Link) =>
                ("2·Σ(aᵢ−1)·α + 2·(n−1)/n·S/U", Sack),
            (CollectiveAlgorithm.Ring, _) when Routes.IsGrid(cost.Link) =>
                ("Σ(aᵢ−1)·α + (n−1)/n·S/U", Sack),
            (CollectiveAlgorithm.Ring, CollectiveKind.AllReduce) =>
                (bus ? "2·(n−1)·α + 2·(n−1)·S/U" : "2·(n−1)·α + 2·(n−1)/n·S/U", Patarasuk),
            (CollectiveAlgorithm.Ring, _) =>
                (bus ? "(n−1)·α + (n−1)·S/U" : "(n−1)·α + (n−1)/n·S/U", Thakur),
            (CollectiveAlgorithm.Tree, _) =>
                (bus ? "2·⌈log₂n⌉·α + 2·(n−1)·S/U" : "2·⌈log₂n⌉·α + 2·S/U", Sanders),
            (CollectiveAlgorithm.OneShot, _) =>
                (bus ? "α + n·(n−1)·S/U" : "α + (n−1)·S/U", Thakur),
            (CollectiveAlgorithm.Direct, CollectiveKind.AllReduce) =>
                (bus ? "2·α + 2·(n−1)·S/U" : "2·α + 2·(n−1)/n·S/U", Thakur),
            (CollectiveAlgorithm.Direct, CollectiveKind.SendReceive) => ("α + S/U", Thakur),
            (CollectiveAlgorithm.Direct, _) =>
                (bus ? "α + (n−1)·S/U" : "α + (n−1)/n·S/U", Thakur),
            (CollectiveAlgorithm.InNetwork, _) => ("2·α + (n+1)/n·S/U", Klenk),
            (CollectiveAlgorithm.Routed, _) => ("hops·α + busiest wire's share·S/U", Cut),
            _ => throw new UnreachableException(),
        };
    }
}
