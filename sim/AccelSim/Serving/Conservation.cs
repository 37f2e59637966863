using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>What went in must have come out: asserted at the end of every run.</summary>
internal static class Conservation
{
    /// <summary>Share by which sums of rounded parts may differ from the whole.</summary>
    private const double Rounding = 1e-6;

    /// <exception cref="ConservationException">Something does not add up.</exception>
    public static void Check(ServingSimulation run, Workload workload)
    {
        CheckRequests(run, workload);
        foreach (var replica in run.Replicas) CheckReplica(replica);
    }

    private static void CheckRequests(ServingSimulation run, Workload workload)
    {
        long expectedGaps = 0;
        for (var i = 0; i < workload.Requests.Count; i++)
        {
            var record = run.Records[i];
            var request = workload.Requests[i];
            if (record.Request != request)
                throw new ConservationException($"Request {i} has the record of another.");
            if (!record.Completed) continue;
            expectedGaps += request.OutputTokens - 1;
            if (record.FirstScheduled < record.Arrival || record.FirstToken < record.FirstScheduled
                || record.LastToken < record.FirstToken)
            {
                throw new ConservationException(
                    $"Request {i} arrived {record.Arrival}, was scheduled "
                    + $"{record.FirstScheduled}, had its first token {record.FirstToken} and its "
                    + $"last {record.LastToken}.");
            }
        }
        var gaps = run.Replicas.Sum(replica => replica.Gaps.Count);
        if (gaps != expectedGaps)
        {
            throw new ConservationException(
                $"Tokens: {expectedGaps} gaps between tokens were due, {gaps} were seen.");
        }
    }

    private static void CheckReplica(Replica replica)
    {
        if (replica.KvUsed != 0)
        {
            throw new ConservationException(
                $"Replica {replica.Index} still holds {replica.KvUsed} KV blocks.");
        }
        if (replica.SwappedBlocks != 0)
        {
            throw new ConservationException(
                $"Replica {replica.Index} left {replica.SwappedBlocks} KV blocks in host memory.");
        }
        if (replica.Outstanding != 0)
        {
            throw new ConservationException(
                $"Replica {replica.Index} still has {replica.Outstanding} requests.");
        }
        foreach (var ledger in replica.Ledgers)
        {
            foreach (var kind in Enum.GetValues<StepKind>())
            {
                CheckEntries(replica, kind, ledger[kind]);
                CheckGround(replica, kind, ledger[kind]);
                var (shares, total) = (ledger[kind].Share.Sum(), ledger[kind].Seconds);
                if (Math.Abs(shares - total) > Rounding * Math.Max(total, 1e-9))
                {
                    throw new ConservationException(
                        $"Replica {replica.Index}: the shares of {kind} steps sum to {shares} s, "
                        + $"the steps to {total} s.");
                }
            }
        }
    }

    private static void CheckGround(Replica replica, StepKind kind, StepLedger ledger)
    {
        var tagged = Enum.GetValues<Provenance>().Sum(ledger.Ground.Of);
        var sheet = ledger.Ground.Of(PriceGround.Sheet);
        var most = Rounding * Math.Max(ledger.Seconds, 1e-9);
        if (Math.Abs(tagged - ledger.Seconds) <= most && sheet >= -most) return;
        throw new ConservationException(
            $"Replica {replica.Index}: {kind} steps took {ledger.Seconds} s, but tags say "
            + $"{tagged} s, of which {sheet} s not fitted.");
    }

    private static void CheckEntries(Replica replica, StepKind kind, StepLedger ledger)
    {
        for (var i = 0; i < ResourceVector.Capacity; i++)
        {
            var (seconds, joules) = (ledger.Share[i], ledger.Energy[i]);
            // Taking off the host's time of later stages may leave a rounding below zero.
            if (seconds >= -Rounding * ledger.Seconds && joules >= 0
                && double.IsFinite(seconds) && double.IsFinite(joules))
            {
                continue;
            }
            throw new ConservationException(
                $"Replica {replica.Index}: {kind} steps took {seconds} s and {joules} J of "
                + $"resource {i}.");
        }
    }
}
