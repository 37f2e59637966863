using System.Globalization;
using AccelSim.Units;

namespace AccelSim.Costs.Collectives;

/// <summary>What one collective takes, with the terms that it was made of.</summary>
/// <remarks>
/// Time = <see cref="Start"/> + <see cref="Transfer"/>; nothing overlaps with it.
/// </remarks>
public readonly record struct CollectiveCost
{
    /// <summary>What is exchanged.</summary>
    public CollectiveKind Kind { get; init; }

    /// <summary>How.</summary>
    public CollectiveAlgorithm Algorithm { get; init; }

    /// <summary>S.</summary>
    public double Message { get; init; }

    /// <summary>n.</summary>
    public int Ranks { get; init; }

    /// <summary>Over which link.</summary>
    public LinkFigures Link { get; init; }

    /// <summary>Messages or hops that follow one another: multiples of α.</summary>
    public double Steps { get; init; }

    /// <summary>Multiples of S that pass the narrowest place, at <see cref="Rate"/>.</summary>
    public double Load { get; init; }

    /// <summary>U: what the group can use of its bandwidth; the medium's on a bus.</summary>
    public BytesPerSecond Rate { get; init; }

    /// <summary>Multiples of S that one rank puts on its wires.</summary>
    public double Sent { get; init; }

    /// <summary>The part that size does not change.</summary>
    public Seconds Start => Steps * Link.Latency;

    /// <summary>The part that size decides.</summary>
    public Seconds Transfer
    {
        get
        {
            if (Ranks == 1) return default;
            var stream = Load * Message / Rate.Value;
            // A tree's stages work on chunks one after another; with the best chunk size, filling
            // the pipe costs twice the geometric mean of both terms.
            var fill = Algorithm == CollectiveAlgorithm.Tree
                ? 2 * Math.Sqrt(Start.Value * stream)
                : 0;
            return new Seconds(stream + fill);
        }
    }

    /// <summary>From the moment that all ranks are ready until all have the result.</summary>
    public Seconds Time => Start + Transfer;

    /// <summary>
    /// Bytes that each rank puts on its wires, relayed ones included, rounded up.
    /// </summary>
    public Bytes LinkBytes => new(checked((long)Math.Ceiling(Sent * Message)));

    /// <summary>The formula, the values put in, and its source.</summary>
    public string Formula
    {
        get
        {
            if (Ranks == 1) return $"{Kind.Text()} of one rank: nothing to do";
            var (symbols, source) = CollectiveFormulas.Of(this);
            var tree = Algorithm == CollectiveAlgorithm.Tree ? " + filling the pipe" : "";
            var wires = Rate.Value < Link.Bandwidth.Value
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $", of B = {Link.Bandwidth} {Rate / Link.Bandwidth:0.####} usable")
                : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Kind.Text()}, {Algorithm.Text()}, n = {Ranks}: {symbols}{tree} = "
                + $"{Steps:0.####}·{Link.Latency} + {Load:0.####}·{Size} / {Rate}{tree} = {Time}"
                + $"{wires} ({source})");
        }
    }

    private string Size => Quantity.Format(new Bytes((long)Math.Ceiling(Message)));
}
