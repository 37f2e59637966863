using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Ilgpu;

/// <summary>Runs steps of a model on a device.</summary>
/// <remarks>
/// The host hands over a step's integers and one launch or a few per operator, and waits once, for
/// the tokens that were chosen. With an observer, events on the device stand between operators.
/// </remarks>
internal sealed class GpuExecutor : IExecutor
{
    private readonly GpuDevice _device;
    private readonly DeviceCache[] _caches;
    private readonly DeviceModel _weights;
    private readonly GpuState _state;
    private readonly GpuHandlers _maker;
    private readonly Action[] _handlers;
    private readonly List<int> _chosen = [];
    private readonly DeviceMarks _marks;
    private readonly int _blockSize;
    private float[] _logits = [];
    private bool _hasLogits;

    /// <summary>Brings the weights to the device and takes memory for the cache.</summary>
    public GpuExecutor(GpuDevice device, EngineModel model, int blocks, int blockSize)
    {
        Refuse(model);
        _device = device;
        _marks = new DeviceMarks(device.Accelerator);
        _blockSize = blockSize;
        Model = model;
        _weights = new DeviceModel(device, model);
        _caches =
        [
            .. model.Shape.Layers.Select(layer => new DeviceCache(
                device, (AttentionShape)layer.Mixer, model.Formats.Kv, blocks, blockSize)),
        ];
        _state = new GpuState(device, model, _caches, blocks * blockSize, blockSize);
        _maker = new GpuHandlers(device, model, _weights, _state);
        _handlers = [.. model.Operators.Select(_maker.Make)];
    }

    /// <inheritdoc/>
    public IOperatorObserver? Observer { get; set; }

    /// <inheritdoc/>
    public EngineModel Model { get; }

    /// <inheritdoc/>
    public long KvBytes => _caches.Sum(cache => cache.Bytes);

    /// <inheritdoc/>
    public StepShape Shape { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Step(
        IReadOnlyList<StepEntry> entries, IReadOnlySet<int>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Shape = StepShapes.Of(entries, Model.Shape.Window);
        _hasLogits = false;
        _chosen.Clear();
        _chosen.AddRange(entries.Select(_ => -1));
        _state.Start(entries);
        if (_state.Facts.Rows == 0) return _chosen;
        var watch = Observer is null ? null : new DeviceClock(_device, _marks);
        for (var i = 0; i < _handlers.Length; i++)
        {
            if (skipped?.Contains(Model.Operators[i].Layer) == true) continue;
            _handlers[i]();
            watch?.Ran(i);
        }
        Choose(entries);
        watch?.Tell(Observer!, Model.Operators, Shape);
        return _chosen;
    }

    /// <inheritdoc/>
    public void Move(IReadOnlyList<int> blocks, int from, int to)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var (source, target) = (Slot(from), Slot(to));
        foreach (var cache in _caches)
        {
            var scaled = cache.Kind is Inference.Kernels.KvKind.Int8
                or Inference.Kernels.KvKind.Int4 ? 1 : 0;
            _device.Run(
                CacheKernels.Move, _device.Groups(cache.View.Heads, 2), cache.View, scaled,
                source, target);
        }

        int Slot(int position) =>
            blocks[position / _blockSize] * _blockSize + position % _blockSize;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Logits(int index)
    {
        FetchLogits();
        return Row(index);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _marks.Dispose();
        _maker.Dispose();
        _state.Dispose();
        foreach (var cache in _caches) cache.Dispose();
        _weights.Dispose();
    }

    /// <summary>Waits for the step and takes its tokens.</summary>
    private void Choose(IReadOnlyList<StepEntry> entries)
    {
        var largest = new int[_state.Facts.Sampled];
        if (largest.Length > 0) _state.Largest.Read(0, largest);
        else _device.Accelerator.Synchronize();
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Sampler is not { } sampler) continue;
            var row = _state.Facts.LastSampled[i];
            if (sampler.IsGreedy)
            {
                _chosen[i] = largest[row];
                continue;
            }
            FetchLogits();
            _chosen[i] = sampler.Choose(Row(row));
        }
    }

    private Span<float> Row(int index)
    {
        var width = _state.Logits.Width;
        return _logits.AsSpan(index * width, width);
    }

    private void FetchLogits()
    {
        if (_hasLogits) return;
        var count = _state.Facts.Sampled * _state.Logits.Width;
        if (_logits.Length < count) _logits = new float[count];
        _state.Logits.Read(0, _logits.AsSpan(0, count));
        _hasLogits = true;
    }

    private static void Refuse(EngineModel model)
    {
        if (model.Formats.Kv == Inference.Kernels.KvKind.Int2)
        {
            throw new ConfigException("", 0, "--kv-cache-dtype",
                $"{model.Formats.KvName} runs on the processor alone; GPUs take fp32, bf16, "
                + "fp16, int8 or int4.");
        }
        if (!KernelChoice.Knows(model.Formats.Linear.Kind))
        {
            throw new ConfigException("", 0, "--dtype",
                $"{model.Formats.LinearName} runs on the processor alone; GPUs take fp32, bf16, "
                + "fp16, fp8, int8, w8a8 or int4.");
        }
        foreach (var layer in model.Shape.Layers)
        {
            var attention = (AttentionShape)layer.Mixer;
            if (attention.HeadDim > Limits.HeadDim)
            {
                throw new ConfigException("", 0, "--backend",
                    $"heads have {attention.HeadDim} numbers; kernels for GPUs have room for "
                    + $"{Limits.HeadDim}.");
            }
            if (layer.FeedForward is ExpertMlp experts && experts.Experts > Limits.Experts)
            {
                throw new ConfigException("", 0, "--backend",
                    $"a layer has {experts.Experts} experts; kernels for GPUs have room for "
                    + $"{Limits.Experts}.");
            }
        }
    }
}
