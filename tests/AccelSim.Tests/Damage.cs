using AccelSim.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Tests;

/// <summary>Sound files with bytes overwritten, removed, doubled or cut off.</summary>
internal static class Damage
{
    private const long MostBytes = 64L << 20;

    private static readonly byte[] Telling =
        [0, 1, 0x7f, 0x80, 0xff, .. "0123456789-.eE{}[]\",:\\ \nulN"u8];

    /// <summary>Every place cut off, and every place overwritten in three ways.</summary>
    /// <param name="sound">A sound file.</param>
    /// <param name="step">Bytes between two places.</param>
    public static IEnumerable<byte[]> Each(byte[] sound, int step)
    {
        for (var at = 0; at < sound.Length; at += step)
        {
            yield return sound[..at];
            foreach (var value in "9\"\0"u8.ToArray())
                yield return [.. sound[..at], value, .. sound[(at + 1)..]];
        }
    }

    /// <summary>A few random edits.</summary>
    public static Gen<byte[]> Of(byte[] sound)
    {
        var edit = from place in Gen.Choose(0, sound.Length - 1)
                   from what in Gen.Choose(0, 4)
                   from value in Gen.Elements(Telling)
                   select (place, what, value);
        return from edits in Gen.ListOf(edit)
               select edits.Take(5).Aggregate(sound, Apply);
    }

    /// <summary>
    /// The refusal, one line within bounded memory; null where it was accepted. Anything else
    /// fails the test.
    /// </summary>
    public static ConfigException? Refusal(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        ConfigException? refusal = null;
        try
        {
            read();
        }
        catch (ConfigException error)
        {
            refusal = error;
            Assert.DoesNotContain('\n', error.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return refusal;
    }

    private static byte[] Apply(byte[] bytes, (int Place, int What, byte Value) edit)
    {
        if (bytes.Length == 0) return bytes;
        var at = edit.Place % bytes.Length;
        return edit.What switch
        {
            0 => [.. bytes[..at], edit.Value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], edit.Value, .. bytes[at..]],
            3 => [.. bytes[..at], .. bytes[Math.Max(0, at - 40)..]],
            _ => bytes[..at],
        };
    }
}
