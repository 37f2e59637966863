using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>Told the time between one token of a sequence and its next.</summary>
public interface ITokenGaps
{
    /// <summary>So many sequences had such a gap.</summary>
    void Add(SimTime from, SimTime to, int count);
}
