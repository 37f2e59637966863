using AccelSim.Units;

namespace AccelSim.Events;

/// <summary>Hears of transfers, to draw a track per link.</summary>
public interface ITransferListener
{
    /// <summary>A transfer was sent; its latency begins.</summary>
    void Started(in Transfer transfer, SimTime time);

    /// <summary>The last byte has arrived.</summary>
    void Finished(in Transfer transfer, SimTime time);
}

/// <summary>One message on its way.</summary>
/// <param name="Id">From 0 in order of sending.</param>
/// <param name="Path">The links that it passes, all at once; do not change.</param>
/// <param name="Size">Its bytes.</param>
public readonly record struct Transfer(long Id, IReadOnlyList<NetworkLink> Path, Bytes Size);
