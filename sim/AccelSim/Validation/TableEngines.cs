using AccelSim.Costs;
using AccelSim.Models;

namespace AccelSim.Validation;

/// <summary>How the engines that measured tables ran their kernels.</summary>
internal static class TableEngines
{
    private static readonly Dictionary<string, (KernelConditions Plain, KernelConditions Blocks)>
        Known = EngineCatalog.Ids
            .Select(id => (Id: id, EngineCatalog.Open(id).Kernels))
            .Where(engine => engine.Kernels is not null)
            .ToDictionary(
                engine => engine.Id,
                engine => (engine.Kernels!.Measured(false), engine.Kernels.Measured(true)));

    /// <summary>Those of the current row; null, as in serving, where no engine is named.
    /// </summary>
    public static KernelConditions? Of(TableRows rows, bool isBlockScaled)
    {
        var name = rows.Optional(MeasuredTable.Backend);
        if (!Known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var engine))
            return null;
        return isBlockScaled ? engine.Blocks : engine.Plain;
    }
}
