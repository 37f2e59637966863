using AccelSim.Events;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>The links that several replicas share, such as the PCIe root of a node.</summary>
/// <remarks>
/// A replica alone on its wires needs none of this: its transfers are part of its step times. Where
/// replicas share a medium, their transfers become flows that share its rate.
/// </remarks>
internal sealed class SharedLinks
{
    private readonly IReplicaHost _host;
    private readonly FairShareNetwork _network;
    private readonly int[] _mediumOf;
    private readonly List<Medium> _media = [];

    /// <param name="host">The run.</param>
    /// <param name="replicas">The deployment of each replica, by its number.</param>
    public SharedLinks(IReplicaHost host, IReadOnlyList<Deployment> replicas)
    {
        _host = host;
        _network = new FairShareNetwork(host.Loop);
        _mediumOf = new int[replicas.Count];
        Array.Fill(_mediumOf, -1);
        foreach (var group in replicas.Select((deployment, index) => (deployment, index))
            .Where(pair => pair.deployment.Node.SharedMedium is not null)
            .GroupBy(pair => pair.deployment))
        {
            Place(group.Key, [.. group.Select(pair => pair.index)]);
        }
    }

    private sealed record Medium(NetworkLink[] Path);

    /// <summary>
    /// Whether a replica shares a medium with another one, or its own stages do.
    /// </summary>
    public bool IsShared(int replica) => _mediumOf[replica] >= 0;

    /// <summary>Checks that all bytes sent have arrived.</summary>
    public void CheckConservation() => _network.CheckConservation();

    /// <summary>Moves KV blocks of every rank out of main memory or in.</summary>
    public void MoveAway(Replica replica, Bytes perRank, string purpose, int code)
    {
        var deployment = replica.Deployment;
        // Only a device with a way out swaps. Flash is each accelerator's own.
        var away = deployment.Away!;
        if (!IsShared(replica.Index) || away.Place == AwayPlace.Flash)
        {
            var time = perRank / away.Bandwidth.Value;
            var wire = away.Place == AwayPlace.Host ? "host link" : away.Name;
            Note($"{deployment.Device.Spec.Id} {wire}", replica.Index, purpose,
                _host.Loop.Now, _host.Loop.Now + time, perRank);
            _host.Loop.After(time, replica, code);
            return;
        }
        // All ranks of the replica push through the same medium.
        Start(replica, deployment.Accelerators * perRank, purpose, code);
    }

    /// <summary>The collectives of a step, which would take so long on an idle medium.</summary>
    public void Communicate(Replica replica, Seconds alone, int code)
    {
        var medium = _media[_mediumOf[replica.Index]];
        Start(replica, new Bytes((long)Math.Round(alone.Value * medium.Path[0].Capacity.Value)),
            "collectives", code);
    }

    private void Start(Replica replica, Bytes bytes, string purpose, int code)
    {
        var medium = _media[_mediumOf[replica.Index]];
        var start = _host.Loop.Now;
        _network.Send(
            medium.Path, bytes, default,
            new Arrival(this, replica, code, medium.Path[0].Name, purpose, start, bytes), 0);
    }

    private void Note(
        string link, int replica, string purpose, SimTime start, SimTime end, Bytes bytes) =>
        _host.Listener?.TransferDone(
            new TransferFact(link, replica, purpose, start, end, bytes));

    private void Place(Deployment deployment, IReadOnlyList<int> replicas)
    {
        var node = deployment.Node;
        var perNode = Math.Max(1, node.PerNode / deployment.Accelerators);
        foreach (var together in replicas.Chunk(perNode))
        {
            // The stages of a pipeline talk at the same time, even if the replica is alone.
            if (together.Length < 2 && deployment.Graph.Plan.PipelineParallel == 1) continue;
            var name = $"{node.SharedMedium} of node {_media.Count}";
            var link = _network.AddLink(name, node.MediumBandwidth);
            foreach (var replica in together) _mediumOf[replica] = _media.Count;
            _media.Add(new Medium([link]));
        }
    }

    /// <summary>Passes the end of a flow on to its replica.</summary>
    private sealed class Arrival(
        SharedLinks links, Replica replica, int code, string link, string purpose, SimTime start,
        Bytes bytes) : IEventTarget
    {
        public void Fire(int ignored)
        {
            links.Note(link, replica.Index, purpose, start, links._host.Loop.Now, bytes);
            replica.Fire(code);
        }
    }
}
