using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AccelSim.Inference.Ilgpu;

/// <summary>Products by NVIDIA's library, where the machine has it.</summary>
/// <remarks>
/// Its names and numbers are those of cublasLt.h, the same from version 11 on. Nothing here knows
/// ILGPU's own binding, which ends at version 12.
/// </remarks>
internal sealed unsafe class CublasLt : IDisposable
{
    private const int Success = 0;
    private const int Compute32F = 68;
    private const int Fp32 = 0;
    private const int Fp16 = 2;
    private const int Bf16 = 14;
    private const int AttributeTransA = 3;
    private const int AttributeEpilogue = 7;
    private const int AttributeBiasPointer = 8;
    private const int EpilogueBias = 4;
    private const int PreferenceWorkspace = 1;
    private const int OperationTranspose = 1;
    private const long WorkspaceBytes = 32 << 20;

    private static readonly string[] Names =
    [
        "libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so", "cublasLt64_13.dll",
        "cublasLt64_12.dll",
    ];

    private readonly nint _library;
    private readonly nint _handle;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _workspace;
    private readonly CudaStream _stream;
    private readonly Dictionary<Call, Plan> _plans = [];
    private readonly Functions _call;

    private CublasLt(nint library, Functions call, nint handle, CudaAccelerator accelerator)
    {
        (_library, _call, _handle) = (library, call, handle);
        _workspace = accelerator.Allocate1D<byte>(WorkspaceBytes);
        _stream = (CudaStream)accelerator.DefaultStream;
    }

    /// <summary>Opens the library; null where there is none that works.</summary>
    public static CublasLt? TryOpen(Accelerator accelerator)
    {
        if (accelerator is not CudaAccelerator cuda) return null;
        foreach (var name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            nint handle = 0;
            if (Functions.Find(library) is { } call && call.Create(&handle) == Success)
                return new CublasLt(library, call, handle, cuda);
            NativeLibrary.Free(library);
        }
        return null;
    }

