using AccelSim.Events;
using AccelSim.Units;

namespace AccelSim.Benchmarks;

/// <summary>Transfers that share links; each arrival sends another.</summary>
public sealed class FairShareNetworkBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "fair-share-network";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var apart = new Traffic(links: 64, flows: 256, shared: false);
        report.Measure("64 links apart, 4 flows each", "transfers", () => apart.Run(200_000));
        var core = new Traffic(links: 64, flows: 256, shared: true);
        report.Measure("64 links on a core, 256 flows", "transfers", () => core.Run(5_000));
        var crowd = new Traffic(links: 1, flows: 4000, shared: false);
        report.Measure("one link, 4,000 flows", "transfers", () => crowd.Run(2_000));
    }

    private sealed class Traffic : IEventTarget
    {
        private readonly EventLoop _loop = new();
        private readonly FairShareNetwork _network;
        private readonly NetworkLink[][] _paths;
        private readonly Random _random = new(7);
        private long _arrived;

        public Traffic(int links, int flows, bool shared)
        {
            _network = new FairShareNetwork(_loop);
            var core = shared ? _network.AddLink("core", new BytesPerSecond(100e9)) : null;
            _paths = Enumerable.Range(0, links)
                .Select(i => _network.AddLink($"link {i}", new BytesPerSecond(50e9)))
                .Select(link => core is null ? new[] { link } : [link, core])
                .ToArray();
            for (var i = 0; i < flows; i++) Send(i % links);
        }

        public void Fire(int code)
        {
            _arrived++;
            Send(code);
        }

        public long Run(int transfers)
        {
            var end = _arrived + transfers;
            while (_arrived < end) _loop.Step();
            _network.CheckConservation();
            return transfers;
        }

        private void Send(int path) => _network.Send(
            _paths[path], new Bytes(1 + _random.Next(10_000_000)), new Seconds(2e-6), this, path);
    }
}
