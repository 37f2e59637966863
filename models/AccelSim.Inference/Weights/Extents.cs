using AccelSim.Configuration;

namespace AccelSim.Inference.Weights;

/// <summary>Where a tensor's bytes lie, counted from the start of the data.</summary>
internal readonly record struct Extent(string Name, long Begin, long End);

/// <summary>Refuses tensors that share bytes.</summary>
internal static class Extents
{
    /// <summary>Checks that no two overlap, and that there are no gaps where none may be.</summary>
    /// <exception cref="ConfigException">Tensors share bytes, or bytes are nobody's.</exception>
    public static void Check(string file, IEnumerable<Extent> extents, long? wholeLength)
    {
        var last = new Extent("", 0, 0);
        foreach (var extent in extents.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (extent.Begin < last.End)
            {
                throw new ConfigException(file, 0, extent.Name,
                    $"its bytes {extent.Begin:N0} to {extent.End:N0} overlap those of "
                    + $"{last.Name}, {last.Begin:N0} to {last.End:N0}; each tensor has its own.");
            }
            if (wholeLength is not null && extent.Begin > last.End)
                throw Gap(file, last.End, extent.Begin);
            last = extent;
        }
        if (wholeLength is { } length && last.End < length) throw Gap(file, last.End, length);
    }

    private static ConfigException Gap(string file, long from, long to) => new(file, 0, "",
        $"the bytes {from:N0} to {to:N0} of the data belong to no tensor; "
        + "tensors follow each other without gaps up to the end of the file.");
}
