using AccelSim.Models;

namespace AccelSim.Costs.Analytical;

/// <summary>The sizes that tell one operator of a kind from another.</summary>
/// <remarks>
/// Fits state the ranges that they cover by these names, and tables are interpolated along them.
/// </remarks>
public static class OperatorAxes
{
    private static readonly string[] Product = ["m", "n", "k"];
    private static readonly string[] Grouped = ["rowsPerGroup", "groups", "n", "k"];

    private static readonly string[] Attention =
        ["sequences", "queries", "keys", "heads", "headsPerKv", "headDim"];

    private static readonly string[] Collective = ["ranks", "bytes"];
    private static readonly string[] RowWise = ["rows", "width"];

    /// <summary>The most axes that a kind has.</summary>
    public const int Most = 6;

    /// <summary>Whether rows and their width are all that its axes tell.</summary>
    public static bool IsRowWise(OperatorKind kind) => ReferenceEquals(Names(kind), RowWise);

    /// <summary>The names of a kind's axes.</summary>
    public static IReadOnlyList<string> Names(OperatorKind kind) => kind switch
    {
        OperatorKind.Linear => Product,
        OperatorKind.ExpertLinear => Grouped,
        OperatorKind.PrefillAttention or OperatorKind.DecodeAttention => Attention,
        OperatorKind.AllReduce or OperatorKind.AllGather or OperatorKind.ReduceScatter
            or OperatorKind.AllToAll or OperatorKind.SendReceive
            or OperatorKind.WeightLoad => Collective,
        _ => RowWise,
    };

    /// <summary>An operator's size along each axis, in the order of the names.</summary>
    /// <param name="operator">The operator.</param>
    /// <param name="sizes">At least <see cref="Most"/> places. Allocates nothing.</param>
    /// <returns>How many places were filled.</returns>
    public static int Read(in Operator @operator, Span<double> sizes)
    {
        var names = Names(@operator.Kind);
        if (ReferenceEquals(names, Product))
            (sizes[0], sizes[1], sizes[2]) = (@operator.M, @operator.N, @operator.K);
        else if (ReferenceEquals(names, Grouped))
        {
            sizes[0] = @operator.M / Math.Max(1.0, @operator.Groups);
            (sizes[1], sizes[2], sizes[3]) = (@operator.Groups, @operator.N, @operator.K);
        }
        else if (ReferenceEquals(names, Attention)) ReadAttention(@operator, sizes);
        else if (ReferenceEquals(names, Collective))
            (sizes[0], sizes[1]) = (@operator.Ranks, @operator.MessageBytes.Value);
        else (sizes[0], sizes[1]) = (@operator.M, @operator.N);
        return names.Count;
    }

    private static void ReadAttention(in Operator @operator, Span<double> sizes)
    {
        var sequences = Math.Max(1.0, @operator.Sequences);
        sizes[0] = @operator.Sequences;
        sizes[1] = @operator.Queries / sequences;
        // Seen by one query on average: half the prompt where it is causal.
        sizes[2] = @operator.Pairs / Math.Max(1.0, @operator.Queries);
        sizes[3] = @operator.Heads;
        sizes[4] = @operator.Heads / Math.Max(1.0, @operator.KvHeads);
        sizes[5] = @operator.HeadDim;
    }
}
