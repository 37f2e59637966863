using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

/// <summary>A device's kernels, and operators to price with them.</summary>
internal sealed class KernelRig
{
    private readonly Machine _machine;
    private readonly Dictionary<KernelFamily, BoundKernel> _kernels;

    private static readonly NumberFormat[] Formats =
        [NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Int8, NumberFormat.Fp32];

    public KernelRig(HardwareDocument document)
    {
        Document = document;
        Device = Device.From(document.Accelerator, Catalog.Estimators);
        Format = Formats.First(format => Device.MatrixRate(format) is not null);
        _machine = new Machine(Device);
        _kernels = Enum.GetValues<KernelFamily>()
            .Select(family => (family, kernel: BoundKernel.For(Device.Spec, family)))
            .Where(pair => pair.kernel is not null)
            .ToDictionary(pair => pair.family, pair => pair.kernel!);
    }

    public KernelRig(string id)
        : this(Catalog.Open(id))
    {
    }

    public HardwareDocument Document { get; }

    public Device Device { get; }

    /// <summary>A format that the device multiplies in; of 16 bits where it has one.</summary>
    public NumberFormat Format { get; }

    public double PeakRate => Device.MatrixRate(Format)!.Value.Value;

    public double Bandwidth => Device.Bandwidth[Device.MainMemory].Value.Value;

    /// <summary>What the device's kernel takes for an operator.</summary>
    public KernelTime Price(in Operator one)
    {
        var kernel = _kernels[Families.Of(one)];
        kernel.Model.Price(one, _machine, kernel.Figures, out var time);
        Assert.True(time.Seconds > 0 && double.IsFinite(time.Seconds), one.Name);
        return time;
    }

    public double Figure(KernelFamily family, string name)
    {
        var kernel = _kernels[family];
        var index = kernel.Model.Parameters.ToList().FindIndex(one => one.Name == name);
        return kernel.Figures[index];
    }

    public Operator Linear(long m, long n, long k) =>
        Product(m, n, k, 0);

    public Operator Experts(
        int groups, long m, long n, long k) =>
        Product(m, n, k, groups);

    private Operator Product(long m, long n, long k, int groups)
    {
        var bits = FormatNames.Bits(Format);
        var matrices = Math.Max(1, groups);
        return new Operator
        {
            Name = $"{m}×{n}×{k}",
            Kind = groups > 0 ? OperatorKind.ExpertLinear : OperatorKind.Linear,
            Count = 1,
            M = m,
            N = n,
            K = k,
            Groups = groups,
            ComputeFormat = Format,
            WeightFormat = new StorageFormat(Format, bits),
            MatrixFlops = new Flops(2 * m * n * k),
            WeightBytes = new Bytes(matrices * n * k * bits / 8),
            InputBytes = new Bytes(m * k * bits / 8),
            OutputBytes = new Bytes(m * n * bits / 8),
        };
    }

    /// <summary>Prompts of equal length, causal; 32 heads of 128, eight for keys.</summary>
    public Operator Prefill(int sequences, long tokens) =>
        Attention(
            OperatorKind.PrefillAttention, sequences, sequences * tokens,
            sequences * tokens * (tokens + 1) / 2, sequences * tokens);

    /// <summary>One token of each sequence over its cache.</summary>
    public Operator Decode(int sequences, long context) =>
        Attention(
            OperatorKind.DecodeAttention, sequences, sequences,
            sequences * context, sequences * context);

    private Operator Attention(
        OperatorKind kind, int sequences, long queries, long pairs,
        long keys)
    {
        const int heads = 32, kvHeads = 8, dim = 128;
        var bytes = FormatNames.Bits(Format) / 8;
        return new Operator
        {
            Name = $"{kind} {sequences}, {queries} × {keys}",
            Kind = kind,
            Count = 1,
            Sequences = sequences,
            Queries = queries,
            Pairs = pairs,
            KvTokens = keys,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = dim,
            ComputeFormat = Format,
            KvFormat = Format,
            MatrixFlops = new Flops(4 * pairs * heads * dim),
            VectorFlops = new Flops(5 * pairs * heads),
            InputBytes = new Bytes(queries * heads * dim * bytes),
            OutputBytes = new Bytes(queries * heads * dim * bytes),
            KvReadBytes = new Bytes(2 * keys * kvHeads * dim * bytes),
        };
    }

    /// <summary>A norm of rows of 4096 numbers.</summary>
    public Operator Norm(long rows) => new()
    {
        Name = $"norm {rows}",
        Kind = OperatorKind.Normalisation,
        Count = 1,
        M = rows,
        N = 4096,
        ComputeFormat = Format,
        VectorFlops = new Flops(5 * rows * 4096),
        InputBytes = new Bytes(rows * 4096 * 2),
        OutputBytes = new Bytes(rows * 4096 * 2),
    };
}
