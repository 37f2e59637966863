using System.CommandLine;
using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Cli.Flags;

/// <summary>What a model runs on.</summary>
internal sealed class BackendFlag
{
    /// <summary>What helps where the GPU back end is missing.</summary>
    public const string HowToBuild =
        "build accelsim with -p:Ilgpu=true from a package source that has ILGPU 1.5.3 "
        + "(docs/engine.md)";

    private readonly Option<string?> _name = Flag.Text(
        "--backend", "NAME", "What runs it: cpu (the default) or gpu; see \"accelsim devices\".");

    /// <summary>The flag.</summary>
    public Option Option => _name;

#if ILGPU
    /// <summary>Finds GPUs; null where the build has no GPU back end.</summary>
    public static IBackendProvider? Gpus { get; } =
        new AccelSim.Inference.Ilgpu.IlgpuProvider();
#else
    /// <summary>Finds GPUs; null where the build has no GPU back end.</summary>
    public static IBackendProvider? Gpus => null;
#endif

    /// <summary>Whether it is not the processor.</summary>
    public bool IsGpu(ParseResult parsed) => parsed.GetValue(_name) is not (null or "cpu");

    /// <summary>Opens it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="pool">The processor's threads.</param>
    /// <exception cref="ConfigException">There is no such back end, or it finds no device.
    /// </exception>
    public IBackend Open(ParseResult parsed, CpuPool pool)
    {
        var name = parsed.GetValue(_name) ?? "cpu";
        if (name == "cpu") return new CpuBackend(pool);
        if (name != "gpu")
        {
            throw new ConfigException("", 0, _name.Name,
                $"\"{name}\" is not known; known: cpu, gpu.");
        }
        return Gpus?.Open() ?? throw new ConfigException("", 0, _name.Name,
            $"this build has no GPU back end; {HowToBuild}.");
    }

    /// <summary>Refuses a back end where only the processor does it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="what">What is done, such as <c>formats are compared</c>.</param>
    /// <param name="why">Why; nothing where kernels are missing.</param>
    /// <exception cref="ConfigException">Another is named.</exception>
    public void RefuseGpu(ParseResult parsed, string what, string? why = null)
    {
        if (!IsGpu(parsed)) return;
        throw new ConfigException("", 0, _name.Name,
            $"{what} on the processor alone{(why is null ? "" : ": " + why)}; leave the flag out.");
    }
}
