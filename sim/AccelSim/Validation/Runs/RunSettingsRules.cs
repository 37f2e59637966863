using AccelSim.Serving;
using AccelSim.Workloads.Runs;

namespace AccelSim.Validation.Runs;

/// <summary>What a run's own settings are among those of an engine.</summary>
public static class RunSettingsRules
{
    /// <summary>The engine as it was set, where the run states it.</summary>
    /// <param name="known">What the run states.</param>
    /// <param name="rest">Everything else.</param>
    public static EngineSettings Over(this RunSettings known, EngineSettings rest)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(rest);
        var settings = rest with
        {
            BlockSize = known.BlockSize ?? rest.BlockSize,
            NumGpuBlocksOverride = known.KvBlocks ?? rest.NumGpuBlocksOverride,
            EnablePrefixCaching = known.EnablePrefixCaching ?? rest.EnablePrefixCaching,
            SchedulerReserveFullIsl =
                known.SchedulerReserveFullIsl ?? rest.SchedulerReserveFullIsl,
            AsyncScheduling = known.AsyncScheduling ?? rest.AsyncScheduling,
        };
        if (known.MaxNumSeqs is { } sequences)
            settings = settings with { MaxNumSeqs = sequences };
        return known.MaxNumBatchedTokens is { } tokens
            ? settings with { MaxNumBatchedTokens = tokens }
            : settings;
    }
}
