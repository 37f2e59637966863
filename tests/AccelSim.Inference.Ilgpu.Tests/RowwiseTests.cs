using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>What treats each row alone, against fp64 and the processor.</summary>
public sealed class RowwiseTests
{
    private const int Count = 3;
    private const int Width = 77;

    public static TheoryData<string> Names =>
        [.. Devices.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Norms_AreThoseOfTheSum(string name)
    {
        var device = Devices.Named(name);
        var random = new SimRandom(1, "norm");
        var (x, delta) =
            (Devices.Uniform(random, Count * Width), Devices.Uniform(random, Count * Width));
        var (weight, bias) = (Devices.Uniform(random, Width), Devices.Uniform(random, Width));
        foreach (var centred in new[] { 0, 1 })
        {
            using var stream = Devices.Slot(device, x, Width);
            using var added = Devices.Slot(device, delta, Width);
            using var factors = Devices.Slot(device, weight, Width);
            using var terms = Devices.Slot(device, bias, Width);
            using var output = Devices.Poisoned(device, Count, Width);
            device.Run(
                KernelChoice.Norm(device.HasWarps), device.Groups(Count), stream.View, added.View,
                1, output.View, Width, factors.View, terms.View, centred, 1e-5f);
            var y = Devices.Read(output, Count * Width);
            Assert.Equal(
                x.Zip(delta, (a, b) => a + b), Devices.Read(stream, Count * Width));
            for (var row = 0; row < Count; row++)
            {
                double[] sum = [.. Enumerable.Range(row * Width, Width)
                    .Select(i => (double)x[i] + delta[i])];
                var mean = centred * sum.Average();
                var spread = Math.Sqrt(sum.Average(v => (v - mean) * (v - mean)) + 1e-5);
                var own = new float[Width];
                float[] single = [.. sum.Select(v => (float)v)];
                if (centred == 1) RowKernels.LayerNorm(single, weight, bias, 1e-5f, own);
                else RowKernels.RmsNorm(single, weight, 1e-5f, own);
                for (var i = 0; i < Width; i++)
                {
                    var exact = (sum[i] - mean) / spread * weight[i] + centred * bias[i];
                    Assert.InRange(y[row * Width + i], exact - 2e-6, exact + 2e-6);
                    Assert.InRange(own[i], exact - 2e-6, exact + 2e-6);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Activations_AreThoseOfFp64(string name)
    {
        var device = Devices.Named(name);
        float[] x =
        [
            .. Devices.Uniform(new SimRandom(2, "activation"), 4 * Width - 4).Select(v => 9 * v),
            -200, 200, 0, -1e-20f,
        ];
        foreach (var kind in Enum.GetValues<ActivationKind>())
        {
            using var input = Devices.Slot(device, x, 2 * Width);
            using var output = Devices.Poisoned(device, 3, Width);
            device.Run(
                RowwiseKernels.Activate, device.Threads(2 * Width), input.View, output.View, 2,
                Width, 1, (int)kind);
            var y = Devices.Read(output, 3 * Width);
            var own = new float[Width];
            for (var row = 0; row < 2; row++)
            {
                RowKernels.Gate(kind, x.AsSpan(2 * row * Width, 2 * Width), own);
                for (var i = 0; i < Width; i++)
                {
                    var factor = x[2 * row * Width + Width + i];
                    var exact = Activated(kind, x[2 * row * Width + i]) * factor;
                    var bound = 1e-6 * (Math.Abs(exact) + Math.Abs(factor));
                    Assert.InRange(y[row * Width + i], exact - bound, exact + bound);
                    Assert.InRange(own[i], exact - bound, exact + bound);
                }
            }
            Assert.All(y[(2 * Width)..], v => Assert.True(float.IsNaN(v)));
        }
    }

    /// <summary>Of equals the first, wherever they lie.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Largest_IsTheFirstOfEquals(string name)
    {
        var device = Devices.Named(name);
        var x = Devices.Uniform(new SimRandom(3, "largest"), Count * Width);
        x[70] = x[41] = x[60] = 2;
        x[Width] = 3;
        x[3 * Width - 1] = 4;
        using var values = Devices.Slot(device, x, Width);
        using var places = new DeviceSlot<int>(device);
        device.Run(
            KernelChoice.Largest(device.HasWarps), device.Groups(Count), values.View, Width,
            places.Take(Count));
        var found = new int[Count];
        places.Read(0, found);
        Assert.Equal([41, 0, Width - 1], found);
    }

    /// <summary>Scores with equals among them; each choice finds a row of its expert's.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Experts_AreTheLikeliestAndEachHasItsRows(string name)
    {
        const int rows = 9, experts = 21, perToken = 4;
        var device = Devices.Named(name);
        var scores = Devices.Uniform(new SimRandom(4, "experts"), rows * experts);
        scores[5] = scores[9] = 3;
        using var input = Devices.Slot(device, scores, experts);
        using var weights = Devices.Poisoned(device, rows, perToken);
        using var state = new GpuExperts(device);
        const int choices = rows * perToken;
        var chosen = state.Chosen.Take(choices);
        device.Run(
            KernelChoice.Choose(device.HasWarps), device.Groups(rows), input.View, experts,
            perToken, 1, chosen, weights.View);
        device.Run(
            ExpertKernels.Count, device.Groups(experts), chosen, choices,
            state.Counts.Take(experts), state.Ranks.Take(choices));
        device.Run(
            ExpertKernels.Sum, device.Groups(1), state.Counts.View, experts,
            state.Starts.Take(experts + 1));
        state.Places.Take(choices);
        state.Owners.Take(choices);
        using var moved = Devices.Poisoned(device, choices, experts);
        device.Run(
            ExpertKernels.Place, device.Groups(choices), state.Routes(perToken), input.View,
            moved.View, experts);
        var (found, places, owners) = (new int[choices], new int[choices], new int[choices]);
        state.Chosen.Read(0, found);
        state.Places.Read(0, places);
        state.Owners.Read(0, owners);
        var (counted, copied) =
            (Devices.Read(weights, choices), Devices.Read(moved, choices * experts));
        Assert.Equal(Enumerable.Range(0, choices), places.Order());
        Assert.Equal(owners.Order(), owners);
        for (var row = 0; row < rows; row++)
        {
            var own = scores.AsSpan(row * experts, experts).ToArray();
            var expected = own.Select((score, i) => (score, i)).OrderByDescending(one => one.score)
                .ThenBy(one => one.i).Take(perToken).ToArray();
            var sum = expected.Sum(one => Math.Exp(one.score));
            for (var i = 0; i < perToken; i++)
            {
                var at = row * perToken + i;
                Assert.Equal(expected[i].i, found[at]);
                Assert.Equal(found[at], owners[places[at]]);
                Assert.InRange(
                    counted[at] - Math.Exp(expected[i].score) / sum, -2e-6, 2e-6);
                Assert.Equal(own, copied[(places[at] * experts)..((places[at] + 1) * experts)]);
            }
        }
    }

    private static double Activated(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.GeluTanh =>
            0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
    };

    /// <summary>Its series, summed until nothing is added.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 5) return Math.Sign(x);
        var (sum, term) = (0.0, x);
        for (var n = 0; n < 200; n++)
        {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        return sum * 2 / Math.Sqrt(Math.PI);
    }
}
