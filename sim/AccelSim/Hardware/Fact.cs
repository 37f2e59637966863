using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>What a number rests on, best first.</summary>
public enum Provenance
{
    /// <summary>Measured on this device.</summary>
    Measured,
    /// <summary>Fitted to measurements of this device.</summary>
    Calibrated,
    /// <summary>Fitted on other devices and carried over by physics.</summary>
    Transferred,
    /// <summary>Stated by the maker.</summary>
    Datasheet,
    /// <summary>Assumed: an estimate, or a what-if.</summary>
    Assumed,
}

/// <summary>Where a fact was written and what it rests on.</summary>
/// <param name="Tag">What it rests on.</param>
/// <param name="Reference">Document, author, section; or the estimator's formula.</param>
/// <param name="File">The file as the user named it, or the embedded name.</param>
/// <param name="Line">Line in that file, from 1; 0 where a fact was computed.</param>
/// <param name="Path">JSON path, such as <c>$.memory.hbm.bandwidth</c>.</param>
/// <param name="Text">The text in the file, such as <c>3.35 TB/s</c>.</param>
public sealed record FactSource(
    Provenance Tag, string Reference, string File, int Line, string Path, string Text);

/// <summary>A quantity together with its source.</summary>
/// <param name="Value">The quantity.</param>
/// <param name="Source">Where it comes from.</param>
public readonly record struct Fact<T>(T Value, FactSource Source) where T : struct, IQuantity<T>;
