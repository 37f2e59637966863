using System.Text;

namespace AccelSim.Inference.Tests.Weights;

/// <summary>Writes GGUF files, sound or not.</summary>
internal sealed class GgufBytes
{
    public const uint UInt32 = 4, Int32 = 5, Float32 = 6, Bool = 7, Text = 8, Array = 9;

    private readonly List<(string Key, uint Type, byte[] Value)> pairs = [];
    private readonly List<(string Name, ulong[] Sizes, uint Type, ulong Offset)> tensors = [];

    public uint Magic { get; set; } = 0x46554747;

    public uint Version { get; set; } = 3;

    public ulong? TensorCount { get; set; }

    public ulong? PairCount { get; set; }

    public int Data { get; set; } = 256;

    /// <summary>A Llama of one layer without its weights, but for an embedding.</summary>
    public static GgufBytes Llama() => new GgufBytes()
        .Set("general.architecture", "llama")
        .Set("llama.block_count", 1)
        .Set("llama.context_length", 64)
        .Set("llama.embedding_length", 8)
        .Set("llama.feed_forward_length", 16)
        .Set("llama.attention.head_count", 2)
        .Set("llama.attention.head_count_kv", 1)
        .Set("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .Add("token_embd.weight", [8, 4], 0, 0)
        .Add("output_norm.weight", [8], 0, 128);

    /// <summary>SentencePiece-style tokens: unknown, bytes, then some words.</summary>
    public GgufBytes WithTokens()
    {
        string[] tokens =
        [
            "<unk>", "<s>", "</s>",
            .. Enumerable.Range(0, 256).Select(i => $"<0x{i:X2}>"),
            "\u2581", "a", "b", "c", "ab", "\u2581ab", "bc", "abc",
        ];
        return Set("tokenizer.ggml.model", "llama")
            .Set("tokenizer.ggml.tokens", List(Text, tokens.Select(Bytes)))
            .Set("tokenizer.ggml.scores", List(Float32, tokens.Select(
                (_, i) => BitConverter.GetBytes(-(float)i))))
            .Set("tokenizer.ggml.token_type", List(Int32, tokens.Select(
                (_, i) => BitConverter.GetBytes(i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1))))
            .Set("tokenizer.ggml.bos_token_id", 1);
    }

    public GgufBytes Set(string key, string value) => Set(key, (Text, Bytes(value)));

    public GgufBytes Set(string key, uint value) =>
        Set(key, (UInt32, BitConverter.GetBytes(value)));

    public GgufBytes Set(string key, float value) =>
        Set(key, (Float32, BitConverter.GetBytes(value)));

    /// <summary>Takes the place of a pair of that key, if there is one.</summary>
    public GgufBytes Set(string key, (uint Type, byte[] Value) pair)
    {
        pairs.RemoveAll(other => other.Key == key);
        return Twice(key, pair);
    }

    public GgufBytes Twice(string key, (uint Type, byte[] Value) pair)
    {
        pairs.Add((key, pair.Type, pair.Value));
        return this;
    }

    public GgufBytes Remove(string key)
    {
        pairs.RemoveAll(pair => pair.Key == key);
        return this;
    }

    /// <summary>Adds a tensor; sizes begin with the innermost.</summary>
    public GgufBytes Add(string name, ulong[] sizes, uint type, ulong offset)
    {
        tensors.Add((name, sizes, type, offset));
        return this;
    }

    public static (uint, byte[]) List(uint type, IEnumerable<byte[]> items)
    {
        var all = items.ToList();
        return (Array, [
            .. BitConverter.GetBytes(type), .. BitConverter.GetBytes((ulong)all.Count),
            .. all.SelectMany(item => item)]);
    }

    public static byte[] Bytes(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes((ulong)bytes.Length), .. bytes];
    }

    public byte[] ToArray()
    {
        var file = new List<byte>();
        file.AddRange(BitConverter.GetBytes(Magic));
        file.AddRange(BitConverter.GetBytes(Version));
        file.AddRange(BitConverter.GetBytes(TensorCount ?? (ulong)tensors.Count));
        file.AddRange(BitConverter.GetBytes(PairCount ?? (ulong)pairs.Count));
        foreach (var (key, type, value) in pairs)
        {
            file.AddRange(Bytes(key));
            file.AddRange(BitConverter.GetBytes(type));
            file.AddRange(value);
        }
        foreach (var (name, sizes, type, offset) in tensors)
        {
            file.AddRange(Bytes(name));
            file.AddRange(BitConverter.GetBytes((uint)sizes.Length));
            foreach (var size in sizes) file.AddRange(BitConverter.GetBytes(size));
            file.AddRange(BitConverter.GetBytes(type));
            file.AddRange(BitConverter.GetBytes(offset));
        }
        while (file.Count % 32 != 0) file.Add(0);
        for (var i = 0; i < Data; i++) file.Add((byte)i);
        return [.. file];
    }
}
