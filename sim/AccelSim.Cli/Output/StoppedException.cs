namespace AccelSim.Cli.Output;

/// <summary>The user stopped the command.</summary>
/// <param name="code">What the command ends with.</param>
internal sealed class StoppedException(int code) : Exception(Text)
{
    /// <summary>What the user reads.</summary>
    public const string Text = "stopped; nothing was written";

    /// <summary>What the command ends with.</summary>
    public int Code { get; } = code;
}
