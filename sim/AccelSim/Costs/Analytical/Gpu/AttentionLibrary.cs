namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>How a library of attention kernels lays out its work.</summary>
/// <param name="TileBytes">Keys and values of one step of a tile, in 16-bit numbers.</param>
/// <param name="TileKeys">The most keys of one step.</param>
/// <param name="PacksPrompts">Heads of a group share a tile of a prompt's queries.</param>
/// <param name="Splits">When one tile's keys are divided among several.</param>
/// <param name="Gathers">
/// Grouped heads become rows by copies, which no window allows: then each head reads by itself.
/// </param>
/// <param name="SkipsWindows">Keys outside a window are not even visited.</param>
/// <param name="Scheduled">
/// The most sequences whose splits a kernel beforehand schedules; more run without that kernel.
/// </param>
internal readonly record struct AttentionLibrary(
    double TileBytes, int TileKeys, bool PacksPrompts, KeySplits Splits, bool Gathers,
    bool SkipsWindows, double Scheduled)
{
    /// <summary>Queries times heads of a tile: four warps of 16 rows, or one warp group.</summary>
    public const double TileRows = 64;

    /// <summary>31 warps of 32 sequences (FlashAttention 3, flash_prepare_scheduler.cu).</summary>
    private const double Prepared = 992;

    private const double Any = double.PositiveInfinity;

    // Sources: flash_fwd_launch_template.h and tile_size.h of FlashAttention 2 and 3 (Dao 2023;
    // Shah et al. 2024), prefill.cuh of FlashInfer (Ye et al. 2025).
    private static readonly AttentionLibrary[] All =
    [
        new(65536, 256, false, KeySplits.GroupedDecode, true, true, Any),
        new(65536, 128, true, KeySplits.Always, false, true, Prepared),
        new(16384, 256, true, KeySplits.Always, false, true, Any),
        new(16384, 256, false, KeySplits.GroupedDecode, false, false, Any),
        new(65536, 128, true, KeySplits.Never, false, true, Any),
        new(16384, 256, true, KeySplits.Always, false, true, Prepared),
    ];

    /// <summary>What each number means, for the figure that chooses one.</summary>
    public const string Meaning =
        "the library's layout: 0 FlashAttention 2, 1 FlashAttention 3, 2 FlashInfer, 3 one "
        + "that visits keys outside windows, 4 one that never splits keys, 5 FlashAttention 3 "
        + "with keys of 8 bits or of more than 256 numbers";

    /// <summary>How many there are.</summary>
    public static int Count => All.Length;

    /// <summary>The layout of a number; the nearest where it is none.</summary>
    public static AttentionLibrary Of(double number) =>
        All[(int)Math.Clamp(Math.Round(number), 0, All.Length - 1)];
}

/// <summary>When the keys of one tile are divided among several.</summary>
internal enum KeySplits
{
    /// <summary>Never: one tile runs over all keys.</summary>
    Never,
    /// <summary>In decode, where several heads share keys.</summary>
    GroupedDecode,
    /// <summary>Wherever tiles are too few for the multiprocessors.</summary>
    Always,
}
