namespace AccelSim.Hardware;

/// <summary>Compares two hardware files field by field, inheritance resolved.</summary>
public static class HardwareDiff
{
    /// <summary>The fields that differ, in the order of the left file, then of the right.</summary>
    /// <remarks>
    /// Quantities are compared by amount, so that "80 GB" and "80000 MB" are equal; a different
    /// source alone is no difference. Fitted figures of kernels are left out: they describe how
    /// well kernels use a device, and each fit differs.
    /// </remarks>
    /// <exception cref="Configuration.ConfigException">A file is wrong.</exception>
    public static IReadOnlyList<HardwareDifference> Compare(
        HardwareDocument left, HardwareDocument right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var mine = left.Leaves.Where(leaf => !leaf.IsFitted).ToDictionary(leaf => leaf.Path);
        var theirs = right.Leaves.Where(leaf => !leaf.IsFitted).ToDictionary(leaf => leaf.Path);
        return
        [
            .. mine.Keys.Concat(theirs.Keys).Distinct()
                .Select(path => new HardwareDifference(
                    path, mine.GetValueOrDefault(path), theirs.GetValueOrDefault(path)))
                .Where(row => !AreEqual(row.Left, row.Right)),
        ];
    }

    private static bool AreEqual(FactLeaf? left, FactLeaf? right)
    {
        if (left is null || right is null) return false;
        return left.Value is { } mine && right.Value is { } theirs && left.Reader == right.Reader
            ? mine == theirs
            : left.Text == right.Text;
    }
}

/// <summary>A field that two files state differently.</summary>
/// <param name="Path">The field.</param>
/// <param name="Left">The left file's value with its line; null where it has none.</param>
/// <param name="Right">The right file's value with its line; null where it has none.</param>
public sealed record HardwareDifference(string Path, FactLeaf? Left, FactLeaf? Right)
{
    /// <summary>
    /// How many times the left amount the right one is; null where that says nothing.
    /// </summary>
    public double? Ratio =>
        Left?.Value is > 0 && Right?.Value is { } right && Left.Reader == Right.Reader
            ? right / Left.Value
            : null;
}
