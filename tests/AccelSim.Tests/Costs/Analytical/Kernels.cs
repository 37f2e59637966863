using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs.Analytical;

/// <summary>Kernel models with figures that a test states.</summary>
internal static class Kernels
{
    public const string H100 = "h100-sxm";

    public static Machine Machine(string id, GroupLink? link = null) => new(
        Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators),
        link is null
            ? new Dictionary<CommunicationGroup, GroupLink>()
            : new Dictionary<CommunicationGroup, GroupLink>
            {
                [CommunicationGroup.Tensor] = link,
            });

    /// <summary>The figures where fits begin, some of them replaced.</summary>
    public static double[] Figures(KernelModel model, params (string Name, double Value)[] set)
    {
        var figures = model.Parameters.Select(parameter => parameter.Start).ToArray();
        foreach (var (name, value) in set)
        {
            var at = model.Parameters.ToList().FindIndex(parameter => parameter.Name == name);
            Assert.True(at >= 0, $"{name} is no figure of {model.GetType().Name}");
            figures[at] = value;
        }
        return figures;
    }

    public static KernelTime Price(
        KernelModel model, Machine machine, double[] figures, Operator one)
    {
        model.Price(one, machine, figures, out var time);
        return time;
    }

    /// <summary>A grouped product in bf16.</summary>
    public static Operator Experts(
        long rows, int groups, long n, long k, long largest = 0, long strays = 0) => new()
        {
            Name = "experts",
            Kind = OperatorKind.ExpertLinear,
            Count = 1,
            M = rows,
            N = n,
            K = k,
            Groups = groups,
            LargestGroup = largest,
            Strays = strays,
            ComputeFormat = NumberFormat.Bf16,
            WeightFormat = new StorageFormat(NumberFormat.Bf16, 16),
            MatrixFlops = new Flops(2 * rows * n * k),
            WeightBytes = new Bytes(2L * groups * n * k),
            InputBytes = new Bytes(2 * rows * k),
            OutputBytes = new Bytes(2 * rows * n),
        };

    public static Operator Sum(long bytes, int ranks, OperatorKind kind, ReductionKernels by) =>
        new()
        {
            Name = "sum",
            Kind = kind,
            Count = 1,
            M = 1,
            MessageBytes = new Bytes(bytes),
            Ranks = ranks,
            Group = CommunicationGroup.Tensor,
            Reduction = by,
        };

    /// <summary>Wires of one node, of 450 GB/s; of two nodes where a network is given.</summary>
    public static GroupLink Wires(bool reduces, int inside = 8, bool network = false) => new(
        "nvlink", Fact<BytesPerSecond>(450e9), Fact<Seconds>(1e-6), Topology.Switch, reduces,
        Fact<JoulesPerByte>(1e-11), LinkRole.ScaleUp, 16, inside,
        network
            ? new GroupLink(
                "network", Fact<BytesPerSecond>(50e9), Fact<Seconds>(5e-6), Topology.Switch, false,
                Fact<JoulesPerByte>(1e-10), LinkRole.ScaleOut, 2, 2)
            : null);

    private static Fact<T> Fact<T>(double value)
        where T : struct, IQuantity<T> =>
        new(
            T.FromBase(value),
            new FactSource(Provenance.Assumed, "a test", "test.json", 1, "$", "1"));
}
