using AccelSim.Configuration;
using AccelSim.Validation;

namespace AccelSim.Imports;

/// <summary>
/// The tables of AIConfigurator's collectors (github.com/ai-dynamo/aiconfigurator, CSV such as
/// <c>gemm_perf.txt</c>): one row for each kernel and shape, latencies in milliseconds.
/// </summary>
/// <remarks>
/// What rows mean is taken from the collectors that write them: <c>step</c> counts tokens in the
/// cache besides <c>isl</c>; messages of collectives count elements. A table is known by its
/// columns, whatever the file is called.
/// </remarks>
public static class PerfTables
{
    private const string Latency = "latency", Framework = "framework", Op = "op_name";
    private const string Source = "kernel_source";

    private static readonly Layout[] Layouts =
    [
        new("gemm", ["gemm_dtype", "m", "n", "k"], Gemm),
        new("moe",
            [
                "moe_dtype", "num_tokens", "hidden_size", "inter_size", "topk", "num_experts",
                "moe_tp_size", "moe_ep_size", "distribution",
            ], Moe),
        new("attention",
            [
                "attn_dtype", "kv_cache_dtype", "batch_size", "isl", "num_heads",
                "num_key_value_heads", "head_dim", "beam_width", "step",
            ], Attention),
        new("mla",
            ["mla_dtype", "kv_cache_dtype", "num_heads", "batch_size", "isl", "tp_size", "step"],
            Latent),
        new("allreduce", ["allreduce_dtype", "num_gpus", "message_size"], Collective),
        new("nccl", ["nccl_dtype", "num_gpus", "message_size"], Collective),
        new("oneccl", ["oneccl_dtype", "num_gpus", "message_size"], Collective),
    ];

    private static readonly string[] Common = [Framework, Op, Source, Latency];

    /// <summary>The tables that are known, with the columns that tell them.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [.. Layouts.Select(one => $"{one.Name} ({string.Join(", ", one.Columns)})")];

    /// <summary>Whether a first line is the header of such a table.</summary>
    /// <param name="header">The line.</param>
    public static bool IsHeader(string header) => Of(header.TrimEnd('\r').Split(',')) is not null;

    /// <summary>Reads a table, or all of a folder.</summary>
    /// <param name="path">A file, or a folder whose files of other kinds are told.</param>
    /// <param name="tables">Receives the rows.</param>
    /// <returns>Files of the folder that are no such table.</returns>
    /// <exception cref="ConfigException">There is none, or a row is malformed.</exception>
    public static IReadOnlyList<string> Read(string path, ImportedTables tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        if (!Directory.Exists(path))
        {
            if (Find(path) is not { } layout)
            {
                throw new ConfigException(path, 1, "",
                    $"has no header of a known table; known are {string.Join("; ", Known)}, "
                    + $"each with {string.Join(", ", Common)}.");
            }
            Read(path, layout, tables);
            return [];
        }
        List<string> others = [];
        var found = 0;
        foreach (var file in Directory.GetFiles(path).Order(StringComparer.Ordinal))
        {
            var isText = Path.GetExtension(file) is ".txt" or ".csv" or ".gz";
            if (isText && Find(file) is { } layout)
            {
                found++;
                Read(file, layout, tables);
            }
            else
            {
                others.Add(Path.GetFileName(file));
            }
        }
        return found > 0 ? others : throw new ConfigException(path, 0, "",
            "has none of AIConfigurator's tables as CSV (.txt, .csv, .csv.gz); Parquet files must "
            + "be turned into CSV first.");
    }

    private static Layout? Find(string file) =>
        Of(TableRows.Header(file).Split(','));

    private static Layout? Of(string[] header) => Array.Find(
        Layouts, layout => layout.Columns.All(header.Contains) && header.Contains(Latency));

    private static void Read(string file, Layout layout, ImportedTables tables)
    {
        using var rows = new TableRows(
            file, layout.Name, [.. Common, .. layout.Columns], layout.Columns, []);
        while (rows.Next()) layout.Add(rows, tables);
    }

    private static void Gemm(TableRows rows, ImportedTables tables)
    {
        if (Weights(rows, "gemm_dtype", tables) is not { } format) return;
        Add(rows, tables, MeasuredTable.Gemm, [format],
            [rows.Whole("m"), rows.Whole("n"), rows.Whole("k")]);
    }

    private static void Moe(TableRows rows, ImportedTables tables)
    {
        if (Weights(rows, "moe_dtype", tables) is not { } format) return;
        var distribution = rows.Field("distribution").ToString();
        if (distribution != "balanced"
            && !distribution.StartsWith("power_law_", StringComparison.Ordinal))
        {
            tables.Leave($"experts with {Shown(distribution)} loads");
            return;
        }
        Add(rows, tables, MeasuredTable.Moe, [format, distribution, Engine(rows)],
            [
                rows.Whole("num_tokens"), rows.Whole("hidden_size"), rows.Whole("inter_size"),
                rows.Whole("topk"), rows.Whole("num_experts"),
                rows.Whole("moe_tp_size", 1, 100_000), rows.Whole("moe_ep_size", 1, 100_000),
            ]);
    }

