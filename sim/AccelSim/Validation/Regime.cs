using AccelSim.Costs;

namespace AccelSim.Validation;

/// <summary>What a cost model says that a row waits for most.</summary>
public enum Regime
{
    /// <summary>Starting kernels, or meeting the other ranks.</summary>
    Launch,
    /// <summary>A memory level.</summary>
    Memory,
    /// <summary>The matrix or vector engine, or the power that they may draw.</summary>
    Compute,
    /// <summary>A link between accelerators.</summary>
    Link,
}

/// <summary>Finds regimes.</summary>
internal static class Regimes
{
    /// <summary>The sort of resource with the largest share of the time.</summary>
    public static Regime Of(ICostModel model, in ResourceVector share)
    {
        Span<double> seconds = stackalloc double[4];
        for (var i = 0; i < model.Resources.Count; i++)
            seconds[(int)Of(model.Resources[i].Kind)] += share[i];
        var most = 0;
        for (var i = 1; i < seconds.Length; i++)
        {
            if (seconds[i] > seconds[most]) most = i;
        }
        return (Regime)most;
    }

    private static Regime Of(ResourceKind kind) => kind switch
    {
        ResourceKind.Memory => Regime.Memory,
        ResourceKind.Link => Regime.Link,
        ResourceKind.Matrix or ResourceKind.Vector or ResourceKind.Power => Regime.Compute,
        _ => Regime.Launch,
    };
}
