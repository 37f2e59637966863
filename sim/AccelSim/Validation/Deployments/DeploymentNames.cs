namespace AccelSim.Validation.Deployments;

/// <summary>What the words of the table of deployments mean here.</summary>
public static class DeploymentNames
{
    /// <summary>Models by their path on the hub.</summary>
    public static IReadOnlyDictionary<string, string> Models { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["MiniMaxAI/MiniMax-M2.5"] = "minimax-m2.5",
            ["Qwen/Qwen3-235B-A22B-FP8"] = "qwen3-235b-a22b",
            ["Qwen/Qwen3-32B"] = "qwen3-32b",
            ["Qwen/Qwen3.5-397B-A17B"] = "qwen3.5-397b-a17b",
            ["deepseek-ai/DeepSeek-R1"] = "deepseek-v3",
            ["deepseek-ai/DeepSeek-V3"] = "deepseek-v3",
            ["meta-llama/Llama-3.1-70B"] = "llama-3.1-70b",
            ["meta-llama/Llama-3.1-8B-Instruct"] = "llama-3.1-8b",
            ["moonshotai/Kimi-K2.5"] = "kimi-k2.5",
            ["nvidia/Llama-3.1-8B-Instruct-FP8"] = "llama-3.1-8b",
            ["openai/gpt-oss-120b"] = "gpt-oss-120b",
        };

    /// <summary>
    /// Checkpoints whose own file states a format that the shipped shape does not: the table calls
    /// any fp8 by one name.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Checkpoints { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Qwen/Qwen3-235B-A22B-FP8"] = "fp8_block",
            ["Qwen/Qwen3.5-397B-A17B"] = "fp8_block",
        };

    /// <summary>Clusters of the systems.</summary>
    public static IReadOnlyDictionary<string, string> Systems { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["a100_sxm"] = "dgx-a100",
            ["b200_sxm"] = "dgx-b200",
            ["h100_sxm"] = "dgx-h100",
            ["h200_sxm"] = "dgx-h200",
        };

    /// <summary>
    /// Weights, where the model's own file says nothing of them. Weight-only 4-bit floats are what
    /// engines run on devices without such products.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Quantisations { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [""] = "auto",
            ["bfloat16"] = "none",
            ["fp8"] = "fp8",
            ["fp8_block"] = "fp8_block",
            ["int4_wo"] = "int4",
            ["int8_wo"] = "int8",
            ["nvfp4"] = "mxfp4",
        };
}
