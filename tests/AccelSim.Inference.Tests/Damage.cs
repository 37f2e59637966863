using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Inference.Tests;

/// <summary>Sound files with some bytes overwritten, removed, doubled or cut off.</summary>
internal static class Damage
{
    private static readonly byte[] Telling =
        [0, 1, 2, 3, 8, 12, 0x7f, 0x80, 0xff, .. "0123456789-.eE{}[]\",:\\ nul"u8];

    public static Gen<byte[]> Of(byte[] sound, int among)
    {
        var edit = from place in Gen.Choose(0, Math.Min(among, sound.Length) - 1)
                   from what in Gen.Choose(0, 4)
                   from value in Gen.Elements(Telling)
                   select (place, what, value);
        return from edits in Gen.ListOf(edit)
               select edits.Take(5).Aggregate(sound, Apply);
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
            _ => [.. bytes[..at], .. Enumerable.Repeat(edit.Value, 8), .. bytes[Math.Min(
                bytes.Length, at + 8)..]],
        };
    }
}
