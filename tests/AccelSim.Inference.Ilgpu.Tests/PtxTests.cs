using System.Diagnostics;
using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>What NVIDIA's GPUs are given, made without one.</summary>
public sealed class PtxTests : IDisposable
{
    private readonly Context _context = Context.Create(builder =>
        builder.Optimize(OptimizationLevel.O2));

    private static Storage[] Formats { get; } =
    [
        new(StorageKind.F32), new(StorageKind.Bf16), new(StorageKind.Fp16), new(StorageKind.Int8),
        new(StorageKind.Int4, 32), new(StorageKind.Int4, 32, HasOffset: true),
        new(StorageKind.Fp8),
    ];

    private static readonly Storage W8A8 = new(StorageKind.Int8) { RoundsInputs = true };

    /// <summary>
    /// Each kernel is assembled where NVIDIA's assembler is found: it knows what a driver would
    /// refuse.
    /// </summary>
    [Fact]
    public void EveryKernel_BecomesPtxThatAssembles()
    {
        foreach (var kernel in All())
        {
            var text = Ptx(kernel);
            Assert.Contains(".target sm_80", text, StringComparison.Ordinal);
            Assert.Equal("", Assemble(text, out var figures));
            // Registers suffice, where it told.
            if (figures.Length > 0)
                Assert.Contains("0 bytes spill stores", figures, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// No branch is marked as one on which lanes never part: some of the marks were wrong, as a
    /// stand-in for the device that looks after them showed.
    /// </summary>
    [Fact]
    public void Branches_PromiseNothingOfLanes()
    {
        foreach (var kernel in All())
            Assert.DoesNotContain(".uni", Ptx(kernel), StringComparison.Ordinal);
    }

    /// <summary>Decoding reads weights in loads of 128 bits.</summary>
    [Fact]
    public void Products_ReadWeightsInTheWidestLoads()
    {
        foreach (var storage in Formats)
        {
            var text = Ptx(KernelChoice.Vector(storage, true, MatrixUnits.Cuda));
            Assert.Contains("ld.global.v4", text, StringComparison.Ordinal);
            Assert.Contains("shfl.sync.bfly", text, StringComparison.Ordinal);
        }
    }

    /// <summary>Whole numbers are multiplied four at a time.</summary>
    [Fact]
    public void ProductsOfWholeNumbers_UseTheInstruction()
    {
        Delegate[] kernels =
        [
            KernelChoice.Vector(W8A8, true, MatrixUnits.Cuda),
            KernelChoice.Tile(W8A8, MatrixUnits.Cuda),
        ];
        foreach (var kernel in kernels)
            Assert.Contains("dp4a.s32.s32", Ptx(kernel), StringComparison.Ordinal);
    }

    /// <summary>What multiplies on matrix units does so by their instruction.</summary>
    [Fact]
    public void MatrixKernels_UseTheInstruction()
    {
        foreach (var kernel in OfUnits())
        {
            var text = Ptx(kernel);
            Assert.Contains(
                "mma.sync.aligned.m16n8k16.row.col.f32.", text, StringComparison.Ordinal);
            // Nothing of an emulated unit.
            Assert.DoesNotContain("shfl.sync.idx", text, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _context.Dispose();

    private static IEnumerable<Delegate> All()
    {
        foreach (var storage in Formats)
        {
            yield return KernelChoice.Look(storage);
            yield return KernelChoice.Vector(storage, true, MatrixUnits.Cuda);
            yield return KernelChoice.Tile(storage, MatrixUnits.Cuda);
        }
        yield return KernelChoice.Vector(W8A8, true, MatrixUnits.Cuda);
        yield return KernelChoice.Tile(W8A8, MatrixUnits.Cuda);
        yield return KernelChoice.Whole(true);
        foreach (var kind in Devices.Caches) yield return KernelChoice.Attend(kind, true);
        foreach (var kernel in OfUnits()) yield return kernel;
        yield return KernelChoice.Norm(true);
        yield return KernelChoice.HeadNorm(true);
        yield return KernelChoice.Largest(true);
        yield return KernelChoice.Write(true);
        yield return KernelChoice.Choose(true);
        yield return RowwiseKernels.Rotate;
        yield return RowwiseKernels.Activate;
        yield return RowwiseKernels.Gather;
        yield return LinearKernels.Widen;
        yield return CacheKernels.Move;
        yield return AttentionKernels.Combine;
        yield return ExpertKernels.Count;
        yield return ExpertKernels.Sum;
        yield return ExpertKernels.Place;
        yield return ExpertKernels.Gather;
    }

    private static IEnumerable<Delegate> OfUnits()
    {
        foreach (var storage in Formats.Where(format => format.Kind != StorageKind.F32))
        {
            yield return KernelChoice.Narrow(storage, MatrixUnits.Cuda);
            yield return KernelChoice.Wide(storage, MatrixUnits.Cuda);
        }
        foreach (var kind in Devices.Caches)
        {
            if (KernelChoice.Flash(kind, MatrixUnits.Cuda, 128) is { } kernel) yield return kernel;
        }
    }

    private string Ptx(Delegate kernel)
    {
        using var backend = new PTXBackend(
            _context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        var compiled = backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), default);
        CudaPtx.Mend(compiled);
        return ((PTXCompiledKernel)compiled).PTXAssembly;
    }

    /// <summary>What the assembler complains of; nothing where there is none.</summary>
    private static string Assemble(string text, out string figures)
    {
        figures = "";
        var folder = Directory.CreateTempSubdirectory("ptx");
        try
        {
            var file = Path.Combine(folder.FullName, "kernel.ptx");
            File.WriteAllText(file, text);
            using var process = Process.Start(new ProcessStartInfo(
                "ptxas", ["-arch=sm_80", "-v", "-o", file + ".cubin", file])
            {
                RedirectStandardError = true,
            })!;
            figures = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : figures;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
        finally
        {
            folder.Delete(true);
        }
    }
}
