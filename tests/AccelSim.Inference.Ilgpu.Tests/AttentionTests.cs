using AccelSim.Inference.Execution;
using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using AccelSim.Workloads;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>Attention over a paged cache against fp64 and the processor.</summary>
public sealed unsafe class AttentionTests : IDisposable
{
    private const int BlockSize = 16;
    private readonly CpuPool _pool = new(2);

    /// <summary>History, new tokens, query heads, key/value heads, width, window, pieces.
    /// </summary>
    private static readonly int[][] Shapes =
    [
        [0, 1, 1, 1, 8, 0, 1], [0, 7, 4, 2, 20, 0, 1], [131, 1, 8, 1, 64, 0, 3],
        [40, 3, 6, 3, 40, 0, 2], [50, 4, 4, 4, 32, 17, 1], [90, 1, 4, 2, 33, 64, 4],
        [700, 1, 2, 1, 128, 0, 5],
    ];

    public static TheoryData<string, int, KvKind> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, KvKind>();
            foreach (var device in Devices.Names)
            {
                for (var shape = 0; shape < Shapes.Length; shape++)
                {
                    foreach (var kind in Devices.Caches)
                    {
                        // Emulators take seconds for each.
                        if (device == Devices.Emulator && shape != (int)kind) continue;
                        if (device == Devices.Warps
                            && (shape, kind) is not ((0, KvKind.F32) or (5, KvKind.Int8))) continue;
                        cases.Add(device, shape, kind);
                    }
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AgreesWithFp64AndTheProcessor(string name, int shape, KvKind kind)
    {
        var (history, count, heads, kvHeads) =
            (Shapes[shape][0], Shapes[shape][1], Shapes[shape][2], Shapes[shape][3]);
        var (dim, window, pieces) = (Shapes[shape][4], Shapes[shape][5], Shapes[shape][6]);
        var random = new SimRandom(shape, "attention");
        var length = history + count;
        var blocks = Enumerable.Range(0, (length + BlockSize - 1) / BlockSize).Reverse().ToArray();
        var width = (heads + 2 * kvHeads) * dim;
        var qkv = Devices.Uniform(random, length * width);
        using var pages = new KvPages(blocks.Length, BlockSize, kvHeads, dim, kind);
        using var run = new Run(
            Devices.Named(name), heads, kvHeads, dim, kind, blocks, length, qkv, history);
        for (var t = 0; t < length; t++)
        {
            var slot = (long)blocks[t / BlockSize] * BlockSize + t % BlockSize;
            for (var head = 0; head < kvHeads; head++)
            {
                var at = t * width + (heads + head) * dim;
                pages.Write(slot, head, false, qkv.AsSpan(at, dim));
                pages.Write(slot, head, true, qkv.AsSpan(at + kvHeads * dim, dim));
            }
        }
        var own = new float[count * heads * dim];
        fixed (float* px = qkv, py = own)
        {
            Attention.Run(
                _pool, pages, [new AttentionSpan(0, count, history, blocks)],
                new AttentionHeads(heads, 1 / MathF.Sqrt(dim), window), px + history * width,
                width, py, heads * dim);
        }
        var y = run.Attend(window, pieces);
        for (var i = 0; i < own.Length; i++)
        {
            var exact = kind == KvKind.F32
                ? Exact(qkv, i / (heads * dim) + history, i % (heads * dim), heads, kvHeads, dim,
                    window)
                : own[i];
            Assert.InRange(y[history * heads * dim + i], exact - 4e-6, exact + 4e-6);
            Assert.InRange(own[i], exact - 4e-6, exact + 4e-6);
        }
        // Rows that did not ask are left alone.
        for (var i = 0; i < history * heads * dim; i++) Assert.True(float.IsNaN(y[i]));
    }

    public static TheoryData<string, int, KvKind> Units
    {
        get
        {
            var cases = new TheoryData<string, int, KvKind>();
            foreach (var device in Devices.Names)
            {
                if (Devices.Named(device).Units == MatrixUnits.None) continue;
                cases.Add(device, 0, KvKind.Bf16);
                cases.Add(device, 17, KvKind.Int8);
            }
            return cases;
        }
    }

    /// <summary>
    /// Prompts on matrix units, a tile and a part of another: 16 bits for queries, keys, weights
    /// and values.
    /// </summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void Prompts_OnMatrixUnitsAgreeWithFp64(string name, int window, KvKind kind)
    {
        const int history = 9, count = 70, heads = 2, dim = 40, length = history + count;
        const int width = (heads + 2) * dim;
        var random = new SimRandom(window, "flash");
        int[] blocks = [.. Enumerable.Range(0, (length + BlockSize - 1) / BlockSize).Reverse()];
        var qkv = Devices.Uniform(random, length * width);
        using var run = new Run(
            Devices.Named(name), heads, 1, dim, kind, blocks, length, qkv, history);
        var y = run.Flash(window, [history, 64, history + 64, count - 64]);
        for (var i = 0; i < count * heads * dim; i++)
        {
            var exact = Exact(
                qkv, i / (heads * dim) + history, i % (heads * dim), heads, 1, dim, window);
            Assert.InRange(y[history * heads * dim + i], exact - 0.015, exact + 0.015);
        }
        for (var i = 0; i < history * heads * dim; i++) Assert.True(float.IsNaN(y[i]));
    }

    public void Dispose() => _pool.Dispose();

    private static double Exact(
        float[] qkv, int token, int place, int heads, int kvHeads, int dim, int window)
    {
        var width = (heads + 2 * kvHeads) * dim;
        var head = place / dim;
        var keys = (heads + head / (heads / kvHeads)) * dim;
        var from = window == 0 ? 0 : Math.Max(0, token - window + 1);
        var scores = Enumerable.Range(from, token - from + 1).Select(key => Enumerable
            .Range(0, dim)
            .Sum(d => (double)qkv[token * width + head * dim + d] * qkv[key * width + keys + d])
            / Math.Sqrt(dim)).ToArray();
        var largest = scores.Max();
        var (sum, value) = (0.0, 0.0);
        for (var i = 0; i < scores.Length; i++)
        {
            var weight = Math.Exp(scores[i] - largest);
            sum += weight;
            value += weight * qkv[(from + i) * width + keys + kvHeads * dim + place % dim];
        }
        return value / sum;
    }

    /// <summary>One sequence whose last tokens ask.</summary>
    private sealed class Run : IDisposable
    {
        private readonly GpuDevice _device;
        private readonly DeviceCache _cache;
        private readonly StepFacts _facts;
        private readonly DeviceSlot<float> _qkv;
        private readonly DeviceSlot<float> _output;
        private readonly DeviceSlot<float> _pieces;
        private readonly DeviceSlot<int> _rows;
        private readonly (int Heads, int KvHeads, int Dim, int Count) _shape;

        public Run(
            GpuDevice device, int heads, int kvHeads, int dim, KvKind kind, int[] blocks,
            int length, float[] qkv, int history)
        {
            _device = device;
            _shape = (heads, kvHeads, dim, length - history);
            _cache = new DeviceCache(
                device, new AttentionShape(heads, kvHeads, dim), kind, blocks.Length, BlockSize);
            _facts = new StepFacts(device, BlockSize);
            _facts.Start([new StepEntry(new int[length], 0, blocks, true, null)], 0);
            _qkv = Devices.Slot(device, qkv, qkv.Length / length);
            _output = Devices.Poisoned(device, length, heads * dim);
            _pieces = new DeviceSlot<float>(device);
            _rows = new DeviceSlot<int>(device);
            _rows.Fill([.. Enumerable.Range(history, length - history)]);
            device.Run(
                KernelChoice.Write(device.HasWarps), device.Groups(length, kvHeads, 2), _cache.View,
                (int)kind, _qkv.View, _qkv.Width, heads * dim, _facts.Facts);
        }

        public float[] Flash(int window, int[] tiles)
        {
            var (heads, _, dim, _) = _shape;
            using var rows = new DeviceSlot<int>(_device);
            rows.Fill(tiles);
            _device.Run(
                KernelChoice.Flash(_cache.Kind, _device.Units, dim)!,
                new KernelConfig(
                    new Index3D(tiles.Length / 2, heads, 1),
                    new Index3D(FlashKernel.GroupSize, 1, 1)),
                _cache.View, Asking(window, 1), rows.View);
            return Devices.Read(_output, _facts.Rows * heads * dim);
        }

        public float[] Attend(int window, int pieces)
        {
            var (heads, _, dim, count) = _shape;
            var asked = Asking(window, pieces);
            _device.Run(
                KernelChoice.Attend(_cache.Kind, _device.HasWarps),
                _device.Groups(count, heads, pieces), _cache.View, asked);
            if (pieces > 1)
            {
                _device.Run(
                    AttentionKernels.Combine, _device.Groups(count, heads), asked, _output.View,
                    dim, heads, dim + 2);
            }
            return Devices.Read(_output, _facts.Rows * heads * dim);
        }

        private Asked Asking(int window, int pieces)
        {
            var (heads, kvHeads, dim, count) = _shape;
            return new Asked
            {
                Queries = _qkv.View, Stride = _qkv.Width, Rows = _rows.View, Facts = _facts.Facts,
                Tables = _facts.Tables, Sharing = heads / kvHeads, Window = window,
                Scale = 1 / MathF.Sqrt(dim), Splits = pieces,
                Outputs = pieces == 1
                    ? _output.View
                    : _pieces.Take(count * heads * pieces, dim + 2),
            };
        }

        public void Dispose()
        {
            _cache.Dispose();
            _facts.Dispose();
            foreach (var slot in new[] { _qkv, _output, _pieces }) slot.Dispose();
            _rows.Dispose();
        }
    }
}
