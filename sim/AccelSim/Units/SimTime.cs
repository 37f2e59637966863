namespace AccelSim.Units;

/// <summary>A point on the simulated clock: whole picoseconds since the start of the run.</summary>
/// <param name="Picoseconds">The default, zero, is the start. The range is 106 days.</param>
/// <remarks>Integral, so equal times compare equal and a run replays bit for bit.</remarks>
public readonly record struct SimTime(long Picoseconds) : IComparable<SimTime>
{
    /// <summary>Later than every event.</summary>
    public static SimTime Never { get; } = new(long.MaxValue);

    /// <summary>Seconds since the start of the run.</summary>
    public double Seconds => Picoseconds * 1e-12;

    /// <summary>The time a delay later, rounded to the nearest picosecond.</summary>
    /// <exception cref="OverflowException">
    /// The result is past 106 days, or not a number.
    /// </exception>
    public static SimTime operator +(SimTime time, Seconds delay) =>
        new(checked(time.Picoseconds + (long)Math.Round(delay.Value * 1e12)));

    /// <summary>The time from one point to another.</summary>
    public static Seconds operator -(SimTime later, SimTime earlier) =>
        new(checked(later.Picoseconds - earlier.Picoseconds) * 1e-12);

    /// <inheritdoc/>
    public int CompareTo(SimTime other) => Picoseconds.CompareTo(other.Picoseconds);

    /// <summary>Orders by time.</summary>
    public static bool operator <(SimTime left, SimTime right) =>
        left.Picoseconds < right.Picoseconds;

    /// <summary>Orders by time.</summary>
    public static bool operator >(SimTime left, SimTime right) =>
        left.Picoseconds > right.Picoseconds;

    /// <summary>Orders by time.</summary>
    public static bool operator <=(SimTime left, SimTime right) =>
        left.Picoseconds <= right.Picoseconds;

    /// <summary>Orders by time.</summary>
    public static bool operator >=(SimTime left, SimTime right) =>
        left.Picoseconds >= right.Picoseconds;

    /// <summary>Prints seconds with microsecond digits.</summary>
    public override string ToString() =>
        Seconds.ToString("0.000000", System.Globalization.CultureInfo.InvariantCulture) + " s";
}
