using System.Diagnostics;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Serving;

public sealed partial class Scheduler
{
    /// <summary>
    /// Shapes of the steps after a decode-only step, for as long as nothing but context lengths
    /// changes: nobody finishes, and free blocks suffice.
    /// </summary>
    /// <param name="group">The group whose step was just formed.</param>
    /// <param name="plan">That step; only a decode-only step can be followed this way.</param>
    /// <param name="shapes">
    /// Receives the shapes: first the plan's own, then the following ones.
    /// </param>
    /// <returns>How many steps can be taken at once, at least 1.</returns>
    public int Leap(int group, StepPlan plan, Span<StepShape> shapes)
    {
        ArgumentNullException.ThrowIfNull(plan);
        shapes[0] = plan.Shape;
        if (plan.PrefillList.Count > 0 || plan.SwappedInList.Count > 0) return 1;
        // Nobody was let in because somebody had to make room; the next step may let them in.
        if (plan.MadeRoom) return 1;
        var decodes = _groups[group].Decodes;
        var most = (int)Math.Min(shapes.Length, decodes.StepsToFinish);
        var free = _kv.Free;
        var ahead = decodes.LookAhead();
        for (var i = 1; i < most; i++)
        {
            ahead.MoveNext();
            free -= ahead.BlocksNeeded;
            if (free < 0) return i;
            shapes[i] = plan.Shape with
            {
                DecodeKvTokens = ahead.KvTokens,
                WindowDecodeKvTokens = ahead.WindowKvTokens,
            };
        }
        return most;
    }

    /// <summary>The steps of a leap are over, up to but not including the last of them.</summary>
    /// <param name="group">The group.</param>
    /// <param name="ends">When each step ended.</param>
    /// <param name="gaps">Told every gap between tokens.</param>
    public void Skip(int group, ReadOnlySpan<SimTime> ends, ITokenGaps gaps)
    {
        ArgumentNullException.ThrowIfNull(gaps);
        var own = _groups[group];
        Debug.Assert(own.InFlight);
        foreach (var end in ends)
        {
            AddGaps(own, end, 0, gaps);
            own.Decodes.Advance();
            own.LastStepEnd = end;
            var needed = own.Decodes.BlocksNeeded;
            if (needed > 0) _kv.Take(needed);
        }
    }
}
