using System.Globalization;
using System.Runtime.InteropServices;
using AccelSim.Configuration;

namespace AccelSim.Inference.Weights;

/// <summary>A GGUF file's weights under the names and in the order of a Hugging Face checkpoint.
/// </summary>
/// <remarks>
/// Three things differ besides names. Llama's query and key rows lie so that the two numbers that
/// a rotary position turns are neighbours; asked for, they are copied into the order with halves
/// of a head apart (as a file has them that no GGUF converter touched). Experts of a layer lie in
/// one tensor; they are offered one by one, in place. GPT-2's matrices are [out, in] where its
/// checkpoints have [in, out]: such a one's name ends in <see cref="Transposed"/>.
/// </remarks>
public sealed unsafe class GgufWeights : IWeightSource
{
    /// <summary>The end of a name whose tensor is the transpose of the checkpoint's.</summary>
    public const string Transposed = ".T";

    private const int MostExperts = 4096;

    private readonly GgufFile file;
    private readonly string architecture;
    private readonly List<string> names = [];
    private readonly Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, nint> ordered = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>Takes a file over; it is closed with this.</summary>
    /// <param name="file">An opened file.</param>
    /// <exception cref="ConfigException">Two tensors come to have one name.</exception>
    public GgufWeights(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.file = file;
        architecture = GgufConfig.Architecture(file);
        var isMixtral = architecture == "llama" && file.WholeOrNull("llama.expert_count") is > 0;
        foreach (var own in file.Names)
        {
            file.TryGet(own, out var tensor);
            var name = GgufNames.Of(own, architecture, isMixtral);
            if (name.Contains('*', StringComparison.Ordinal)) AddExperts(name, tensor);
            else Add(Turned(name, tensor), tensor);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <inheritdoc/>
    public bool TryGet(string name, out WeightTensor tensor)
    {
        if (!tensors.TryGetValue(name, out tensor)) return false;
        if (Heads(name) is not { } heads) return true;
        lock (gate)
        {
            if (!ordered.TryGetValue(name, out var data))
                ordered.Add(name, data = HalvesApart(tensor, heads));
            tensor = tensor with { Data = data };
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var data in ordered.Values) NativeMemory.Free((void*)data);
            ordered.Clear();
        }
        file.Dispose();
    }

    private void Add(string name, WeightTensor tensor)
    {
        if (!tensors.TryAdd(name, tensor with { Name = name }))
            throw file.Error(tensor.Name, $"is a second tensor for \"{name}\"; one is expected.");
        names.Add(name);
    }

    private void AddExperts(string pattern, WeightTensor tensor)
    {
        if (tensor.Shape is not [var experts and <= MostExperts, var rows, var columns])
        {
            throw file.Error(tensor.Name, $"has the shape {ShapeCheck.Text(tensor.Shape)}; "
                + $"at most {MostExperts:N0} experts, rows and columns are expected.");
        }
        var bytes = tensor.Bytes / experts;
        for (long i = 0; i < experts; i++)
        {
            var index = i.ToString(CultureInfo.InvariantCulture);
            Add(pattern.Replace("*", index, StringComparison.Ordinal), tensor with
            {
                Shape = [rows, columns],
                Data = (nint)(tensor.Data + i * bytes),
                Bytes = bytes,
            });
        }
    }

    private string Turned(string name, WeightTensor tensor) =>
        architecture == "gpt2" && tensor.Shape.Count == 2 && name.StartsWith("h.",
            StringComparison.Ordinal) ? name + Transposed : name;

    /// <summary>How many heads' rows are to be put in order; null for all other tensors.</summary>
    private long? Heads(string name)
    {
        if (architecture != "llama" || !name.StartsWith("model.layers.", StringComparison.Ordinal))
            return null;
        const string key = "llama.attention.head_count";
        if (name.Contains(".q_proj.", StringComparison.Ordinal)) return file.WholeOrNull(key);
        return name.Contains(".k_proj.", StringComparison.Ordinal)
            ? file.WholeOrNull(key + "_kv") ?? file.WholeOrNull(key)
            : null;
    }

    /// <summary>Row 2·i + j of a head becomes row j·half + i; numbers stay as they are.</summary>
    private nint HalvesApart(WeightTensor tensor, long heads)
    {
        var rows = tensor.Shape[0];
        if (heads < 1 || heads > rows || rows % (2 * heads) != 0)
        {
            throw file.Error(tensor.Name, $"has {rows:N0} rows, which {heads:N0} heads of pairs "
                + "do not divide; they must.");
        }
        var row = tensor.Bytes / rows;
        var half = rows / heads / 2;
        var target = (byte*)NativeMemory.Alloc((nuint)tensor.Bytes);
        var source = (byte*)tensor.Data;
        for (long head = 0; head < heads; head++)
        {
            for (long i = 0; i < 2 * half; i++)
            {
                var from = head * 2 * half + i;
                var to = head * 2 * half + i % 2 * half + i / 2;
                NativeMemory.Copy(source + from * row, target + to * row, (nuint)row);
            }
        }
        return (nint)target;
    }
}
