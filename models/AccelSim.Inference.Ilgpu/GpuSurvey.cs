using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Measuring;
using AccelSim.Workloads;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>What a device does by itself: copies, products, launches.</summary>
/// <remarks>
/// Numbers are random, because units that multiply zeros take less power and run faster. Sizes grow
/// until the device takes some time over them, so that no kind of device needs sizes of its own.
/// </remarks>
/// <param name="device">The device.</param>
/// <param name="side">Of matrices, where it was found before; 0: it is not known.</param>
internal sealed class GpuSurvey(GpuDevice device, int side = 0) : IDisposable
{
    private const int Rounds = 10;
    private const int MostRepeats = 1024;
    private const int LeastSide = 256;
    private const int MostSide = 16384;
    private const long Mebi = 1 << 20;

    /// <summary>What is timed at once takes as long, or waiting and the clock would count.
    /// </summary>
    private const double LeastSeconds = 2e-3;

    /// <summary>What takes longer is not tried with more rows.</summary>
    private const double MostSeconds = 0.1;

    private static readonly long[] Copied = [Mebi, 16 * Mebi, 64 * Mebi, 256 * Mebi, 1024 * Mebi];

    /// <summary>Rows that go one by one, by eights, and in tiles.</summary>
    private static readonly int[] RowCounts = [1, 8, 32, 256, 1024, 4096];

    private static readonly (string Name, Storage Storage)[] Formats =
    [
        ("bf16", new(StorageKind.Bf16)), ("fp16", new(StorageKind.Fp16)),
        ("int8", new(StorageKind.Int8)), ("int4", new(StorageKind.Int4, 128)),
        ("fp8", new(StorageKind.Fp8)),
        ("w8a8", new(StorageKind.Int8) { RoundsInputs = true }),
    ];

    private readonly CpuPool _pool = new(0);
    private readonly GpuLinear _linear = new(device);
    private readonly DeviceSlot<float> _x = new(device);
    private readonly DeviceSlot<float> _y = new(device);
    private int _side = side;

    private Accelerator Accelerator => device.Accelerator;

    /// <summary>Outputs and inputs of the matrices that are multiplied.</summary>
    public int Side => _side != 0 ? _side : _side = FindSide();

    /// <summary>Bytes per second of large copies within the device, read and written.</summary>
    public double Copy() => Copy(Math.Min(Copied[^1], Accelerator.MemorySize / 8));

    /// <summary>Operations per second of a large product in bf16.</summary>
    public double Product()
    {
        using var matrix = Random(Side, Formats[0].Storage);
        var rows = Math.Min(Side, RowCounts[^1]);
        return Operations(rows, Side) / Seconds(matrix, rows);
    }

    /// <summary>Everything.</summary>
    public DeviceSurvey Survey() => new()
    {
        Device = Accelerator.Name,
        Rows = [.. Copies(), .. Transfers(), .. Launches(), .. Products()],
        Note = $"Copies on the device: bytes read and written. Products: rows of fp32 by a random "
            + $"matrix of {Side} × {Side}, rounding of inputs included. Best of {Rounds}, each of "
            + "as many calls as take two milliseconds, up to 1,024; waiting: median of 1,000. What "
            + "fits into a cache of the device may come from there.",
    };

    public void Dispose()
    {
        _linear.Dispose();
        _x.Dispose();
        _y.Dispose();
        _pool.Dispose();
    }

    private IEnumerable<SurveyRow> Copies() => Copied
        .Where(bytes => bytes <= Accelerator.MemorySize / 8)
        .Select(bytes => new SurveyRow(
            $"copying {bytes / Mebi} MiB on the device", Copy(bytes) / 1e9, "GB/s"));

