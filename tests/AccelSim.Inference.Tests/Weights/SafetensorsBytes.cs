using System.Buffers.Binary;
using System.Text;

namespace AccelSim.Inference.Tests.Weights;

/// <summary>Writes safetensors files, sound or not.</summary>
internal static class SafetensorsBytes
{
    public const string Sound =
        """{"__metadata__":{"format":"pt"},"""
        + """ "a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"""
        + """ "b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]},"""
        + """ "c":{"dtype":"F16","shape":[2,1],"data_offsets":[24,28]}}""";

    public const int SoundData = 28;

    public static byte[] Of(string header, int data = SoundData, long? length = null)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length ?? text.Length);
        text.CopyTo(bytes, 8);
        for (var i = 0; i < data; i++) bytes[8 + text.Length + i] = (byte)i;
        return bytes;
    }

    public static byte[] One(string entry, int data = 16) => Of($$"""{"a":{{entry}}}""", data);
}
