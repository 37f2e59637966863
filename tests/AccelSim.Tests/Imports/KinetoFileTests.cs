using AccelSim.Imports;

namespace AccelSim.Tests.Imports;

/// <summary>
/// A file laid out as libkineto writes it (github.com/pytorch/kineto, output_json.cpp): every kind
/// of event of a step with one product and one copy, numbers made up.
/// </summary>
public sealed class KinetoFileTests : IDisposable
{
    private const string Head = """

          {
            "schemaVersion": 1,
            "deviceProperties": [
            {
              "id": 0, "name": "NVIDIA H100 80GB HBM3", "totalGlobalMem": 85029158912,
              "computeMajor": 9, "computeMinor": 0,
              "maxThreadsPerBlock": 1024, "maxThreadsPerMultiprocessor": 2048,
              "regsPerBlock": 65536, "warpSize": 32,
              "sharedMemPerBlock": 49152, "numSms": 132
            , "regsPerMultiprocessor": 65536, "sharedMemPerBlockOptin": 232448
            }
            ],
              "cupti_version": 24,
              "record_shapes": 1,
              "distributedInfo": {"backend": "nccl", "rank": 0, "pg_config": [{"ranks": [0]}]},
              "trace_id": "0123456789ABCDEF",
          "displayTimeUnit": "ms",
          "baseTimeNanoseconds": 1743521598000000000,
          "traceEvents": [
          {
            "ph": "X", "cat": "cpu_op", "name": "aten::linear", "pid": 4711, "tid": 4711,
            "ts": 5368.001, "dur": 80.500,
            "args": {
              "External id": 11,"Record function id": 0, "Concrete Inputs": ["", "", ""],
              "Input type": ["c10::BFloat16", "c10::BFloat16", ""],
              "Input Strides": [[4096, 1], [4096, 1], []],
              "Input Dims": [[8, 4096], [512, 4096], []], "Ev Idx": 0
            }
          },
          {
            "ph": "X", "cat": "cpu_op", "name": "aten::addmm", "pid": 4711, "tid": 4711,
            "ts": 5370.849, "dur": 51.130,
            "args": {
              "External id": 12,"Record function id": 0, "Concrete Inputs": ["", "", "", "1", "1"],
              "Input type": ["c10::BFloat16", "c10::BFloat16", "c10::BFloat16", "Scalar",
              "Scalar"], "Input Strides": [[1], [4096, 1], [1, 4096], [], []],
              "Input Dims": [[512], [8, 4096], [4096, 512], [], []], "Ev Idx": 1
            }
          },

        """;

    private const string Tail = """
          {
            "ph": "X", "cat": "user_annotation", "name": "ProfilerStep#3", "pid": 4711, "tid": 4711,
            "ts": 5300.000, "dur": 400.000,
            "args": { "External id": 10,"Record function id": 0, "Ev Idx": 2 }
          },
          {
            "ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 4711, "tid": 4711,
            "ts": 5380.100, "dur": 4.100,
            "args": { "External id": 12, "cbid": 211, "correlation": 77 }
          },
          {
            "ph": "s", "id": 77, "pid": 4711, "tid": 4711, "ts": 5380.100,
            "cat": "ac2g", "name": "ac2g"
          },
          {
            "ph": "X", "cat": "kernel", "name": "void cutlass::Kernel2<cutlass_80_x>(Params)",
            "pid": 0, "tid": 7,
            "ts": 5395.201, "dur": 9.312,
            "args": {
              "External id": 12, "queued": 0, "device": 0, "context": 1, "stream": 7,
              "correlation": 77, "registers per thread": 168, "shared memory": 213248,
              "blocks per SM": 0.969697, "warps per SM": 3.878788, "grid": [2, 64, 1],
              "block": [128, 1, 1], "est. achieved occupancy %": 6
            }
          },
          {
            "ph": "f", "id": 77, "pid": 0, "tid": 7, "ts": 5395.201,
            "cat": "ac2g", "name": "ac2g", "bp": "e"
          },
          {
            "ph": "X", "cat": "gpu_memcpy", "name": "Memcpy DtoH (Device -> Pinned)",
            "pid": 0, "tid": 7, "ts": 5410.000, "dur": 1.504,
            "args": {
              "device": 0, "context": 1, "stream": 7, "correlation": 78, "bytes": 8,
              "memory bandwidth (GB/s)": 0.005319
            }
          },
          {
            "ph": "X", "cat": "gpu_user_annotation", "name": "ProfilerStep#3", "pid": 0, "tid": 7,
            "ts": 5395.200, "dur": 16.306,
            "args": { "External id": 10 }
          },
          {
            "ph": "X", "cat": "overhead", "name": "Buffer Flush", "pid": -1, "tid": 0,
            "ts": 5600.000, "dur": 30.000, "args": { }
          },
          {
            "name": "process_name", "ph": "M", "ts": 5300.000, "pid": 0, "tid": 0,
            "args": { "name": "python" }
          },
          {
            "ph": "X", "cat": "Trace", "ts": 5290.100, "dur": 500.000,
            "pid": "Spans", "tid": "PyTorch Profiler",
            "name": "PyTorch Profiler (0)", "args": { "Op count": 0 }
          },
          {
            "name": "Iteration Start: PyTorch Profiler", "ph": "i", "s": "g",
            "pid": "Traces", "tid": "Trace PyTorch Profiler", "ts": 5290.100
          },
          {
            "name": "Record Window End", "ph": "i", "s": "g",
            "pid": "", "tid": "", "ts": 5900.000
          }
          ],
          "traceName": "trace.json"
        }
        """;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    /// <summary>The product is what started its kernel, whatever stands around it.</summary>
    [Fact]
    public void OperatorsAndCopies_AreCounted()
    {
        Assert.Equal(
            [
                ("linear", "aten::addmm", "m=8 n=512 k=4096", 1, 9.312),
                ("copy", "Memcpy DtoH", "", 1, 1.504),
            ],
            Read().Operators.Select(one =>
                (one.Kind, one.Name, one.Shape, one.Count, one.TotalMicroseconds)));
    }

