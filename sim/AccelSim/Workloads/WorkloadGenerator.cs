using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Workloads;

/// <summary>Turns a <see cref="WorkloadSpec"/> into requests.</summary>
public static class WorkloadGenerator
{
    private const int BlockTokens = 16;

    /// <summary>Draws every request.</summary>
    /// <exception cref="ConfigException">
    /// The record breaks a rule of <see cref="WorkloadSpecRules"/>, or its arrivals run past the
    /// 106 days that the simulated clock counts.
    /// </exception>
    public static Workload Generate(WorkloadSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (WorkloadSpecRules.Problems(spec) is [var problem, ..])
            throw new ConfigException(spec.Name, 0, problem.Path, problem.Text);
        var name = spec.Name.Length > 0 ? spec.Name : "generated";
        return new Workload
        {
            Origin = string.Create(CultureInfo.InvariantCulture, $"{name}, seed {spec.Seed}"),
            Requests = Draw(spec),
            MaxConcurrency = spec.Arrivals.Kind == ArrivalKind.ClosedLoop
                ? spec.Arrivals.Users
                : spec.MaxConcurrency,
            HashBlockTokens = BlockTokens,
        };
    }

    private static List<Request> Draw(WorkloadSpec spec)
    {
        try
        {
            return new Draft(spec).Requests();
        }
        catch (OverflowException)
        {
            throw new ConfigException(spec.Name, 0, "$.arrivals",
                "the requests arrive over more than the 106 days that the clock counts; raise the "
                + "rate or lower the number of requests.");
        }
    }

    private sealed class Draft(WorkloadSpec spec)
    {
        private readonly ArrivalProcess _arrivals = new(spec.Arrivals, spec.Seed);
        private readonly SimRandom _lengths = new(spec.Seed, "lengths");
        private readonly SimRandom _prefixes = new(spec.Seed, "prefixes");
        private readonly SimRandom _sessions = new(spec.Seed, "sessions");
        private readonly long _root =
            ContentKeys.Mix(ContentKeys.Of("workload"), spec.Seed);
        private readonly List<Request> _requests = new(spec.Requests);

        public List<Request> Requests()
        {
            for (var session = 0; _requests.Count < spec.Requests; session++)
                AddSession(session);
            return _requests;
        }

        /// <summary>One conversation; a lone request is one of a single turn.</summary>
        private void AddSession(int session)
        {
            var start = _arrivals.Next();
            var turns = spec.Sessions?.Turns.Draw(_sessions.NextNormal(), _sessions) ?? 1;
            var shared = spec.SharedPrefix;
            var prefixTokens = shared?.Tokens ?? 0;
            var prefixKey = shared is null
                ? 0
                : ContentKeys.Mix(_root, -1 - _prefixes.NextInt(0, shared.Count - 1));
            var sessionKey = ContentKeys.Mix(_root, session);
            var hasKeys = shared is not null || spec.Sessions is not null;
            var maxContext = spec.Sessions?.MaxContextTokens ?? WorkloadLimits.MaxTokens;
            long context = prefixTokens;
            for (var turn = 0; turn < turns && _requests.Count < spec.Requests; turn++)
            {
                var (input, output) = Lengths();
                var think = turn == 0 ? default : Think();
                var prompt = context + input;
                context = prompt + output;
                if (turn > 0 && context > maxContext)
                    return;
                _requests.Add(new Request
                {
                    Id = _requests.Count,
                    Arrival = turn == 0 ? start : think,
                    PromptTokens = (int)prompt,
                    OutputTokens = output,
                    After = turn == 0 ? null : _requests.Count - 1,
                    PrefixKeys = hasKeys
                        ? ContentKeys.Prompt(
                            prefixKey, prefixTokens, sessionKey, (int)prompt, BlockTokens)
                        : null,
                    OutputKey = spec.Sessions is null ? null : sessionKey,
                    SloClass = spec.SloClass,
                    Priority = spec.Priority,
                });
            }
        }

        private (int Input, int Output) Lengths()
        {
            var first = _lengths.NextNormal();
            var second = _lengths.NextNormal();
            var correlation = spec.LengthCorrelation;
            var mixed = correlation * first + Math.Sqrt(1 - correlation * correlation) * second;
            return (spec.Input.Draw(first, _lengths), spec.Output.Draw(mixed, _lengths));
        }

        private SimTime Think() =>
            default(SimTime)
            + new Seconds(_sessions.NextExponential(spec.Sessions!.ThinkTime.Value));
    }
}
