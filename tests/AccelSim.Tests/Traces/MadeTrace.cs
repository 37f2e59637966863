using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Traces;

namespace AccelSim.Tests.Traces;

/// <summary>A run that took exactly as long as the cost model says, times a factor.</summary>
internal static class MadeTrace
{
    public const string Model = "llama-3.2-1b";
    private const long HostGap = 5000, Between = 2000, Came = 1000;

    public static Deployment On(string hardware) => new DeploymentBuilder(
        ModelCatalog.Load(Model), "bf16", "auto", "none", 16).Build(
            Catalog.Open(hardware), new ReplicaSpec { Hardware = hardware });

    public static TraceHeader Header(Deployment deployment) => new()
    {
        Schema = TraceHeader.CurrentSchema,
        Model = Model,
        Formats = TraceFormats.Of(deployment.Graph.Formats),
        Device = new TraceDevice { Name = "made", Backend = "test", Threads = 2 },
        Engine = new TraceEngine
        {
            Name = "test", MaxNumSeqs = 8, MaxNumBatchedTokens = 512, BlockSize = 16,
            KvBlocks = 1000,
        },
        Weights = "random",
        Seed = 1,
        Operators = [.. deployment.Graph.Stages[0].Select(template => template.Name)],
    };

    /// <summary>One prompt, then tokens of it: one step each.</summary>
    public static IEnumerable<TraceStep> Steps(
        Deployment deployment, int count, double factor = 1)
    {
        long time = Came;
        for (var i = 0; i < count; i++)
        {
            var bare = new TraceStep
            {
                Index = i, Start = 0, End = 0,
                Arrivals = i == 0 ? [new(7, Came, 100)] : [],
                Prefill = i == 0 ? [new(7, 0, 100, true)] : [],
                Decode = i == 0 ? [] : [new(7, 99 + i, 1, true)],
            };
            var shape = bare.Shape(0);
            var start = time;
            time += HostGap;
            List<TraceOperator> operators = [];
            var templates = deployment.Graph.Stages[0];
            for (var name = 0; name < templates.Count; name++)
            {
                var one = templates[name].At(shape);
                if (one.Queries == 0 && one.Kind is OperatorKind.PrefillAttention
                    or OperatorKind.DecodeAttention && one.Sequences == 0)
                {
                    continue;
                }
                deployment.Stages[0].Model.Price(one, out var cost);
                for (var layer = 0; layer < templates[name].Count; layer++)
                {
                    var end = time + (long)Math.Round(cost.Seconds * factor * 1e9);
                    operators.Add(new(name, layer, time, end, 0));
                    time = end;
                }
            }
            yield return bare with { Start = start, End = time, Operators = operators };
            time += Between;
        }
    }

    public static string Config() => ModelCatalog.Open(Model).Text;

    /// <summary>Writes such a run to a file.</summary>
    public static void Write(string path, int count, double factor = 1)
    {
        var deployment = On("h100-sxm");
        using var writer = new TraceWriter(path, Header(deployment), Config());
        foreach (var step in Steps(deployment, count, factor)) writer.Write(step);
    }
}
