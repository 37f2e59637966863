using System.CommandLine;
using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>How many samples the bands of metrics come from.</summary>
/// <param name="usual">Without the flag; 0: no bands.</param>
/// <param name="what">What is done again for each sample.</param>
internal sealed class BandFlags(int usual, string what)
{
    private const int Most = 10_000;

    private readonly Option<int?> _samples = Flag.Of<int?>(
        "--samples", "N",
        $"90 % bands of all metrics: {what} again so often, with prices off as samples of their "
        + $"errors say ({(usual == 0 ? "none" : $"{usual}; 0: none")}).",
        text => (int)Flag.ReadWhole(text, 0, Most));

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_samples];

    /// <summary>What the command states.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="areKnown">Whether the rung knows how far its prices are off.</param>
    /// <exception cref="ConfigException">It asks for bands that nobody knows.</exception>
    public int Read(ParseResult parsed, bool areKnown)
    {
        var asked = parsed.GetValue(_samples);
        if (asked > 0 && !areKnown)
        {
            throw new ConfigException("", 0, _samples.Name,
                "the roofline does not know how far it is off; leave it out, or use "
                + "--cost-model analytical.");
        }
        return areKnown ? asked ?? usual : 0;
    }
}