    private static void Attention(TableRows rows, ImportedTables tables)
    {
        var isPrefill = Phase(rows);
        if (Cache(rows, "attn_dtype", tables) is not { } kv) return;
        if (rows.Whole("beam_width") != 1)
        {
            tables.Leave("attention of several beams");
            return;
        }
        var (isl, step) = (rows.Whole("isl"), rows.Whole("step", 0));
        if (isPrefill && step > 0)
        {
            tables.Leave("attention of prompts after a cached prefix");
            return;
        }
        var window = rows.Optional("window_size").IsEmpty ? 0 : rows.WholeOptional("window_size");
        Add(rows, tables,
            isPrefill ? MeasuredTable.AttentionPrefill : MeasuredTable.AttentionDecode,
            ["bfloat16", kv],
            [
                rows.Whole("batch_size"), isl + step, rows.Whole("num_heads"),
                rows.Whole("num_key_value_heads"), rows.Whole("head_dim"), Math.Max(0, window),
            ]);
    }

    private static void Latent(TableRows rows, ImportedTables tables)
    {
        var isPrefill = Phase(rows);
        if (Cache(rows, "mla_dtype", tables) is not { } kv) return;
        if (rows.Whole("tp_size") != 1)
        {
            // Collectors differ in whether num_heads counts those of one rank or of all.
            tables.Leave("latent attention of tp_size above 1, whose heads are ambiguous");
            return;
        }
        var (isl, step) = (rows.Whole("isl"), rows.Whole("step", 0));
        Add(rows, tables, MeasuredTable.Mla,
            [isPrefill ? "prefill" : "decode", "bfloat16", kv],
            [rows.Whole("batch_size"), isl, isl + step, rows.Whole("num_heads")]);
    }

    private static void Collective(TableRows rows, ImportedTables tables)
    {
        var column = rows.Name + "_dtype";
        var format = rows.Field(column).ToString();
        var bytes = format switch
        {
            "half" or "float16" or "bfloat16" => 2,
            "int8" => 1,
            _ => throw rows.Error(column,
                $"{Shown(format)} is not known; known: half, float16, bfloat16, int8."),
        };
        var op = rows.Field(Op).ToString();
        var source = rows.Field(Source).ToString();
        var known = TableNames.Implementations.Keys.FirstOrDefault(
            name => name.Equals(source, StringComparison.OrdinalIgnoreCase));
        if (known is null || !TableNames.Collectives.ContainsKey(op))
        {
            tables.Leave($"{Shown(op)} by {Shown(source)}");
            return;
        }
        Add(rows, tables, MeasuredTable.AllReduce, [op, known],
            [rows.Whole("num_gpus", 2, 1000), bytes * rows.Whole("message_size", 1, 1L << 38)]);
    }

    private static void Add(
        TableRows rows, ImportedTables tables, MeasuredTable table, ReadOnlySpan<string> texts,
        ReadOnlySpan<long> shape) =>
        tables.Add(table, texts, shape, 1000 * rows.Positive(Latency), Engine(rows));

    /// <summary>A format of weights as tables name it; null where none does.</summary>
    private static string? Weights(TableRows rows, string column, ImportedTables tables)
    {
        var format = Plain(rows.Field(column).ToString());
        if (TableNames.Weights.ContainsKey(format)) return format;
        tables.Leave($"weights in {Shown(format)}");
        return null;
    }

    /// <summary>The cache's format of attention in 16 bits; null where either is not known.
    /// </summary>
    private static string? Cache(TableRows rows, string column, ImportedTables tables)
    {
        var format = Plain(rows.Field(column).ToString());
        var kv = Plain(rows.Field("kv_cache_dtype").ToString());
        if (format == "bfloat16" && TableNames.Plain.ContainsKey(kv)) return kv;
        tables.Leave($"attention in {Shown(format)} on a cache in {Shown(kv)}");
        return null;
    }

    /// <summary>Both formats of 16 bits have the same bytes and matrix rates.</summary>
    private static string Plain(string format) => format == "float16" ? "bfloat16" : format;

    private static bool Phase(TableRows rows)
    {
        var op = rows.Field(Op);
        return op.Contains("context", StringComparison.Ordinal) ? true
            : op.Contains("generation", StringComparison.Ordinal) ? false
            : throw rows.Error(Op,
                $"{Shown(op.ToString())} says neither context nor generation.");
    }

    private static string Engine(TableRows rows)
    {
        var name = rows.Field(Framework).ToString().ToLowerInvariant();
        return name.All(char.IsAsciiLetterOrDigit)
            ? name
            : throw rows.Error(Framework, $"{Shown(name)} is no name of letters and digits.");
    }

    private static string Shown(string text) =>
        '"' + (text.Length > 40 ? text[..37] + "…" : text) + '"';

    /// <summary>A kind of table.</summary>
    /// <param name="Name">What it holds; the collectives' column of formats begins with it.</param>
    /// <param name="Columns">What it is known by.</param>
    /// <param name="Add">Adds the current row.</param>
    private sealed record Layout(
        string Name, string[] Columns, Action<TableRows, ImportedTables> Add);
}
