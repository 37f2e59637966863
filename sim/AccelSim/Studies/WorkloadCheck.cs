using AccelSim.Configuration;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Workloads;

namespace AccelSim.Studies;

/// <summary>Finds requests that contradict the scenario or the model that serves them.</summary>
internal static class WorkloadCheck
{
    /// <exception cref="ConfigException">Something contradicts.</exception>
    public static void Refuse(Scenario scenario, ModelConfig model, Workload workload)
    {
        RefuseAbsentClasses(scenario, workload);
        foreach (var request in workload.Requests)
        {
            if (request.Images > 0) RefuseImages(request, model);
        }
    }

    private static void RefuseAbsentClasses(Scenario scenario, Workload workload)
    {
        if (scenario.SloByClass.Count == 0) return;
        var there = workload.Requests.Select(request => request.SloClass)
            .Where(name => name.Length > 0)
            .ToHashSet(StringComparer.Ordinal);
        var absent = scenario.SloByClass.Keys
            .Where(name => !there.Contains(name))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (absent is null) return;
        throw new ConfigException("", 0, "$.sloByClass",
            $"no request is of the class \"{absent}\"; " + (there.Count == 0
                ? "the requests have no classes, so set $.slo."
                : $"there are {string.Join(", ", there.Order(StringComparer.Ordinal))}."));
    }

    private static void RefuseImages(Request request, ModelConfig model)
    {
        if (model.Vision is not { } vision)
        {
            throw new ConfigException("", 0, "$.workload",
                $"request {request.Id} has images, which {model.Id} cannot see; use a model with "
                + "an image encoder, such as llava-1.5-7b.");
        }
        var tokens = (long)request.Images * vision.OutputTokens;
        if (tokens <= request.PromptTokens) return;
        throw new ConfigException("", 0, "$.workload",
            $"request {request.Id} has a prompt of {request.PromptTokens} tokens, but its images "
            + $"alone are {tokens} ({request.Images} × {vision.OutputTokens} of {model.Id}); "
            + "count them among the prompt's.");
    }
}
