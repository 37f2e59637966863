using AccelSim.Events;

namespace AccelSim.Serving;

/// <summary>Holds requests for as long as an engine's front end and tokeniser take.</summary>
/// <param name="loop">The clock.</param>
internal sealed class FrontEnd(EventLoop loop) : IEventTarget
{
    private readonly Dictionary<int, (Sequence Sequence, Replica Replica)> _held = [];
    private int _passed;

    /// <summary>Hands a request on to a replica, at once or later.</summary>
    public void Pass(Sequence sequence, Replica replica)
    {
        replica.Expect();
        var delay = replica.Deployment.Engine.Host.PerRequest.Value;
        if (delay.Value == 0)
        {
            replica.Submit(sequence);
            return;
        }
        _held[_passed] = (sequence, replica);
        loop.After(delay, this, _passed++);
    }

    /// <inheritdoc/>
    public void Fire(int code)
    {
        _held.Remove(code, out var held);
        held.Replica.Submit(held.Sequence);
    }
}
