using AccelSim.Inference.Execution;
using AccelSim.Models;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>What operators of a step hand on to each other, on the device.</summary>
internal sealed class GpuState : IDisposable
{
    private const int LeastPlaces = 4096;
    private readonly EngineModel _model;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _turns;

    public GpuState(
        GpuDevice device, EngineModel model, IReadOnlyList<DeviceCache> caches, int capacity,
        int blockSize)
    {
        _model = model;
        Caches = caches;
        // Warming up may go a little beyond what a small model is made for.
        var places = Math.Min(
            capacity, Math.Max(LeastPlaces, model.Shape.MaxContext ?? capacity));
        Facts = new StepFacts(device, blockSize, places);
        Stream = new(device);
        Delta = new(device);
        Normed = new(device);
        Qkv = new(device);
        Attended = new(device);
        Pieces = new(device);
        Up = new(device);
        Inner = new(device);
        Head = new(device);
        Logits = new(device);
        Largest = new(device);
        Experts = new GpuExperts(device);
        if (model.Shape.Layers[0].Mixer is AttentionShape { Rotary: true } attention)
            _turns = MakeTurns(
                device, model.Numerics.Frequencies(attention.HeadDim),
                model.Numerics.RopeScaling?.AttentionFactor ?? 1, places);
    }

    public IReadOnlyList<DeviceCache> Caches { get; }

    public StepFacts Facts { get; }

    /// <summary>The residual stream.</summary>
    public DeviceSlot<float> Stream { get; }

    /// <summary>What the next norm adds to the stream.</summary>
    public DeviceSlot<float> Delta { get; }

    public bool HasDelta { get; set; }

    public DeviceSlot<float> Normed { get; }

    public DeviceSlot<float> Qkv { get; }

    public DeviceSlot<float> Attended { get; }

    /// <summary>Attention of split keys.</summary>
    public DeviceSlot<float> Pieces { get; }

    public DeviceSlot<float> Up { get; }

    public DeviceSlot<float> Inner { get; }

    public DeviceSlot<float> Head { get; }

    public DeviceSlot<float> Logits { get; }

    /// <summary>The likeliest token of each row of logits.</summary>
    public DeviceSlot<int> Largest { get; }

    public GpuExperts Experts { get; }

    /// <summary>Cosine and sine of each pair at each position.</summary>
    public ArrayView<float> Turns => _turns!.View.BaseView;

    public void Start(IReadOnlyList<StepEntry> entries)
    {
        HasDelta = false;
        Facts.Start(entries, _model.Shape.Window);
    }

    public void Dispose()
    {
        DeviceSlot<float>[] slots =
            [Stream, Delta, Normed, Qkv, Attended, Pieces, Up, Inner, Head, Logits];
        foreach (var slot in slots) slot.Dispose();
        Largest.Dispose();
        Facts.Dispose();
        Experts.Dispose();
        _turns?.Dispose();
    }

    /// <summary>For all positions of the longest sequence that may come.</summary>
    private static unsafe MemoryBuffer1D<float, Stride1D.Dense> MakeTurns(
        GpuDevice device, double[] frequencies, double factor, int places)
    {
        var turns = new float[(long)places * frequencies.Length * 2];
        for (var position = 0; position < places; position++)
        {
            for (var pair = 0; pair < frequencies.Length; pair++)
            {
                var (sine, cosine) = Math.SinCos(position * frequencies[pair]);
                var at = (position * (long)frequencies.Length + pair) * 2;
                turns[at] = (float)(cosine * factor);
                turns[at + 1] = (float)(sine * factor);
            }
        }
        var buffer = device.Allocate<float>(turns.Length);
        fixed (float* from = turns) buffer.View.BaseView.CopyFromCPU(ref *from, turns.Length);
        return buffer;
    }
}

/// <summary>Rows that go to experts, those of an expert one after the other.</summary>
internal sealed class GpuExperts(GpuDevice device) : IDisposable
{
    /// <summary>Scores of all experts for each token.</summary>
    public DeviceSlot<float> Scores { get; } = new(device);

    public DeviceSlot<int> Chosen { get; } = new(device);

    public DeviceSlot<int> Counts { get; } = new(device);

    public DeviceSlot<int> Ranks { get; } = new(device);

    public DeviceSlot<int> Starts { get; } = new(device);

    public DeviceSlot<int> Places { get; } = new(device);

    public DeviceSlot<int> Owners { get; } = new(device);

    /// <summary>What each choice of each token counts.</summary>
    public DeviceSlot<float> Weights { get; } = new(device);

    public DeviceSlot<float> Input { get; } = new(device);

    public DeviceSlot<float> Up { get; } = new(device);

    public DeviceSlot<float> Inner { get; } = new(device);

    public DeviceSlot<float> Output { get; } = new(device);

    /// <summary>What the shared experts make of each token.</summary>
    public DeviceSlot<float> Shared { get; } = new(device);

    public DeviceSlot<float> SharedGate { get; } = new(device);

    /// <summary>What kernels see.</summary>
    public Kernels.Routes Routes(int perToken) => new()
    {
        Chosen = Chosen.View,
        Ranks = Ranks.View,
        Starts = Starts.View,
        Places = Places.View,
        Owners = Owners.View,
        PerToken = perToken,
    };

    public void Dispose()
    {
        DeviceSlot<float>[] slots =
            [Scores, Weights, Input, Up, Inner, Output, Shared, SharedGate];
        foreach (var slot in slots) slot.Dispose();
        foreach (var slot in new[] { Chosen, Counts, Ranks, Starts, Places, Owners })
            slot.Dispose();
    }
}
