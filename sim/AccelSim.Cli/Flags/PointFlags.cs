using System.CommandLine;
using System.Globalization;
using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>Which point an estimate is for.</summary>
internal sealed class PointFlags
{
    private const int MostBatches = 1000;

    private readonly Option<int?> _isl = Flag.Whole(
        "--isl", "N", "Tokens of every prompt.", Flag.MostTokens,
        "--random-input-len");

    private readonly Option<int?> _osl = Flag.Whole(
        "--osl", "N", "Tokens of every answer.", Flag.MostTokens,
        "--random-output-len");

    private readonly Option<int[]?> _batch = Flag.Of<int[]?>(
        "--batch", "N,N,…", "Requests computed together; several numbers make several rows (1).",
        ReadBatches, "--batch-size");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_isl, _osl, _batch];

    /// <summary>What the command states.</summary>
    /// <exception cref="ConfigException">A length is missing.</exception>
    public (int Isl, int Osl, IReadOnlyList<int> Batches) Read(ParseResult parsed)
    {
        var missing = new[] { _isl, _osl }
            .Where(flag => !parsed.Has(flag))
            .Select(flag => new ConfigException("", 0, flag.Name,
                "is missing; say how many tokens, such as " + flag.Name + " 256."))
            .ToArray();
        if (missing.Length > 0) throw ConfigException.Of(missing);
        return (
            parsed.GetValue(_isl)!.Value, parsed.GetValue(_osl)!.Value,
            parsed.Has(_batch) ? parsed.GetValue(_batch)! : [1]);
    }

    /// <summary>Whether any of them was typed.</summary>
    public bool Any(ParseResult parsed) => All.Any(parsed.Has);

    private static int[] ReadBatches(string text)
    {
        var parts = text.Split(',');
        if (parts.Length > MostBatches)
            throw new FormatException($"names {parts.Length} batches; {MostBatches} are the most.");
        return [.. parts.Select(part => int.TryParse(
                part, NumberStyles.None, CultureInfo.InvariantCulture, out var batch)
            && batch is >= 1 and <= Flag.MostTokens
            ? batch
            : throw new FormatException(
                $"expected whole numbers from 1 to {Flag.MostTokens}, such as 1,8,64, but found "
                + $"\"{part}\"."))];
    }
}
