using System.Diagnostics;

namespace AccelSim.Inference.Measuring;

/// <summary>
/// How long this process' threads wanted a core and had none, while others did: what was timed then
/// took longer than it would on a machine left alone.
/// </summary>
/// <param name="threads">Threads that want a core all the time.</param>
/// <param name="folder">A folder for each thread, with what Linux counts of it.</param>
public sealed class CoreWait(int threads, string folder = "/proc/self/task")
{
    private readonly double? _before = Seconds(folder);
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>
    /// Waiting since this was made, as a share of the threads' time, 0 to 1; null where the
    /// operating system does not say.
    /// </summary>
    public double? Share() => Of(Stopwatch.GetElapsedTime(_start).TotalSeconds);

    /// <summary>The same, for a time that is known.</summary>
    internal double? Of(double elapsed) => _before is { } before && Seconds(folder) is { } after
        ? Math.Clamp((after - before) / (elapsed * threads), 0, 1)
        : null;

    /// <summary>The second of three numbers of a thread is nanoseconds on a run queue.</summary>
    private static double? Seconds(string folder)
    {
        if (!Directory.Exists(folder)) return null;
        double? sum = null;
        foreach (var thread in Directory.GetDirectories(folder))
        {
            try
            {
                var words = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ');
                if (words.Length > 1 && long.TryParse(words[1], out var waited))
                    sum = (sum ?? 0) + waited * 1e-9;
            }
            catch (IOException)
            {
                // A thread may end while it is looked at.
            }
        }
        return sum;
    }
}
