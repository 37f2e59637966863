using System.Runtime.InteropServices;
using AccelSim.Inference.Weights;
using AccelSim.Tests;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Tests.Weights;

/// <summary>Blocks that ggml wrote, against the numbers that ggml itself reads from them.</summary>
/// <remarks>
/// The golden file was made with the library <c>libggml-base.so</c> of the npm package
/// <c>@node-llama-cpp/linux-x64</c> 3.22.1, called from Python by ctypes: 1,024 normally
/// distributed numbers whose width differs from super-block to super-block, quantised by
/// <c>quantize_row_*_ref</c>; after them 512 numbers of random bytes with finite scales, so that
/// all bits occur; all of them read by <c>dequantize_row_*</c>.
/// </remarks>
public class GgmlTests
{
    [Theory]
    [InlineData(WeightType.Q4_0)]
    [InlineData(WeightType.Q8_0)]
    [InlineData(WeightType.Q4_K)]
    [InlineData(WeightType.Q6_K)]
    public void Blocks_HoldTheNumbersThatGgmlReads(WeightType type)
    {
        var file = Path.Combine(
            RepositoryRoot.Path, "tests", "AccelSim.Inference.Tests", "Weights",
            "ggml-blocks.json");
        var golden = JArray.Parse(File.ReadAllText(file))
            .Single(one => (string?)one["type"] == type.ToString());
        var blocks = Convert.FromBase64String((string)golden["blocks"]!);
        var exact = MemoryMarshal.Cast<byte, float>(
            Convert.FromBase64String((string)golden["numbers"]!)).ToArray();
        Assert.Equal(1536, exact.Length);
        var numbers = new float[exact.Length];
        Dequantiser.Read(type, blocks, numbers);
        for (var i = 0; i < exact.Length; i++)
        {
            // Compilers may fuse a product and a sum: half a unit in the last place of each.
            var bound = 2e-7f * (Math.Abs(exact[i]) + Math.Abs(numbers[i]));
            Assert.InRange(numbers[i], exact[i] - bound - 1e-6f, exact[i] + bound + 1e-6f);
        }
    }
}
