using System.CommandLine;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;

namespace AccelSim.Cli.Verbs;

/// <summary>What models can be run on here, and why not on the rest.</summary>
internal sealed class DevicesVerb : Verb
{
    /// <summary>Names of the CUDA driver's library, by system.</summary>
    private static readonly string[] CudaDrivers =
        ["libcuda.so.1", "libcuda.so", "nvcuda.dll", "libcuda.dylib"];

    private static readonly string[] OpenClLoaders =
        ["libOpenCL.so.1", "libOpenCL.so", "OpenCL.dll"];

    /// <summary>The verb.</summary>
    public DevicesVerb(Terminal terminal)
        : base(
            terminal, "devices",
            "Lists what \"accelsim run\" can run on and, for what it cannot, why.",
            "accelsim devices")
    {
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var table = new TextTable("", "device", "runs", "~what it is, or why not");
        table.Row(
            "cpu", "yes",
            $"{Figures.Plural(Environment.ProcessorCount, "core")}, {Vectors()}");
        if (BackendFlag.Gpus is { } gpus)
        {
            foreach (var found in gpus.Find())
                table.Row(found.Kind, found.Runs ? "yes" : "no", found.Words);
        }
        else
        {
            table.Row("cuda", "no", Why("CUDA driver", CudaDrivers));
            table.Row("opencl", "no", Why("OpenCL loader", OpenClLoaders));
        }
        table.Write(Terminal);
        return ExitCode.Done;
    }

    private static string Vectors() =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? "vectors of 512 bits (AVX-512)"
        : Avx2.IsSupported && Fma.IsSupported ? "vectors of 256 bits (AVX2, FMA)"
        : "no vectors of 256 bits that .NET knows: it runs, but slowly";

    private static string Why(string what, string[] libraries)
    {
        var found = libraries.FirstOrDefault(Loads);
        return (found is null ? $"no {what} is found here" : $"the {what} is here ({found})")
            + $"; this build has no GPU back end: {BackendFlag.HowToBuild}.";
    }

    private static bool Loads(string library)
    {
        if (!System.Runtime.InteropServices.NativeLibrary.TryLoad(library, out var handle))
            return false;
        System.Runtime.InteropServices.NativeLibrary.Free(handle);
        return true;
    }
}
