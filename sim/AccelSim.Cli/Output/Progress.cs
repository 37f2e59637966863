using AccelSim.Serving;
using Spectre.Console;

namespace AccelSim.Cli.Output;

/// <summary>
/// A bar that shows how many requests are over; nothing where nobody watches, or on a terminal that
/// cannot move its cursor.
/// </summary>
internal sealed class Progress : IRunListener
{
    private static readonly ManualResetEventSlim Idle = new(true);

    /// <summary>What to end with when asked to stop; 0: nobody asked.</summary>
    private static volatile int _stop;

    private static volatile string _left = StoppedException.Text;

    private readonly ProgressTask _task;
    private readonly int _every;
    private int _done;

    private Progress(ProgressTask task, int requests)
    {
        _task = task;
        _every = Math.Max(1, requests / 200);
    }

    /// <summary>Runs while a bar shows how far it is.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="requests">How many there are.</param>
    /// <param name="run">Gets who listens; null where nobody does.</param>
    public static T While<T>(Terminal terminal, int requests, Func<IRunListener?, T> run)
    {
        if (!terminal.CanRedraw) return run(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Error),
            ColorSystem = terminal.HasColours
                ? ColorSystemSupport.Standard
                : ColorSystemSupport.NoColors,
        });
        Idle.Reset();
        try
        {
            return console.Progress()
                .AutoClear(true)
                .Columns(
                    new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                    new RemainingTimeColumn())
                .Start(context => run(new Progress(
                    context.AddTask("requests served", maxValue: requests), requests)));
        }
        finally
        {
            Idle.Set();
        }
    }

    /// <summary>Runs work that looks at <see cref="Asked"/> and ends by itself.</summary>
    public static T Stoppable<T>(Func<T> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Idle.Reset();
        try
        {
            return run();
        }
        finally
        {
            Idle.Set();
        }
    }

    /// <summary>The code to end with, where somebody asked to stop; 0: nobody.</summary>
    public static int Asked => _stop;

    /// <summary>What a user reads where a command that is stopped does not end by itself.
    /// </summary>
    public static string Left => _left;

    /// <summary>A trace is written from here on.</summary>
    public static void Writes() => _left = StoppedException.CutOff;

    /// <summary>Ends here, where nothing is written yet.</summary>
    /// <exception cref="StoppedException">Somebody asked to stop.</exception>
    public static void EndIfAsked()
    {
        if (_stop != 0) throw new StoppedException(_stop);
    }

    /// <summary>
    /// Ends a run that shows a bar, so that the bar goes and the cursor comes back.
    /// </summary>
    /// <returns>Whether one did; the command then ends by itself.</returns>
    public static bool Stop(int code)
    {
        if (Idle.IsSet) return false;
        _stop = code;
        return Idle.Wait(TimeSpan.FromSeconds(3));
    }

    /// <inheritdoc/>
    public void StepsDone(in StepFact fact) => EndIfAsked();

    /// <inheritdoc/>
    public void TransferDone(in TransferFact fact)
    {
    }

    /// <inheritdoc/>
    public void RequestDone(in RequestRecord record)
    {
        if (++_done % _every == 0) _task.Increment(_every);
    }
}
