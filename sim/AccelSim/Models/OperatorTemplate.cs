using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>One operator of a graph, before the batch is known.</summary>
/// <param name="name">Unique in its graph.</param>
/// <param name="count">Identical instances in one step.</param>
/// <param name="basis">Which members of a step shape it depends on.</param>
public abstract class OperatorTemplate(string name, int count, ShapeBasis basis)
{
    /// <summary>Unique in its graph.</summary>
    public string Name { get; } = name;

    /// <summary>Identical instances in one step.</summary>
    public int Count { get; } = count;

    /// <summary>Which members of a step shape the operator depends on.</summary>
    public ShapeBasis Basis { get; } = basis;

    /// <summary>The formula of its FLOPs and bytes, in words a student reads.</summary>
    public abstract string Formula { get; }

    /// <summary>
    /// Numbers of its weights on one rank, one instance; 0 where others hold them.
    /// </summary>
    public virtual long Parameters => 0;

    /// <summary>Memory those weights take on one rank, one instance.</summary>
    public virtual Bytes ResidentBytes => default;

    /// <summary>The operator for a batch. Allocates nothing.</summary>
    public abstract Operator At(in StepShape shape);
}

/// <summary>
/// Which members of a step shape an operator depends on: the key of its cached cost.
/// </summary>
public enum ShapeBasis
{
    /// <summary><see cref="StepShape.Tokens"/> alone.</summary>
    Tokens,
    /// <summary><see cref="StepShape.SampledTokens"/> alone.</summary>
    SampledTokens,
    /// <summary>Tokens and <see cref="StepShape.ExpertTokens"/>.</summary>
    ExpertTokens,
    /// <summary><see cref="StepShape.Images"/> alone.</summary>
    Images,
    /// <summary>The members that describe prefilling sequences.</summary>
    Prefill,
    /// <summary>The decoding sequences and all their keys.</summary>
    Decode,
    /// <summary>The decoding sequences and what all of them begin with.</summary>
    CommonPrefix,
    /// <summary>The decoding sequences and the keys that windows leave in view.</summary>
    WindowDecode,
    /// <summary>The decoding sequences and their prompts apart.</summary>
    CrossDecode,
    /// <summary>Nothing: alike in every step.</summary>
    Step,
}
