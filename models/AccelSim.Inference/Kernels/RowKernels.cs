using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AccelSim.Inference.Kernels;

/// <summary>What treats each row of numbers alone: norms, activations, positions.</summary>
public static class RowKernels
{
    /// <summary>x / rms(x) · weight.</summary>
    public static void RmsNorm(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y)
    {
        var mean = TensorPrimitives.SumOfSquares(x) / x.Length;
        TensorPrimitives.Multiply(x, 1 / MathF.Sqrt(mean + epsilon), y);
        TensorPrimitives.Multiply(y, weight, y);
    }

    /// <summary>(x − mean) / deviation · weight + bias.</summary>
    public static void LayerNorm(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias,
        float epsilon, Span<float> y)
    {
        TensorPrimitives.Subtract(x, TensorPrimitives.Sum(x) / x.Length, y);
        var variance = TensorPrimitives.SumOfSquares<float>(y) / x.Length;
        TensorPrimitives.Multiply(y, 1 / MathF.Sqrt(variance + epsilon), y);
        TensorPrimitives.MultiplyAdd(y, weight, bias, y);
    }

    /// <summary>Applies an activation to the whole of x.</summary>
    public static void Activate(ActivationKind kind, ReadOnlySpan<float> x, Span<float> y)
    {
        switch (kind)
        {
            case ActivationKind.Silu:
                TensorPrimitives.Sigmoid(x, y);
                TensorPrimitives.Multiply(x, y, y);
                break;
            case ActivationKind.Relu:
                TensorPrimitives.Max(x, 0f, y);
                break;
            case ActivationKind.GeluTanh:
                GeluTanh(x, y);
                break;
            default:
                for (var i = 0; i < x.Length; i++) y[i] = Gelu(x[i]);
                break;
        }
    }

    /// <summary>activation(first half) · second half.</summary>
    public static void Gate(ActivationKind kind, ReadOnlySpan<float> x, Span<float> y)
    {
        var half = x.Length / 2;
        Activate(kind, x[..half], y);
        TensorPrimitives.Multiply(y[..half], x[half..], y);
    }

    /// <summary>Turns a head by its position: pairs lie half a head apart (GPT-NeoX).</summary>
    /// <param name="head">The turned part of a head.</param>
    /// <param name="cosines">One for each pair.</param>
    /// <param name="sines">One for each pair.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(
        Span<float> head, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines)
    {
        var half = head.Length / 2;
        for (var i = 0; i < half; i++)
        {
            var (a, b) = (head[i], head[i + half]);
            head[i] = a * cosines[i] - b * sines[i];
            head[i + half] = b * cosines[i] + a * sines[i];
        }
    }

    /// <summary>The largest numbers' places, largest first; of equals the first.</summary>
    public static void TopK(ReadOnlySpan<float> x, Span<int> places)
    {
        for (var n = 0; n < places.Length; n++)
        {
            var best = -1;
            for (var i = 0; i < x.Length; i++)
            {
                if ((best < 0 || x[i] > x[best]) && !places[..n].Contains(i)) best = i;
            }
            places[n] = best;
        }
    }

    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), as x · sigmoid(2 · …).</summary>
    private static void GeluTanh(ReadOnlySpan<float> x, Span<float> y)
    {
        const float slope = 1.5957691216f; // 2 √(2/π)
        TensorPrimitives.Multiply(x, x, y);
        TensorPrimitives.Multiply<float>(y, 0.044715f * slope, y);
        TensorPrimitives.Add<float>(y, slope, y);
        TensorPrimitives.Multiply(y, x, y);
        TensorPrimitives.Sigmoid<float>(y, y);
        TensorPrimitives.Multiply(y, x, y);
    }

    /// <summary>0.5 x (1 + erf(x / √2)).</summary>
    /// <remarks>
    /// The error function by Abramowitz and Stegun (1964), 7.1.26; error below 1.5e−7.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Gelu(float x)
    {
        var z = MathF.Abs(x) * 0.70710678f;
        var t = 1 / (1 + 0.3275911f * z);
        var poly = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f
            + t * (-1.453152027f + t * 1.061405429f))));
        var erf = 1 - poly * MathF.Exp(-z * z);
        return 0.5f * x * (1 + MathF.CopySign(erf, x));
    }
}

/// <summary>The function between two matrices of an MLP.</summary>
public enum ActivationKind
{
    /// <summary>x · sigmoid(x).</summary>
    Silu,
    /// <summary>Gaussian error linear unit, exact.</summary>
    Gelu,
    /// <summary>Gaussian error linear unit by tanh, as GPT-2 has it.</summary>
    GeluTanh,
    /// <summary>max(x, 0).</summary>
    Relu,
}