    /// <summary>y = x · Wᵀ + b; both of 16 bits, y fp32.</summary>
    /// <param name="isHalf">Whether they are fp16 and not bf16.</param>
    /// <param name="weights">Outputs by inputs.</param>
    /// <param name="x">Rows by inputs.</param>
    /// <param name="y">Rows by outputs.</param>
    /// <param name="bias">A number of fp32 per output; 0 for none.</param>
    /// <param name="sizes">Outputs, inputs, rows, and numbers from one row of y to the next.
    /// </param>
    /// <returns>Whether it knows how.</returns>
    public bool Multiply(bool isHalf, nint weights, nint x, nint y, nint bias, in Sizes sizes)
    {
        var key = new Call(isHalf, bias != 0, sizes);
        if (!_plans.TryGetValue(key, out var plan)) _plans[key] = plan = Make(key, bias);
        if (!plan.Known) return false;
        _stream.Accelerator.Bind();
        if (bias != 0)
        {
            Check(_call.SetDescription(
                plan.Description, AttributeBiasPointer, &bias, (nuint)sizeof(nint)));
        }
        var (one, none) = (1f, 0f);
        var algorithm = plan.Algorithm;
        Check(_call.Multiply(
            _handle, plan.Description, &one, weights, plan.Weights, x, plan.X, &none, y, plan.Y, y,
            plan.Y, &algorithm, _workspace.NativePtr, (nuint)WorkspaceBytes, _stream.StreamPtr));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var plan in _plans.Values)
        {
            _ = _call.FreeDescription(plan.Description);
            foreach (var layout in new[] { plan.Weights, plan.X, plan.Y })
                _ = _call.FreeLayout(layout);
        }
        _ = _call.Destroy(_handle);
        _workspace.Dispose();
        NativeLibrary.Free(_library);
    }

    /// <summary>
    /// The library counts by columns: yᵀ = W · xᵀ, where rows of memory are columns of its own.
    /// </summary>
    private Plan Make(Call key, nint bias)
    {
        var plan = new Plan();
        var type = key.IsHalf ? Fp16 : Bf16;
        var sizes = key.Sizes;
        nint description, weights, x, y, preference;
        Check(_call.NewDescription(&description, Compute32F, Fp32));
        var transpose = OperationTranspose;
        Check(_call.SetDescription(description, AttributeTransA, &transpose, sizeof(int)));
        if (key.HasBias)
        {
            var epilogue = EpilogueBias;
            Check(_call.SetDescription(description, AttributeEpilogue, &epilogue, sizeof(int)));
            // What is chosen depends on how the pointer is aligned; others are aligned alike.
            Check(_call.SetDescription(
                description, AttributeBiasPointer, &bias, (nuint)sizeof(nint)));
        }
        Check(_call.NewLayout(
            &weights, type, (ulong)sizes.Inputs, (ulong)sizes.Outputs, sizes.Inputs));
        Check(_call.NewLayout(&x, type, (ulong)sizes.Inputs, (ulong)sizes.Rows, sizes.Inputs));
        Check(_call.NewLayout(&y, Fp32, (ulong)sizes.Outputs, (ulong)sizes.Rows, sizes.Stride));
        Check(_call.NewPreference(&preference));
        var workspace = (nuint)WorkspaceBytes;
        Check(_call.SetPreference(
            preference, PreferenceWorkspace, &workspace, (nuint)sizeof(nuint)));
        Heuristic found = default;
        var count = 0;
        var status = _call.Choose(
            _handle, description, weights, x, y, y, preference, 1, &found, &count);
        _ = _call.FreePreference(preference);
        plan.Description = description;
        (plan.Weights, plan.X, plan.Y) = (weights, x, y);
        plan.Known = status == Success && count > 0 && found.State == Success;
        plan.Algorithm = found.Algorithm;
        return plan;
    }

    private static void Check(int status)
    {
        if (status == Success) return;
        throw new InvalidOperationException($"cuBLASLt reports error {status}.");
    }

    /// <summary>Sizes of a product.</summary>
    internal readonly record struct Sizes(int Outputs, int Inputs, int Rows, int Stride);

    private readonly record struct Call(bool IsHalf, bool HasBias, Sizes Sizes);

    private sealed class Plan
    {
        public bool Known { get; set; }

        public nint Description { get; set; }

        public nint Weights { get; set; }

        public nint X { get; set; }

        public nint Y { get; set; }

        public Algorithm Algorithm { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Algorithm
    {
        private fixed ulong _data[8];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Heuristic
    {
        public Algorithm Algorithm;
        public nuint Workspace;
        public int State;
        public float Waves;
        private fixed int _reserved[4];
    }

    /// <summary>The functions of the library.</summary>
    private sealed class Functions
    {
        private readonly nint[] _entries;

        private Functions(nint[] entries) => _entries = entries;

        public delegate* unmanaged<nint*, int> Create =>
            (delegate* unmanaged<nint*, int>)_entries[0];

        public delegate* unmanaged<nint, int> Destroy =>
            (delegate* unmanaged<nint, int>)_entries[1];

        public delegate* unmanaged<nint*, int, int, int> NewDescription =>
            (delegate* unmanaged<nint*, int, int, int>)_entries[2];

        public delegate* unmanaged<nint, int, void*, nuint, int> SetDescription =>
            (delegate* unmanaged<nint, int, void*, nuint, int>)_entries[3];

        public delegate* unmanaged<nint, int> FreeDescription =>
            (delegate* unmanaged<nint, int>)_entries[4];

        public delegate* unmanaged<nint*, int, ulong, ulong, long, int> NewLayout =>
            (delegate* unmanaged<nint*, int, ulong, ulong, long, int>)_entries[5];

        public delegate* unmanaged<nint, int> FreeLayout =>
            (delegate* unmanaged<nint, int>)_entries[6];

        public delegate* unmanaged<nint*, int> NewPreference =>
            (delegate* unmanaged<nint*, int>)_entries[7];

        public delegate* unmanaged<nint, int, void*, nuint, int> SetPreference =>
            (delegate* unmanaged<nint, int, void*, nuint, int>)_entries[8];

        public delegate* unmanaged<nint, int> FreePreference =>
            (delegate* unmanaged<nint, int>)_entries[9];

        public delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, Heuristic*,
            int*, int> Choose =>
            (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, Heuristic*,
                int*, int>)_entries[10];

        public delegate* unmanaged<nint, nint, float*, nint, nint, nint, nint, float*, nint, nint,
            nint, nint, Algorithm*, nint, nuint, nint, int> Multiply =>
            (delegate* unmanaged<nint, nint, float*, nint, nint, nint, nint, float*, nint, nint,
                nint, nint, Algorithm*, nint, nuint, nint, int>)_entries[11];

        public static Functions? Find(nint library)
        {
            string[] names =
            [
                "Create", "Destroy", "MatmulDescCreate", "MatmulDescSetAttribute",
                "MatmulDescDestroy", "MatrixLayoutCreate", "MatrixLayoutDestroy",
                "MatmulPreferenceCreate", "MatmulPreferenceSetAttribute",
                "MatmulPreferenceDestroy", "MatmulAlgoGetHeuristic", "Matmul",
            ];
            var entries = new nint[names.Length];
            for (var i = 0; i < names.Length; i++)
            {
                if (!NativeLibrary.TryGetExport(library, "cublasLt" + names[i], out entries[i]))
                    return null;
            }
            return new Functions(entries);
        }
    }
}
