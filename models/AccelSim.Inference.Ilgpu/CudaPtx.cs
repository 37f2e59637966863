using System.Reflection;
using ILGPU.Backends;
using ILGPU.Backends.PTX;

namespace AccelSim.Inference.Ilgpu;

/// <summary>What ILGPU makes for NVIDIA's GPUs, mended.</summary>
internal static class CudaPtx
{
    /// <summary>
    /// ILGPU 1.5.3 marks branches on which lanes of a warp part as ones on which they never do
    /// (bra.uni): where a constant meets a value that it knows nothing of, as what was loaded as a
    /// structure, it takes the result for the same in all lanes. NVIDIA's assembler may trust the
    /// mark, and need not bring lanes together again before shuffles, barriers and matrix units.
    /// Without it, the assembler finds out by itself.
    /// </summary>
    public static string Mended(string text) =>
        text.Replace("bra.uni", "bra", StringComparison.Ordinal);

    /// <summary>Mends what has been compiled before a driver sees it; other kernels stay.
    /// </summary>
    public static void Mend(CompiledKernel kernel)
    {
        if (kernel is not PTXCompiledKernel compiled) return;
        var field = typeof(PTXCompiledKernel).GetField(
            $"<{nameof(PTXCompiledKernel.PTXAssembly)}>k__BackingField",
            BindingFlags.Instance | BindingFlags.NonPublic)
            ?? throw new NotSupportedException("This ILGPU keeps its PTX elsewhere.");
        field.SetValue(compiled, Mended(compiled.PTXAssembly));
    }
}
