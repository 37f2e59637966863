using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>
/// What the memory of one rank holds, and how many KV blocks that leaves room for.
/// </summary>
/// <param name="Capacity">Main memory of the accelerator.</param>
/// <param name="Usable">Capacity × <c>--gpu-memory-utilization</c>.</param>
/// <param name="Weights">Weights of the fullest stage.</param>
/// <param name="Activations">Peak of a step of the largest size.</param>
/// <param name="Runtime">Driver, runtime, communication buffers.</param>
/// <param name="State">Recurrent state of <c>--max-num-seqs</c> sequences.</param>
/// <param name="BlockBytes">One KV block on one rank.</param>
/// <param name="Blocks">KV blocks.</param>
/// <remarks>
/// As vLLM does it: what is left after weights, a profiling run at full size and the runtime.
/// Leaving
/// out activations and runtime overstates the KV cache by 31 % on a 24 GB card.
/// </remarks>
public sealed record MemoryBudget(
    Fact<Bytes> Capacity, Bytes Usable, Bytes Weights, Bytes Activations, Fact<Bytes> Runtime,
    Bytes State, Bytes BlockBytes, long Blocks)
{
    /// <summary>
    /// More blocks than any run needs, where tokens take no memory (recurrent models).
    /// </summary>
    private const long Unlimited = 1L << 40;

    /// <summary>Works out the budget of the fullest stage.</summary>
    /// <exception cref="InfeasiblePlanException">It does not fit; says by how much.</exception>
    public static MemoryBudget Of(Device device, OperatorGraph graph, EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(settings);
        return Enumerable.Range(0, graph.Stages.Count)
            .Select(stage => Of(device, graph, settings, stage))
            .MinBy(budget => budget.Blocks)!;
    }

    private static MemoryBudget Of(
        Device device, OperatorGraph graph, EngineSettings settings, int stage)
    {
        var capacity = device.Capacity;
        var usable = new Bytes((long)(capacity.Value.Value * settings.GpuMemoryUtilization));
        var weights = graph.WeightBytes(stage);
        var activations = graph.ActivationBytes(
            stage, settings.MaxNumBatchedTokens, settings.MaxNumSeqs);
        var state = settings.MaxNumSeqs * graph.StateBytesPerSequence(stage);
        var block = settings.BlockSize * graph.KvBytesPerToken(stage);
        var left = usable - weights - activations - device.RuntimeReserve.Value - state;
        var blocks = settings.NumGpuBlocksOverride
            ?? (block.Value == 0 ? Unlimited : left.Value / block.Value);
        if (left.Value < 0 || blocks < 1)
        {
            throw new InfeasiblePlanException(
                $"{graph.Model.Id} does not fit {device.Spec.Id}: of {capacity.Value} × "
                + $"{settings.GpuMemoryUtilization} = {usable}, weights take {weights}, "
                + $"activations {activations}, the runtime {device.RuntimeReserve.Value}"
                + (state.Value > 0 ? $", recurrent state {state}" : "")
                + $" per rank at tp={graph.Plan.TensorParallel} pp={graph.Plan.PipelineParallel}; "
                + "no KV block is left. Split over more accelerators, store weights in fewer "
                + "bits, or lower --max-num-batched-tokens or --max-num-seqs.");
        }
        if (block.Value > 0 && blocks > left.Value / block.Value)
        {
            var most = left.Value / block.Value;
            var free = new MemoryBudget(
                capacity, usable, weights, activations, device.RuntimeReserve, state, block, most);
            throw new InfeasiblePlanException(
                $"--num-gpu-blocks-override {blocks} is more than the {most} KV blocks that fit "
                + $"{device.Spec.Id} at --gpu-memory-utilization "
                + $"{JsonNames.Number(settings.GpuMemoryUtilization)}; {free.RoomFor(blocks)}.");
        }
        return new MemoryBudget(
            capacity, usable, weights, activations, device.RuntimeReserve, state, block, blocks);
    }

    /// <summary>What would hold more KV blocks, as messages tell it.</summary>
    /// <param name="blocks">KV blocks that do not fit.</param>
    public string RoomFor(long blocks)
    {
        var rest = Weights + Activations + Runtime.Value + State;
        // Slips of the keyboard are beyond what sizes can hold.
        const long slip = 1000;
        if (blocks / slip > Capacity.Value / BlockBytes)
            return $"they are more than {slip} times its {Capacity.Value}";
        var needed = rest + blocks * BlockBytes;
        // Rounded up, so that what is told does.
        const double steps = 1000;
        var share = Math.Ceiling(steps * needed.Value / Capacity.Value.Value) / steps;
        return share <= 1
            ? $"they fit from --gpu-memory-utilization {JsonNames.Number(share)} on"
            : $"with weights and all else they take {needed} of each accelerator, which has "
                + $"{Capacity.Value}";
    }
}
