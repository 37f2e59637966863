using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Tests.Kernels;

/// <summary>What a token sees of a head's cache of two bits, by its definition.</summary>
/// <param name="scheme">What shares scales, and which tokens stay exact.</param>
/// <param name="keys">All tokens' keys.</param>
/// <param name="values">All tokens' values.</param>
internal sealed class TwoBitReference(KvScheme scheme, float[][] keys, float[][] values)
{
    /// <summary>Keys and values as the token at a place sees them.</summary>
    public (float[][] Keys, float[][] Values) SeenBy(int place)
    {
        var seenKeys = keys[..(place + 1)].Select(Copy).ToArray();
        var seenValues = values[..(place + 1)].Select(Copy).ToArray();
        if (scheme.KeyGroup == 0)
        {
            for (var i = 0; i <= place; i++)
            {
                if (i < scheme.Sinks)
                {
                    Halve(seenKeys[i]);
                    Halve(seenValues[i]);
                    continue;
                }
                RoundToken(seenKeys[i]);
                RoundToken(seenValues[i]);
            }
            return (seenKeys, seenValues);
        }
        foreach (var row in seenKeys.Concat(seenValues)) Halve(row);
        for (var first = 0; first + scheme.KeyGroup <= place; first += scheme.KeyGroup)
            RoundGroup(first, seenKeys, seenValues);
        return (seenKeys, seenValues);
    }

    /// <summary>Four levels from the least to the largest.</summary>
    public static void Round(Span<float> group)
    {
        var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in group)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        var step = (most - least) / 3;
        if (step <= 0) return;
        foreach (ref var value in group)
            value = MathF.Round((value - least) / step) * step + least;
    }

    /// <summary>Every 32 numbers of a token by themselves.</summary>
    public static void RoundToken(float[] token)
    {
        for (var at = 0; at < token.Length; at += 32)
            Round(token.AsSpan(at, Math.Min(32, token.Length - at)));
    }

    private void RoundGroup(int first, float[][] seenKeys, float[][] seenValues)
    {
        int[] tokens =
        [
            .. Enumerable.Range(first, scheme.KeyGroup).Where(token => token >= scheme.Sinks)
                .OrderByDescending(token => seenKeys[token].Sum(Math.Abs)).Skip(scheme.Outliers),
        ];
        foreach (var token in tokens) RoundToken(seenValues[token]);
        for (var i = 0; i < seenKeys[0].Length; i++)
        {
            var channel = tokens.Select(token => seenKeys[token][i]).ToArray();
            Round(channel);
            foreach (var (token, key) in tokens.Zip(channel)) seenKeys[token][i] = key;
        }
    }

    private static void Halve(float[] row)
    {
        for (var i = 0; i < row.Length; i++) row[i] = (float)(Half)row[i];
    }

    private static float[] Copy(float[] row) => [.. row];
}
