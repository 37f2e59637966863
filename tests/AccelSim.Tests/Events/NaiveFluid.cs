namespace AccelSim.Tests.Events;

/// <summary>Max–min fair sharing as its definition says, everything anew at each change.</summary>
internal static class NaiveFluid
{
    public sealed class Flow(double start, double bytes, int[] path)
    {
        public double Start { get; } = start;

        public double Left { get; set; } = bytes;

        public int[] Path { get; } = path;

        public double Rate { get; set; }

        public double End { get; set; } = double.NaN;
    }

    /// <summary>Fills in when each flow ends.</summary>
    public static void Run(List<Flow> flows, double[] capacity)
    {
        var now = 0.0;
        while (flows.Any(flow => double.IsNaN(flow.End)))
        {
            var active = flows.Where(flow => flow.Start <= now && double.IsNaN(flow.End)).ToList();
            Share(active, capacity);
            var next = flows.Where(flow => flow.Start > now).Select(flow => flow.Start)
                .Concat(active.Select(flow => now + flow.Left / flow.Rate)).Min();
            foreach (var flow in active)
            {
                flow.Left -= flow.Rate * (next - now);
                if (flow.Left < 1e-3) flow.End = next;
            }
            now = next;
        }
    }

    /// <summary>All open flows grow alike; those on a link that is full stop.</summary>
    private static void Share(List<Flow> active, double[] capacity)
    {
        var open = active.ToList();
        foreach (var flow in active) flow.Rate = 0;
        while (open.Count > 0)
        {
            var growth = Enumerable.Range(0, capacity.Length)
                .Where(link => open.Exists(flow => flow.Path.Contains(link)))
                .Min(link => Room(active, capacity, link)
                    / open.Count(flow => flow.Path.Contains(link)));
            foreach (var flow in open) flow.Rate += growth;
            open.RemoveAll(flow => flow.Path.Any(
                link => Room(active, capacity, link) <= 1e-9 * capacity[link]));
        }
    }

    private static double Room(List<Flow> active, double[] capacity, int link) =>
        capacity[link] - active.Where(flow => flow.Path.Contains(link)).Sum(flow => flow.Rate);
}
