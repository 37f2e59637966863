namespace AccelSim.Validation;

/// <summary>A kind of table of measured kernel times.</summary>
/// <param name="Name">As users name it, such as <c>gemm</c>.</param>
/// <param name="Shape">The columns that tell one shape from another, in the order shown.</param>
/// <param name="Texts">Further columns that are read; <c>device</c> is in every table.</param>
public sealed record MeasuredTable(
    string Name, IReadOnlyList<string> Shape, IReadOnlyList<string> Texts)
{
    /// <summary>The column of what was measured, in microseconds.</summary>
    public const string Latency = "latency_us";

    /// <summary>The column of the device.</summary>
    public const string Device = "device";

    /// <summary>One linear layer.</summary>
    public static MeasuredTable Gemm { get; } = new("gemm", ["m", "n", "k"], ["dtype"])
    {
        Site = ["n", "k"],
    };

    /// <summary>Attention of whole prompts.</summary>
    public static MeasuredTable AttentionPrefill { get; } = new(
        "attention_prefill", ["batch", "seq", "heads", "kv_heads", "head_dim", "window"],
        ["dtype", "kv_dtype"])
    {
        Site = ["heads", "kv_heads", "head_dim", "window"],
    };

    /// <summary>Attention of one new token per sequence.</summary>
    public static MeasuredTable AttentionDecode { get; } = new(
        "attention_decode", ["batch", "kv_len", "heads", "kv_heads", "head_dim", "window"],
        ["dtype", "kv_dtype"])
    {
        Site = ["heads", "kv_heads", "head_dim", "window"],
    };

    /// <summary>Multi-head latent attention without its projections.</summary>
    public static MeasuredTable Mla { get; } = new(
        "mla", ["batch", "q_len", "kv_len", "heads"], ["phase", "dtype", "kv_dtype"])
    {
        Site = ["heads"],
    };

    /// <summary>The routed experts of one layer.</summary>
    public static MeasuredTable Moe { get; } = new(
        "moe", ["tokens", "hidden", "inter", "topk", "experts", "tp", "ep"],
        ["dtype", "distribution", "backend"])
    {
        Site = ["hidden", "inter", "topk", "experts", "tp", "ep"],
    };

    /// <summary>Collectives.</summary>
    public static MeasuredTable AllReduce { get; } = new(
        "allreduce", ["ranks", "bytes"], ["op", "impl"])
    {
        Site = ["ranks", "bytes"],
    };

    /// <summary>All of them, in the order of reports.</summary>
    public static IReadOnlyList<MeasuredTable> All { get; } =
        [Gemm, AttentionPrefill, AttentionDecode, Mla, Moe, AllReduce];

    /// <summary>
    /// The columns that are fixed by where in a model a kernel is used; the others vary with load.
    /// </summary>
    /// <remarks>
    /// Fits are judged on whole sites left out. Collectives have no such place: each message size
    /// at each number of ranks is a site.
    /// </remarks>
    public IReadOnlyList<string> Site { get; init; } = [];

    /// <summary>Which library measured it; not in every table.</summary>
    public const string Backend = "backend";

    /// <summary>The name of its file.</summary>
    public string File => Name + ".csv.gz";

    /// <summary>All columns that are read.</summary>
    public IReadOnlyList<string> Columns { get; } = [Device, .. Texts, .. Shape, Latency];
}
