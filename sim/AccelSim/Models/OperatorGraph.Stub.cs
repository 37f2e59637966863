using AccelSim.Units;

namespace AccelSim.Models;

public sealed partial class OperatorGraph
{
    private readonly Bytes[] _weightBytes = [];
    private readonly Bytes[] _kvBytesPerToken = [];
    private readonly Bytes[] _stateBytesPerSequence = [];

    private OperatorGraph() => throw new NotImplementedException();

    private Bytes PeakActivation(int stage, int tokens, int sampledTokens) =>
        throw new NotImplementedException();
}