    private IEnumerable<SurveyRow> Transfers()
    {
        foreach (var bytes in new[] { Mebi / 16, Mebi, 64 * Mebi })
        {
            using var there = device.Allocate<byte>(bytes);
            var here = new byte[bytes];
            var to = Best(() => there.View.BaseView.CopyFromCPU(here));
            var from = Best(() => there.View.BaseView.CopyToCPU(here));
            yield return new($"{bytes / 1024} KiB to the device", bytes / to / 1e9, "GB/s");
            yield return new($"{bytes / 1024} KiB from the device", bytes / from / 1e9, "GB/s");
        }
    }

    /// <summary>The smallest kernel that the engine has: a row of four numbers.</summary>
    private IEnumerable<SurveyRow> Launches()
    {
        using var small = new DeviceSlot<float>(device);
        small.Take(1, 4);
        void Launch() => device.Run(
            Kernels.LinearKernels.Widen, device.Groups(1), small.View, 4, small.View, 4);
        yield return new("one kernel after the other", Best(Launch) * 1e6, "us");
        var waits = new double[1000];
        foreach (ref var wait in waits.AsSpan())
        {
            var start = Stopwatch.GetTimestamp();
            Launch();
            Accelerator.Synchronize();
            wait = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(waits);
        yield return new("one kernel, and waiting for it", waits[waits.Length / 2] * 1e6, "us");
    }

    private IEnumerable<SurveyRow> Products()
    {
        foreach (var (name, storage) in Formats)
        {
            using var matrix = Random(Side, storage);
            foreach (var rows in RowCounts)
            {
                var seconds = Seconds(matrix, rows);
                yield return rows == 1
                    ? new(
                        $"{name} × a row, bytes of weights", Bytes(storage) / seconds / 1e9,
                        "GB/s")
                    : new(
                        $"{name} × {rows} rows", Operations(rows, Side) / seconds / 1e12,
                        storage.RoundsInputs ? "TOP/s" : "TFLOP/s");
                if (seconds > MostSeconds) break;
            }
        }
    }

    private double Bytes(Storage storage) => Side * (double)Side * storage.BitsWithScales(Side) / 8;

    private static double Operations(int rows, int side) => 2.0 * rows * side * side;

    private int FindSide()
    {
        for (var side = LeastSide; ; side *= 2)
        {
            if (side == MostSide) return side;
            using var matrix = Random(side, Formats[0].Storage);
            if (Seconds(matrix, 256) > LeastSeconds) return side;
        }
    }

    private double Copy(long bytes)
    {
        using var from = device.Allocate<byte>(bytes);
        using var to = device.Allocate<byte>(bytes);
        from.MemSetToZero();
        return 2.0 * bytes / Best(() => from.View.BaseView.CopyTo(to.View.BaseView));
    }

    private double Seconds(DeviceMatrix matrix, int rows)
    {
        var random = new SimRandom(42, "survey");
        var values = new float[rows * matrix.Columns];
        foreach (ref var value in values.AsSpan()) value = (float)(2 * random.NextDouble() - 1);
        _x.Fill(values);
        _x.Take(rows, matrix.Columns);
        _y.Take(rows, matrix.Rows);
        return Best(() => _linear.Run(matrix, _x, rows, _y, null));
    }

    private DeviceMatrix Random(int side, Storage storage)
    {
        using var matrix = new Matrix(side, side, storage);
        new RandomWeights(42).Fill(new WeightPlace("", "survey", 0), matrix, _pool);
        return new DeviceMatrix(device, [matrix]);
    }

    /// <summary>Seconds of one call, where many are handed over before the device is waited for.
    /// </summary>
    private double Best(Action work)
    {
        work();
        Accelerator.Synchronize();
        var repeats = 1;
        while (repeats < MostRepeats && repeats * Timed(work, repeats) < LeastSeconds) repeats *= 2;
        var best = double.PositiveInfinity;
        for (var i = 0; i < Rounds; i++) best = Math.Min(best, Timed(work, repeats));
        return best;
    }

    private double Timed(Action work, int repeats)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++) work();
        Accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }
}
