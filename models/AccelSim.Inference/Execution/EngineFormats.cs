using AccelSim.Configuration;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Weights;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Inference.Execution;

/// <summary>How the engine keeps weights and cache.</summary>
/// <param name="Linear">Weights of attention, MLP and experts.</param>
/// <param name="Embedding">Embedding table and output head.</param>
/// <param name="Kv">Keys and values.</param>
public sealed record EngineFormats(Storage Linear, Storage Embedding, KvKind Kv)
{
    /// <summary>
    /// Whether each operator's weights stay as their file has them, where kernels know the format;
    /// the stated formats are those of most.
    /// </summary>
    public bool KeepsFiles { get; init; }

    /// <summary>What shares scales in a cache of two bits, and which tokens stay exact.</summary>
    public KvScheme KvScheme { get; init; } = KvScheme.Plain;

    private static readonly (string Name, Storage Linear, Storage Embedding)[] Weights =
    [
        ("fp32", new(StorageKind.F32), new(StorageKind.F32)),
        ("bf16", new(StorageKind.Bf16), new(StorageKind.Bf16)),
        ("fp16", new(StorageKind.Fp16), new(StorageKind.Fp16)),
        ("fp8", new(StorageKind.Fp8), new(StorageKind.Bf16)),
        ("int8", new(StorageKind.Int8), new(StorageKind.Bf16)),
        ("w8a8", new(StorageKind.Int8) { RoundsInputs = true }, new(StorageKind.Bf16)),
        ("int4", new(StorageKind.Int4, 128), new(StorageKind.Bf16)),
        ("int4-g32", new(StorageKind.Int4, 32), new(StorageKind.Bf16)),
        ("nf4", new(StorageKind.Nf4, 64), new(StorageKind.Bf16)),
        ("int3", new(StorageKind.Int3, 128, true), new(StorageKind.Bf16)),
        ("int3-g32", new(StorageKind.Int3, 32, true), new(StorageKind.Bf16)),
        ("int2", new(StorageKind.Int2, 128, true), new(StorageKind.Bf16)),
        ("int2-g32", new(StorageKind.Int2, 32, true), new(StorageKind.Bf16)),
        ("sparse-2:4", new(StorageKind.Sparse24), new(StorageKind.Bf16)),
        ("sparse-50%", new(StorageKind.SparseHalf), new(StorageKind.Bf16)),
    ];

    private static readonly (string Name, KvKind Kind, KvScheme Scheme)[] Caches =
    [
        ("fp32", KvKind.F32, KvScheme.Plain), ("bf16", KvKind.Bf16, KvScheme.Plain),
        ("fp16", KvKind.Fp16, KvScheme.Plain), ("int8", KvKind.Int8, KvScheme.Plain),
        ("int4", KvKind.Int4, KvScheme.Plain), ("int2", KvKind.Int2, KvScheme.Plain),
        ("int2-sinks", KvKind.Int2, new KvScheme(4, 0, 0)),
        ("int2-channels", KvKind.Int2, new KvScheme(4, 32, 0)),
        ("int2-outliers", KvKind.Int2, new KvScheme(4, 32, 1)),
    ];

    /// <summary>As <c>--dtype</c> takes it; a file's own may have no name there.</summary>
    public string LinearName =>
        Array.Find(Weights, format => format.Linear == Linear).Name ?? Linear.Kind.ToString();

    /// <summary>As <c>--kv-cache-dtype</c> takes it.</summary>
    public string KvName =>
        Array.Find(Caches, cache => cache.Kind == Kv && cache.Scheme == KvScheme).Name
        ?? Kv.ToString();

    /// <summary>
    /// What the simulator calls the weights' format where it is not one of activations, too.
    /// </summary>
    public string? CoarseName => Linear switch
    {
        { RoundsInputs: true } => "w8a8",
        { Kind: StorageKind.Int8 } => "int8",
        { Kind: StorageKind.Fp8 } => "fp8",
        { Kind: StorageKind.Int4 } => "int4",
        { Kind: StorageKind.Sparse24 } => "sparse24",
        _ => null,
    };

    /// <summary>Packed groups do not survive that tokens in them are taken back.</summary>
    internal void RefuseProposals()
    {
        if (KvScheme.KeyGroup > 0)
            throw new ArgumentException($"A cache of {KvName} takes no token back.");
    }

    /// <summary>Whether the simulator has a name for the weights' format.</summary>
    public bool IsSimulated => CoarseName is not null
        || Linear.Kind is StorageKind.F32 or StorageKind.Bf16 or StorageKind.Fp16;

