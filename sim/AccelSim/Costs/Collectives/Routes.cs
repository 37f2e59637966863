using AccelSim.Hardware;

namespace AccelSim.Costs.Collectives;

/// <summary>What rings and grids allow: usable wires, hops, the busiest wire.</summary>
/// <remarks>
/// A group of n takes the smallest near-square grid that holds n. When it is all that the link
/// joins and the topology closes, each dimension is a ring with two wires per rank; otherwise it is
/// a line, on which a ring folds back and uses each wire once.
/// </remarks>
internal readonly record struct Routes
{
    private Routes(int dimensions, bool closed, int a, int b, int c)
    {
        (Dimensions, Closed, A, B, C) = (dimensions, closed, a, b, c);
    }

    private int Dimensions { get; }

    private bool Closed { get; }

    private int A { get; }

    private int B { get; }

    private int C { get; }

    /// <summary>Whether ranks reach others over several hops.</summary>
    public static bool IsGrid(in LinkFigures link) => DimensionsOf(link.Topology) > 0;

    public static Routes Of(int ranks, in LinkFigures link)
    {
        var closed = ranks == link.Ends && link.Topology != Topology.Mesh2D;
        var dimensions = DimensionsOf(link.Topology);
        var a = CeilingRoot(ranks, dimensions);
        var rest = CeilingDivide(ranks, a);
        var b = dimensions > 1 ? CeilingRoot(rest, dimensions - 1) : 1;
        return new Routes(dimensions, closed, a, b, CeilingDivide(rest, b));
    }

    /// <summary>Share of a rank's bandwidth that rings in all dimensions can use.</summary>
    public double RingShare
    {
        get
        {
            var used = (A > 1 ? 1 : 0) + (B > 1 ? 1 : 0) + (C > 1 ? 1 : 0);
            return (Closed ? 1.0 : 0.5) * used / Dimensions;
        }
    }

    /// <summary>Share of a rank's bandwidth that one wire to a neighbour has.</summary>
    public double WireShare => 0.5 / Dimensions;

    /// <summary>Steps of a ring in each dimension, one after the other.</summary>
    public int RingSteps => A - 1 + (B - 1) + (C - 1);

    /// <summary>The longest of the shortest paths.</summary>
    public int Diameter => Closed ? A / 2 + B / 2 + C / 2 : RingSteps;

    /// <summary>
    /// Load of the busiest wire in an all-to-all, as a multiple of S at full rate.
    /// </summary>
    public double AllToAllLoad =>
        (Closed ? 1 : 2) * Dimensions * Math.Max(Across(A), Math.Max(Across(B), Across(C)));

    /// <summary>Bytes times hops of one rank in an all-to-all, as a multiple of S.</summary>
    public double AllToAllHops => Closed
        ? Across(A) + Across(B) + Across(C)
        : MeanOnLine(A) + MeanOnLine(B) + MeanOnLine(C);

    /// <summary>
    /// Mean distance on a ring; also, on a line, pairs across its middle over its length.
    /// </summary>
    private static double Across(int extent) => (double)((long)extent * extent / 4) / extent;

    private static double MeanOnLine(int extent) => (extent - 1.0 / extent) / 3;

    private static int CeilingRoot(int value, int degree)
    {
        if (degree == 1) return value;
        var root = 1;
        while (Math.Pow(root, degree) < value) root++;
        return root;
    }

    private static int CeilingDivide(int value, int by) => (value + by - 1) / by;

    private static int DimensionsOf(Topology topology) => topology switch
    {
        Topology.Ring => 1,
        Topology.Mesh2D or Topology.Torus2D => 2,
        Topology.Torus3D => 3,
        _ => 0,
    };
}
