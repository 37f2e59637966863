using System.Collections.Concurrent;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Validation;

/// <summary>What the words of measured tables mean here.</summary>
public static class TableNames
{
    private static readonly ConcurrentDictionary<string, string?> Others = new();

    /// <summary>Devices of the tables and the hardware files that describe them.</summary>
    /// <remarks>A100 tables were measured on the 80 GB part (2,039 GB/s).</remarks>
    public static IReadOnlyDictionary<string, string> Devices { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["a100_sxm"] = "a100-sxm-80gb",
            ["b60"] = "intel-b60",
            ["h100_sxm"] = "h100-sxm",
            ["h200_sxm"] = "h200-sxm",
            ["l40s"] = "l40s",
        };

    /// <summary>The hardware file of a device of the tables; null where none is shipped.</summary>
    /// <remarks>
    /// Beyond <see cref="Devices"/>: its own name with hyphens, or as many of its first words as
    /// make a shipped name, so that <c>b200_sxm</c> is <c>b200</c>.
    /// </remarks>
    /// <param name="device">As the tables name it.</param>
    public static string? Hardware(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Devices.TryGetValue(device, out var known)
            ? known
            : Others.GetOrAdd(device, static name =>
            {
                var words = name.Split('_', '-');
                return Enumerable.Range(0, words.Length)
                    .Select(dropped => string.Join('-', words[..^dropped]))
                    .FirstOrDefault(shipped =>
                        Catalog.Accelerators.Contains(shipped, StringComparer.Ordinal));
            });
    }

    /// <summary>What tables call a hardware file; its own name where none does.</summary>
    /// <param name="hardware">A shipped name.</param>
    public static string Of(string hardware) =>
        Devices.FirstOrDefault(pair => pair.Value == hardware).Key ?? hardware;

    /// <summary>The device of the current row, and its hardware file.</summary>
    /// <param name="rows">The table.</param>
    /// <exception cref="AccelSim.Configuration.ConfigException">No file describes it.</exception>
    internal static (string Name, string Hardware) Device(TableRows rows)
    {
        var field = rows.Field(MeasuredTable.Device);
        // Rows of a table come by device, so that the names of few are made anew.
        var name = Intern(field, Devices) ?? field.ToString();
        return Hardware(name) is { } file
            ? (name, file)
            : throw rows.Error(MeasuredTable.Device,
                $"the device \"{name}\" is not known; known: {string.Join(", ", Devices.Keys)}, "
                + "and shipped accelerators with underscores, such as b200_sxm.");
    }

    /// <summary>
    /// Formats of weights: how they are stored, and in what the products are computed where the
    /// device can. Null stands for the activations' own bf16.
    /// </summary>
    internal static IReadOnlyDictionary<string, WeightScheme?> Weights { get; } =
        new SortedDictionary<string, WeightScheme?>(StringComparer.Ordinal)
        {
            ["bfloat16"] = null,
            ["fp8"] = Scheme("fp8", WeightFormats.Fp8, NumberFormat.Fp8),
            ["fp8_block"] = Scheme(
                "fp8_block", WeightFormats.Fp8Blocks(128, 128), NumberFormat.Fp8),
            ["int4_wo"] = Scheme("int4_wo", WeightFormats.Integer(4, 128)!.Value, null),
            ["int8_wo"] = Scheme("int8_wo", WeightFormats.Plain(NumberFormat.Int8), null),
            ["sq"] = Scheme("sq", WeightFormats.Plain(NumberFormat.Int8), NumberFormat.Int8),
            ["w4a16_mxfp4"] = Scheme("w4a16_mxfp4", WeightFormats.Mxfp4, null),
        };

    /// <summary>Formats of activations and of the KV cache.</summary>
    internal static IReadOnlyDictionary<string, NumberFormat> Plain { get; } =
        new SortedDictionary<string, NumberFormat>(StringComparer.Ordinal)
        {
            ["bfloat16"] = NumberFormat.Bf16,
            ["fp8"] = NumberFormat.Fp8,
        };

    /// <summary>Collectives.</summary>
    internal static IReadOnlyDictionary<string, OperatorKind> Collectives { get; } =
        new SortedDictionary<string, OperatorKind>(StringComparer.Ordinal)
        {
            ["all_gather"] = OperatorKind.AllGather,
            ["all_reduce"] = OperatorKind.AllReduce,
            ["alltoall"] = OperatorKind.AllToAll,
            ["reduce_scatter"] = OperatorKind.ReduceScatter,
        };

    /// <summary>Who ran a collective.</summary>
    internal static IReadOnlyDictionary<string, ReductionKernels> Implementations { get; } =
        new SortedDictionary<string, ReductionKernels>(StringComparer.Ordinal)
        {
            ["TRTLLM"] = ReductionKernels.Flags,
            ["nccl"] = ReductionKernels.Library,
            ["oneccl"] = ReductionKernels.Library,
            ["vLLM_custom_eager"] = ReductionKernels.Barriers,
            ["vLLM_custom_graph"] = ReductionKernels.Barriers,
        };

    /// <summary>What a word of the current row stands for.</summary>
    /// <param name="rows">The table.</param>
    /// <param name="column">Where the word stands.</param>
    /// <param name="known">All words.</param>
    /// <param name="what">What the words name, such as <c>format</c>.</param>
    internal static (string Name, T Value) Read<T>(
        TableRows rows, string column, IReadOnlyDictionary<string, T> known, string what)
    {
        var name = Intern(rows.Field(column), known);
        return name is not null
            ? (name, known[name])
            : throw rows.Error(column,
                $"the {what} \"{rows.Field(column)}\" is not known; known: "
                + $"{string.Join(", ", known.Keys)}.");
    }

    /// <summary>The known word that a field spells, without making a new text.</summary>
    private static string? Intern<T>(ReadOnlySpan<char> field, IReadOnlyDictionary<string, T> known)
    {
        foreach (var (name, _) in known)
        {
            if (field.SequenceEqual(name)) return name;
        }
        return null;
    }

    private static WeightScheme Scheme(string name, StorageFormat storage, NumberFormat? compute) =>
        new(name, storage, storage, compute);
}
