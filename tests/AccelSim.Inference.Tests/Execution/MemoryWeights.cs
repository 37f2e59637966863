using System.Runtime.InteropServices;
using AccelSim.Inference.Weights;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>Random tensors in memory, named and shaped as a checkpoint has them.</summary>
internal sealed unsafe class MemoryWeights : IWeightSource
{
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _tensors = [];
    private readonly List<GCHandle> _pinned = [];
    private readonly SimRandom _random;

    public MemoryWeights(long seed) => _random = new SimRandom(seed, "weights");

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Adds a matrix or, with one size, a vector near <paramref name="centre"/>.</summary>
    public void Add(string name, double width, double centre, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(centre + width * (2 * _random.NextDouble() - 1));
        _pinned.Add(GCHandle.Alloc(values, GCHandleType.Pinned));
        _tensors.Add(name, (shape, values));
    }

    public float[] this[string name] => _tensors[name].Values;

    public bool Has(string name) => _tensors.ContainsKey(name);

    public bool TryGet(string name, out WeightTensor tensor)
    {
        if (!_tensors.TryGetValue(name, out var own))
        {
            tensor = default;
            return false;
        }
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(own.Values, 0);
        tensor = new WeightTensor(name, WeightType.F32, own.Shape, address, own.Values.Length * 4);
        return true;
    }

    public void Dispose()
    {
        foreach (var handle in _pinned) handle.Free();
        _pinned.Clear();
    }
}
