namespace AccelSim.Cli;

/// <summary>What a command ends with.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A check failed, the design does not fit, or no request was served.</summary>
    public const int Failed = 1;

    /// <summary>The input is wrong.</summary>
    public const int WrongInput = 2;

    /// <summary>A bug in AccelSim.</summary>
    public const int Bug = 3;

    /// <summary>Stopped by Ctrl-C: 128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by kill: 128 + SIGTERM.</summary>
    public const int Killed = 143;
}
