namespace AccelSim.Hardware;

/// <summary>Something about a hardware file that cannot be, or hardly can be, right.</summary>
/// <param name="Severity">How sure lint is.</param>
/// <param name="File">The file to mend.</param>
/// <param name="Line">The line to mend.</param>
/// <param name="Path">The field.</param>
/// <param name="Problem">What is odd, with the numbers.</param>
/// <param name="Mend">What to do.</param>
public sealed record LintFinding(
    LintSeverity Severity, string File, int Line, string Path, string Problem, string Mend)
{
    /// <summary>Other fields that may be the wrong one instead.</summary>
    public IReadOnlyList<string> Suspects { get; init; } = [];

    /// <summary>
    /// Whether the file is consistent, and a value only lies far outside what is plausible.
    /// </summary>
    public bool IsUnlikely { get; init; }

    /// <summary>One line, as a compiler would print it.</summary>
    public override string ToString() =>
        $"{File}({Line}): {(Severity == LintSeverity.Error ? "error" : "warning")}: "
            + $"{Path}: {Problem} {Mend}";
}

/// <summary>How sure lint is.</summary>
public enum LintSeverity
{
    /// <summary>Unusual: a slip, or a bold what-if.</summary>
    Warning,
    /// <summary>Contradicts itself, or cannot work.</summary>
    Error,
}
