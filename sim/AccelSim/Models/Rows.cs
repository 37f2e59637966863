using System.Globalization;

namespace AccelSim.Models;

/// <summary>
/// How many rows an operator has in a step: a count of the step shape times a factor.
/// </summary>
internal readonly record struct Rows(RowSource Source, double Factor = 1)
{
    /// <summary>Rows in a step, rounded up.</summary>
    public long Of(in StepShape shape)
    {
        long count = Source switch
        {
            RowSource.Tokens => shape.Tokens,
            RowSource.SampledTokens => shape.SampledTokens,
            RowSource.ExpertTokens => OfAllRanks(shape),
            RowSource.Images => shape.Images,
            RowSource.PrefillTokens => shape.PrefillTokens,
            RowSource.PrefillKvTokens => shape.PrefillKvTokens,
            RowSource.DecodeTokens => shape.DecodeTokens,
            RowSource.CommonPrefixQueries =>
                shape.CommonPrefixTokens > 0 ? shape.DecodeTokens : 0,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        // The small subtraction keeps 3 × (1/3) at 1.
        return Factor == 1 ? count : (long)Math.Ceiling(count * Factor - 1e-9);
    }

    /// <summary>What the step's cached cost depends on.</summary>
    public ShapeBasis Basis => Source switch
    {
        RowSource.Tokens => ShapeBasis.Tokens,
        RowSource.SampledTokens => ShapeBasis.SampledTokens,
        RowSource.ExpertTokens => ShapeBasis.ExpertTokens,
        RowSource.Images => ShapeBasis.Images,
        RowSource.PrefillTokens or RowSource.PrefillKvTokens => ShapeBasis.Prefill,
        RowSource.CommonPrefixQueries => ShapeBasis.CommonPrefix,
        _ => ShapeBasis.Decode,
    };

    /// <summary>As a formula says it, such as <c>2 · expert tokens</c>.</summary>
    public override string ToString()
    {
        var name = Source switch
        {
            RowSource.Tokens => "tokens",
            RowSource.SampledTokens => "sampled tokens",
            RowSource.ExpertTokens => "expert tokens",
            RowSource.Images => "images",
            RowSource.PrefillTokens => "prompt tokens",
            RowSource.PrefillKvTokens => "prompt KV tokens",
            RowSource.CommonPrefixQueries => "decode tokens with a common prefix",
            _ => "decode tokens",
        };
        return Factor == 1
            ? name
            : Factor.ToString("0.######", CultureInfo.InvariantCulture) + " · " + name;
    }

    /// <summary>Tokens of all ranks that share the experts.</summary>
    internal static long OfAllRanks(in StepShape shape) =>
        shape.ExpertTokens > 0 ? shape.ExpertTokens : shape.Tokens;
}

/// <summary>The counts of a step shape that rows follow.</summary>
internal enum RowSource
{
    Tokens,
    SampledTokens,
    ExpertTokens,
    Images,
    PrefillTokens,
    PrefillKvTokens,
    DecodeTokens,
    CommonPrefixQueries,
}
