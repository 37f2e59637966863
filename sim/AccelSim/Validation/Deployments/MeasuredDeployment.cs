namespace AccelSim.Validation.Deployments;

/// <summary>One row of a table of measured deployments.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Model">The model's path on the hub, as the table names it.</param>
/// <param name="System">The accelerator, as the tables name it.</param>
/// <param name="Backend">The serving engine, as the table names it.</param>
/// <param name="Quantisation">Format of its weights, as the table names it; empty: none.</param>
/// <param name="Isl">Prompt tokens; where lengths are spread, the most.</param>
/// <param name="Osl">Output tokens; where lengths are spread, the most.</param>
/// <param name="Concurrency">Requests in flight.</param>
/// <param name="Plan">How the model is split.</param>
/// <param name="Campaign">Who measured, and so how the server was started.</param>
/// <param name="Ttft">Measured, in seconds.</param>
/// <param name="Tpot">Measured, in seconds.</param>
public sealed record MeasuredDeployment(
    int Line, string Model, string System, string Backend, string Quantisation, int Isl, int Osl,
    int Concurrency, MeasuredPlan Plan, Campaign Campaign, double Ttft, double Tpot)
{
    /// <summary>
    /// Deployments that share what figures are fitted on: model, accelerator, engine.
    /// </summary>
    public string Site => $"{Model} {System} {Backend}";

    /// <summary>Whether the client's prompts come again and the engine still has them.</summary>
    public bool IsCached => Campaign == Campaign.Generated && Backend != "sglang";

    /// <summary>For people.</summary>
    public string Shape =>
        $"{Isl} + {Osl} tokens, {Concurrency} in flight, {Plan}";
}

/// <summary>How a measured deployment splits its model.</summary>
/// <param name="Tp">Ranks that split every layer.</param>
/// <param name="Ep">Ranks that split the experts.</param>
/// <param name="Dp">Engines that share the experts.</param>
public readonly record struct MeasuredPlan(int Tp, int Ep, int Dp)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"tp={Tp}" + (Ep > 1 ? $" ep={Ep}" : "") + (Dp > 1 ? $" dp={Dp}" : "");
}

/// <summary>Who measured deployments; the table tells by the lengths.</summary>
public enum Campaign
{
    /// <summary>
    /// InferenceX (formerly InferenceMAX), three workloads of up to 1024 and 8192 tokens: lengths
    /// drawn evenly from 80 to 100 %, servers started with 8192 tokens a step, TensorRT-LLM with a
    /// prompt and the batch.
    /// </summary>
    InferenceX,

    /// <summary>A grid of powers of two: fixed lengths, SGLang as it comes.</summary>
    Grid,

    /// <summary>
    /// Workloads of whole thousands, servers started from generated settings: fixed lengths,
    /// prompts mixed with decoding in all engines. AIPerf draws its prompts from a pool of 100:
    /// vLLM and TensorRT-LLM, which keep prefixes unless told otherwise, answer 4,000 tokens
    /// within 0.1 s. SGLang's rows show no such thing.
    /// </summary>
    Generated,
}
