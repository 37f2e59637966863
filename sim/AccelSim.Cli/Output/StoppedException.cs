namespace AccelSim.Cli.Output;

/// <summary>The user stopped the command.</summary>
/// <param name="code">What the command ends with.</param>
/// <param name="text">What the user reads.</param>
internal sealed class StoppedException(int code, string text = StoppedException.Text)
    : Exception(text)
{
    /// <summary>What the user reads.</summary>
    public const string Text = "stopped; nothing was written";

    /// <summary>The same where a file was written as far as the run went.</summary>
    public const string InTheMiddle = "stopped; the trace has what ran until then";

    /// <summary>The same where the run did not end in time to close the file.</summary>
    public const string CutOff = "stopped; the trace is cut off";

    /// <summary>What the command ends with.</summary>
    public int Code { get; } = code;
}