    /// <summary>Names of formats of weights.</summary>
    public static IEnumerable<string> WeightFormatNames => Weights.Select(format => format.Name);

    /// <summary>Names of formats of the cache.</summary>
    public static IEnumerable<string> KvNames => Caches.Select(format => format.Name);

    /// <summary>Formats by name.</summary>
    /// <param name="weights">Such as <c>bf16</c>.</param>
    /// <param name="kv">Such as <c>fp16</c>.</param>
    /// <exception cref="ConfigException">A name is not known.</exception>
    public static EngineFormats Named(string weights, string kv)
    {
        var format = Array.Find(Weights, format => format.Name == weights);
        if (format.Name is null)
        {
            throw new ConfigException("", 0, "--dtype",
                $"\"{weights}\" is not run; known are {string.Join(", ", WeightFormatNames)}.");
        }
        var cache = Array.Find(Caches, cache => cache.Name == kv);
        if (cache.Name is null)
        {
            throw new ConfigException("", 0, "--kv-cache-dtype",
                $"\"{kv}\" is not run; known are {string.Join(", ", KvNames)}.");
        }
        return new EngineFormats(format.Linear, format.Embedding, cache.Kind)
        {
            KvScheme = cache.Scheme,
        };
    }

    /// <summary>As a file has most of its numbers.</summary>
    /// <param name="source">The file.</param>
    /// <param name="kv">The cache's format; null: fp16 beside numbers of 16 bits or fewer.</param>
    public static EngineFormats OfFile(IWeightSource source, string? kv)
    {
        ArgumentNullException.ThrowIfNull(source);
        var most = source.Names
            .Select(name => source.TryGet(name, out var tensor) ? tensor : default)
            .Where(tensor => tensor.Shape is { Count: 2 })
            .GroupBy(tensor => tensor.Type)
            .OrderByDescending(group => group.Sum(tensor => tensor.Bytes))
            .Select(group => FileBlocks.StorageOf(group.Key))
            .FirstOrDefault() ?? new Storage(StorageKind.Fp16);
        var cache = kv ?? most.Kind switch
        {
            StorageKind.F32 => "fp32",
            StorageKind.Bf16 => "bf16",
            _ => "fp16",
        };
        return Named("fp32", cache) with { Linear = most, Embedding = most, KeepsFiles = true };
    }

    /// <summary>
    /// The same as the simulator's graphs have it; activations are fp32, and so are products of
    /// all but W8A8.
    /// </summary>
    /// <param name="model">Its widths decide the share of scales.</param>
    public FormatPlan Plan(ModelConfig model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var linear = new StorageFormat(NumberOf(Linear), Linear.BitsWithScales(model.Hidden));
        var head = ((AttentionShape)model.Layers[0].Mixer).HeadDim;
        var products = Linear.RoundsInputs ? NumberFormat.Int8 : NumberFormat.Fp32;
        return FormatPlan.Unquantised(NumberFormat.Fp32) with
        {
            Linear = linear,
            Experts = linear,
            LinearCompute = products,
            ExpertCompute = products,
            Embedding = new StorageFormat(
                NumberOf(Embedding), Embedding.BitsWithScales(model.Hidden)),
            Kv = Kv switch
            {
                KvKind.F32 => NumberFormat.Fp32,
                KvKind.Bf16 => NumberFormat.Bf16,
                KvKind.Fp16 => NumberFormat.Fp16,
                KvKind.Int8 => NumberFormat.Int8,
                KvKind.Int4 => NumberFormat.Int4,
                _ => NumberFormat.Int2,
            },
            KvBits = KvPages.ScaleBits(Kv, head) is > 0 and var scales
                ? KvPages.Bits(Kv) + (double)scales / head
                : null,
        };
    }

    private static NumberFormat NumberOf(Storage storage) => storage.Kind switch
    {
        StorageKind.F32 => NumberFormat.Fp32,
        StorageKind.Bf16 => NumberFormat.Bf16,
        StorageKind.Fp16 => NumberFormat.Fp16,
        StorageKind.Int8 => NumberFormat.Int8,
        StorageKind.Fp8 => NumberFormat.Fp8,
        StorageKind.Int3 => NumberFormat.Int3,
        StorageKind.Int2 => NumberFormat.Int2,
        StorageKind.Sparse24 or StorageKind.SparseHalf => NumberFormat.Bf16,
        _ => NumberFormat.Int4,
    };
}
