using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Measuring;
using AccelSim.Serving;
using AccelSim.Traces;

namespace AccelSim.Inference.Capture;

/// <summary>What a trace says of the engine and the machine that it ran on.</summary>
public static class CaptureHeader
{
    /// <summary>The header of a run.</summary>
    /// <param name="model">What runs.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="settings">The engine's settings.</param>
    /// <param name="blocks">KV blocks.</param>
    /// <param name="weights">As <see cref="HashOf"/> gives it, or <c>random</c>.</param>
    /// <param name="seed">Decided everything random.</param>
    /// <param name="speculation">Who proposed tokens; null: nobody.</param>
    /// <param name="draft">The model that did, and its own file; null: none.</param>
    public static TraceHeader Of(
        EngineModel model, IBackend backend, EngineSettings settings, int blocks, string weights,
        long seed, TraceSpeculation? speculation = null,
        (EngineModel Model, string Config)? draft = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(settings);
        return new TraceHeader
        {
            Schema = TraceHeader.CurrentSchema,
            Model = model.Shape.Id,
            Formats = TraceFormats.Of(backend.Formats(model)),
            Device = backend.Device,
            Engine = new TraceEngine
            {
                Name = "AccelSim " + typeof(CaptureHeader).Assembly.GetName().Version!.ToString(3),
                MaxNumSeqs = settings.MaxNumSeqs,
                MaxNumBatchedTokens = settings.MaxNumBatchedTokens,
                BlockSize = settings.BlockSize,
                KvBlocks = blocks,
                Speculation = speculation,
            },
            Weights = weights,
            Seed = seed,
            Draft = draft is { } other
                ? new TraceDraft
                {
                    Model = other.Model.Shape.Id,
                    Formats = TraceFormats.Of(backend.Formats(other.Model)),
                    Config = other.Config,
                }
                : null,
            Operators =
            [
                .. model.Graph.Stages[0].Select(template => template.Name),
                .. draft?.Model.Graph.Stages[0]
                    .Select(template => TraceDraft.Prefix + template.Name) ?? [],
            ],
        };
    }

    /// <summary>The processor as it was found.</summary>
    /// <param name="threads">Threads that work.</param>
    internal static TraceDevice Processor(int threads)
    {
        var machine = MachineFacts.Read();
        return new TraceDevice
        {
            Name = machine.Name,
            Backend = "cpu",
            Threads = threads,
            ClockMegahertz = machine.Megahertz,
            Features = Features(),
        };
    }

    /// <summary>SHA-256 over a model's files with weights.</summary>
    /// <param name="path">A folder, or a file.</param>
    public static string HashOf(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] files = Directory.Exists(path)
            ? [.. Directory.GetFiles(path, "*.safetensors").Order(StringComparer.Ordinal)]
            : [path];
        var buffer = new byte[1 << 20];
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            for (int read; (read = stream.Read(buffer)) > 0;) hash.AppendData(buffer, 0, read);
        }
        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string[] Features() =>
    [
        .. new[]
        {
            (Avx2.IsSupported, "AVX2"), (Fma.IsSupported, "FMA"), (Avx512F.IsSupported, "AVX-512"),
        }.Where(one => one.Item1).Select(one => one.Item2),
    ];
}
