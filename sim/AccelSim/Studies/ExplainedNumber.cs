using AccelSim.Hardware;

namespace AccelSim.Studies;

/// <summary>A number with how it came about.</summary>
/// <param name="Name">Such as <c>TTFT</c> or <c>attention.qkv_proj</c>.</param>
/// <param name="Value">With its unit.</param>
/// <param name="Formula">In words.</param>
/// <param name="Values">The formula with values put in; empty where the parts say it.</param>
/// <param name="Facts">Facts of the hardware file that went in, with file and line.</param>
/// <param name="Parts">The numbers it is made of.</param>
public sealed record ExplainedNumber(
    string Name,
    string Value,
    string Formula,
    string Values,
    IReadOnlyList<FactSource> Facts,
    IReadOnlyList<ExplainedNumber> Parts);
