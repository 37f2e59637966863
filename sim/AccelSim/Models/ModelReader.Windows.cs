namespace AccelSim.Models;

public static partial class ModelReader
{
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";

    /// <summary>The window of each layer: 0 where it sees all.</summary>
    private static int[] Windows(ConfigMembers m)
    {
        var layers = LayerCount(m);
        var kinds = m.LayerKinds("layer_types", layers, Full, Sliding);
        var sliding = Enumerable.Range(0, layers)
            .Select(i => kinds is null ? SlidesByClass(m, i) : kinds[i] == Sliding)
            .ToArray();
        if (!sliding.Contains(true))
            return new int[layers];
        var window = m.Count("sliding_window", MostPositions);
        // A window that covers the whole context limits nothing.
        if (window >= m.CountOrNull("max_position_embeddings", MostPositions))
            window = 0;
        return [.. sliding.Select(slides => slides ? window : 0)];
    }

    /// <summary>
    /// Which layers slide in files without <c>layer_types</c>, as each class says.
    /// </summary>
    private static bool SlidesByClass(ConfigMembers m, int layer) => m.Family switch
    {
        "mistral" or "mixtral" or "phi3" => m.Has("sliding_window"),
        "qwen2" or "qwen2_moe" or "qwen3" or "Dream" =>
            m.Flag("use_sliding_window") && m.Has("sliding_window")
            && layer >= m.Index("max_window_layers"),
        "qwen3_moe" => m.Flag("use_sliding_window") && m.Has("sliding_window"),
        "gemma2" or "gpt_oss" => layer % 2 == 0,
        "gemma3_text" => (layer + 1) % m.Count("sliding_window_pattern") != 0,
        _ => false,
    };
}