    /// <summary>
    /// Of a processor: a caller's time is without that of what it called, on its own thread.
    /// </summary>
    [Fact]
    public void OperatorsOfTheHost_TakeTheirOwnTime()
    {
        File.WriteAllText(_file, Head + """
              {
                "ph": "X", "cat": "cpu_op", "name": "aten::expand", "pid": 4711, "tid": 4711,
                "ts": 5371.000, "dur": 1.130, "args": { "External id": 13 }
              },
              {
                "ph": "X", "cat": "cpu_op", "name": "aten::silu", "pid": 4711, "tid": 4712,
                "ts": 5372.000, "dur": 7.000, "args": { "External id": 14 }
              },
              {
                "ph": "X", "cat": "cpu_op", "name": "aten::silu", "pid": 4711, "tid": 4711,
                "ts": 5448.501, "dur": 2.000, "args": { "External id": 15 }
              }
              ]}
            """);
        Assert.Equal(
            [
                ("aten::addmm", "m=8 n=512 k=4096", 1, 50.0), ("aten::linear", "", 1, 29.37),
                ("aten::silu", "", 2, 9.0), ("aten::expand", "", 1, 1.13),
            ],
            ProfilerTrace.Read(_file, isOfHost: true).Operators.Select(one =>
                (one.Name, one.Shape, one.Count, Math.Round(one.TotalMicroseconds, 6))));
    }

    [Fact]
    public void KernelsOfADevice_AreNoProcessors()
    {
        File.WriteAllText(_file, Head + Tail);
        Assert.EndsWith(
            "has the kernel \"void cutlass::Kernel2<cutlass_80_x>(Params)\" of a device, but "
            + "--hardware names a processor; name the device.",
            Damage.Refusal(() => ProfilerTrace.Read(_file, isOfHost: true))!.Message,
            StringComparison.Ordinal);
    }

    /// <summary>PyTorch's attention on processors has heads before lengths.</summary>
    [Theory]
    [InlineData("[2,8,64,128]", "[2,8,64,128]", "True",
        "batch=2 seq=64 heads=8 kv_heads=8 head_dim=128 window=0")]
    [InlineData("[2,8,1,128]", "[2,8,64,128]", "False",
        "batch=2 kv_len=64 heads=8 kv_heads=8 head_dim=128 window=0")]
    [InlineData("[2,8,64,128]", "[2,8,64,128]", "False", "")]
    public void AttentionOnAProcessor_IsKnown(
        string queries, string keys, string causal, string shape)
    {
        File.WriteAllText(_file, $$$"""
            [{"ph":"X","cat":"cpu_op","name":"aten::_scaled_dot_product_flash_attention_for_cpu",
            "tid":1,"ts":1.5,"dur":2,"args":{"External id":1,
            "Input Dims":[{{{queries}}},{{{keys}}},{{{keys}}},[],[],[],[]],
            "Input type":["c10::BFloat16","c10::BFloat16","c10::BFloat16","Scalar","Scalar","",""],
            "Concrete Inputs":["","","","0.","{{{causal}}}","",""]}}]
            """);
        Assert.Equal(
            shape, Assert.Single(ProfilerTrace.Read(_file, isOfHost: true).Operators).Shape);
    }

    [Fact]
    public void TheDevice_IsTheHeaders() => Assert.Equal(
        [new ProfiledDevice("NVIDIA H100 80GB HBM3", 85029158912, 132)], Read().Devices);

    [Theory]
    [InlineData("h100-sxm", null)]
    [InlineData("h100-pcie", "the profile's NVIDIA H100 80GB HBM3 has 132 multiprocessors, and "
        + "h100-pcie 114; its times will be taken for those of h100-pcie.")]
    public void TheDevice_IsComparedWithTheHardware(string hardware, string? doubt) =>
        Assert.Equal(doubt, ProfiledDevice.Doubt(Read().Devices, hardware, "t.json"));

    private ProfilerTrace Read()
    {
        File.WriteAllText(_file, Head + Tail);
        return ProfilerTrace.Read(_file);
    }
}
