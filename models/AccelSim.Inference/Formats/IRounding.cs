using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Formats;

/// <summary>
/// Rounds a row of numbers to those that a coarser format can hold, so that kernels for finer
/// ones compute what the coarser one's would.
/// </summary>
public interface IRounding
{
    /// <summary>Rounds in place.</summary>
    void Round(Span<float> row);

    /// <summary>Bits of a number, its share of scales and masks included.</summary>
    /// <param name="columns">Numbers of a row.</param>
    double Bits(long columns);
}

/// <summary>Weights of linear layers, rounded before they are packed.</summary>
internal sealed class RoundedWeights(IWeightRows exact, IRounding rounding) : IWeightRows
{
    public Storage? OwnFormat(in WeightPlace place) => exact.OwnFormat(place);

    public void Fill(in WeightPlace place, Matrix matrix, CpuPool pool)
    {
        if (place.Operation is "lm_head" or "moe.router" or "moe.shared_gate"
            || place.Operation.StartsWith("embedding", StringComparison.Ordinal))
        {
            exact.Fill(place, matrix, pool);
            return;
        }
        using var whole = new Matrix(
            matrix.Rows, matrix.Columns, new Storage(StorageKind.F32));
        exact.Fill(place, whole, pool);
        pool.Rows(matrix.Rows, 1000 + matrix.Columns, row =>
        {
            var values = new float[matrix.Columns];
            Linear.ReadRow(whole, row, values);
            rounding.Round(values);
            Packer.Pack(matrix, row, values);
        });
    }

    public void Fill(in WeightPlace place, VectorRole role, Span<float> vector) =>
        exact.Fill(place, role, vector);
}
