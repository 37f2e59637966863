using AccelSim.Costs.Analytical;
using AccelSim.Models;

namespace AccelSim.Validation;

/// <summary>Measured rows that are no kernel times: no fit learns from them.</summary>
/// <remarks>Nor do goals count them.</remarks>
internal static class NotKernels
{
    /// <summary>How far above its peak a memory may seem to be before a row is refused.</summary>
    private const double Tolerance = 1.1;

    /// <summary>Why a row is left out; null where it is not.</summary>
    public static string? Reason(
        TableRows rows, MeasuredTable table, List<Operator> operators, Machine machine,
        double seconds)
    {
        if (table == MeasuredTable.Gemm && rows.Field("dtype").SequenceEqual("fp8_block")
            && rows.Optional(MeasuredTable.Backend).SequenceEqual("vllm"))
        {
            return "fp8_block products of vllm were timed without graphs";
        }
        // What caches may have kept from the run before is no proof of a fast memory.
        var cold = -2 * machine.CacheBytes;
        foreach (var one in operators)
            cold += one.WeightBytes.Value + one.KvReadBytes.Value;
        return cold > Tolerance * machine.Bandwidth * seconds
            ? "faster than the memory can be read"
            : null;
    }
}
