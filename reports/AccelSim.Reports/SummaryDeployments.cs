using System.Text.Json;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Reports;

/// <summary>The part of a summary on what replicas are made of.</summary>
internal static class SummaryDeployments
{
    /// <summary>
    /// Writes each kind of replica once, in the order in which they first appear.
    /// </summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Deployment> deployments)
    {
        json.WriteStartArray("deployments");
        foreach (var group in deployments.GroupBy(deployment => deployment))
        {
            var deployment = group.Key;
            json.WriteStartObject();
            json.WriteString("hardware", deployment.Hardware.Id);
            json.WriteString("hardware_file", deployment.Hardware.File);
            json.WriteString("pool", deployment.Pool);
            json.WriteString("engine", deployment.Engine.Id);
            json.WriteNumber("replicas", group.Count());
            json.WriteNumber("accelerators_per_replica", deployment.Accelerators);
            var plan = deployment.Graph.Plan;
            json.WriteNumber("tp", plan.TensorParallel);
            json.WriteNumber("pp", plan.PipelineParallel);
            json.WriteNumber("ep", plan.ExpertParallel);
            json.WriteNumber("dp", plan.DataParallel);
            Settings(json, deployment.Settings);
            Memory(json, deployment.Memory);
            Formats(json, deployment.Graph.Formats);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>
    /// As the engine resolved them; <c>compare --run</c> reads them back, so that a run is set
    /// beside the same engine.
    /// </summary>
    private static void Settings(Utf8JsonWriter json, EngineSettings settings)
    {
        json.WriteStartObject("engine_settings");
        json.WriteNumber("max_num_seqs", settings.MaxNumSeqs);
        json.WriteNumber("max_num_batched_tokens", settings.MaxNumBatchedTokens);
        json.WriteNumber("block_size", settings.BlockSize);
        json.WriteBoolean("enable_prefix_caching", settings.EnablePrefixCaching);
        json.WriteBoolean("cascade_attention", settings.CascadeAttention);
        json.WriteBoolean("scheduler_reserve_full_isl", settings.SchedulerReserveFullIsl);
        json.WriteBoolean("async_scheduling", settings.AsyncScheduling);
        json.WriteEndObject();
    }

    /// <summary>Of the fullest rank, in bytes.</summary>
    private static void Memory(Utf8JsonWriter json, MemoryBudget memory)
    {
        json.WriteStartObject("memory");
        json.WriteNumber("capacity_bytes", memory.Capacity.Value.Value);
        json.WriteNumber("usable_bytes", memory.Usable.Value);
        json.WriteNumber("weights_bytes", memory.Weights.Value);
        json.WriteNumber("activations_bytes", memory.Activations.Value);
        json.WriteNumber("runtime_bytes", memory.Runtime.Value.Value);
        json.WriteNumber("state_bytes", memory.State.Value);
        json.WriteNumber("kv_block_bytes", memory.BlockBytes.Value);
        json.WriteNumber("kv_blocks", memory.Blocks);
        json.WriteEndObject();
    }

    private static void Formats(Utf8JsonWriter json, FormatPlan formats)
    {
        json.WriteStartObject("formats");
        json.WriteString("linear_weights", JsonOutput.Name(formats.Linear.Format));
        json.WriteString("expert_weights", JsonOutput.Name(formats.Experts.Format));
        json.WriteString("embedding", JsonOutput.Name(formats.Embedding.Format));
        json.WriteString("activations", JsonOutput.Name(formats.Activation));
        json.WriteString("kv_cache", JsonOutput.Name(formats.Kv));
        json.WriteString("linear_compute", JsonOutput.Name(formats.LinearCompute));
        json.WriteString("expert_compute", JsonOutput.Name(formats.ExpertCompute));
        json.WriteString("attention_compute", JsonOutput.Name(formats.AttentionCompute));
        json.WriteStartArray("notes");
        foreach (var note in formats.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
