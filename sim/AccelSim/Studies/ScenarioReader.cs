using AccelSim.Configuration;
using AccelSim.Serving;
using Newtonsoft.Json.Linq;

namespace AccelSim.Studies;

/// <summary>Reads scenario files.</summary>
public static class ScenarioReader
{
    /// <summary>Reads a scenario; its relative paths start from the file's own folder.</summary>
    /// <exception cref="ConfigException">
    /// The file is absent or wrong; all problems are told.
    /// </exception>
    public static Scenario Read(string path)
    {
        var text = TextFile.Read(path);
        KnownFile.Refuse(path, text, KnownFile.Scenario, "is no scenario");
        return Parse(text, path);
    }

    /// <summary>Reads a text as if it were a file of that name.</summary>
    public static Scenario Parse(string text, string file)
    {
        var root = StrictJson.ReadObject(text, file);
        root.Remove("$schema");
        var scenario = RecordBinder.Bind<Scenario>(root, file);
        RefuseUnheard(root, scenario, file);
        return scenario;
    }

    /// <summary>Refuses what has no effect where it stands.</summary>
    private static void RefuseUnheard(JObject root, Scenario scenario, string file)
    {
        if (root.SelectToken("$.workload.generate.seed") is { } seed)
        {
            throw StrictJson.Error(seed, file,
                "is not heard: the scenario's own seed decides; set $.seed instead.");
        }
        for (var i = 0; i < scenario.Replicas.Count; i++)
        {
            var engine = scenario.Replicas[i].Engine;
            if (engine.PreemptionMode == PreemptionMode.Swap) continue;
            if (engine.OffloadWeights.Value == 0
                && root.SelectToken($"$.replicas[{i}].engine.offloadTo") is { } place)
            {
                throw StrictJson.Error(place, file,
                    "says nothing without \"offloadWeights\" or \"preemptionMode\": \"swap\" "
                    + "beside it.");
            }
            if (root.SelectToken($"$.replicas[{i}].engine.swapSpace") is { } space)
            {
                throw StrictJson.Error(space, file,
                    "says nothing without \"preemptionMode\": \"swap\" beside it.");
            }
        }
    }
}
