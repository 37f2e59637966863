using System.Diagnostics;
using AccelSim.Units;

namespace AccelSim.Serving;

public sealed partial class Scheduler
{
    /// <summary>
    /// A block for every decoding sequence that crosses a block's edge in this step.
    /// </summary>
    /// <returns>False if whoever must make room is in another micro-batch, under way.</returns>
    private bool TakeDecodeBlocks(Group own, StepPlan plan)
    {
        while (own.Decodes.BlocksNeeded > _kv.Free)
        {
            var victim = Victim();
            if (victim.Group != own.Index && _groups[victim.Group].InFlight) return false;
            Preempt(victim, plan);
        }
        if (own.Decodes.BlocksNeeded > 0) _kv.Take(own.Decodes.BlocksNeeded);
        return true;
    }

    private void ContinuePrefills(Group own, StepPlan plan, ref int budget)
    {
        // A preemption may shorten the list behind the index, never before it.
        for (var i = 0; i < own.Prefills.Count && budget > 0; i++)
        {
            var sequence = own.Prefills[i];
            var chunk = Chunk(sequence.KnownTokens - sequence.Computed, budget);
            var blocks = _kv.BlocksFor(sequence.Computed + chunk) - sequence.Blocks;
            while (_kv.Free < blocks)
            {
                var victim = Victim();
                if (victim.Group != own.Index && _groups[victim.Group].InFlight) return;
                budget += victim.DecodeSet != own.Decodes ? victim.Chunk
                    : own.DecodeBlocksTaken ? 1 : 0;
                var index = own.Prefills.IndexOf(victim);
                Preempt(victim, plan);
                if (index >= 0 && index <= i) i--;
                if (victim == sequence) break;
            }
            if (sequence.Status != SequenceStatus.Prefilling) continue;
            TakeChunk(sequence, chunk, blocks, plan, ref budget);
        }
    }

    private void SwapIn(Group own, StepPlan plan, ref int budget)
    {
        var share = FairShare();
        while (_swapped.Count > 0 && budget > 0 && _running.Count < _settings.MaxNumSeqs
            && own.Count < share)
        {
            var sequence = _swapped.Peek();
            var blocks = _kv.BlocksFor(sequence.Computed + 1);
            // One spare block, or it would be swapped out again at once.
            if (_kv.Free < Math.Min(blocks + 1, _kv.TotalBlocks)) return;
            _swapped.Dequeue();
            var stored = _kv.BlocksFor(sequence.Computed);
            SwappedBlocks -= stored;
            plan.BlocksSwappedIn += stored;
            plan.SwappedInList.Add(sequence);
            _kv.Take(blocks);
            _reserved += Reserve(sequence);
            sequence.Status = SequenceStatus.Decoding;
            sequence.Group = own.Index;
            _running.Append(sequence, _admissions++);
            own.Decodes.Join(sequence);
            budget--;
        }
    }

    private void Admit(Group own, SimTime now, StepPlan plan, ref int budget)
    {
        if (_waiting.Count == 0) return;
        if (_swapped.Count > 0)
        {
            plan.WaitReason = WaitReason.KvCapacity;
            return;
        }
        var share = FairShare();
        while (own.Count < share && _waiting.TryPeek(out var sequence, out _))
        {
            plan.WaitReason = TryAdmit(own, sequence, now, plan, ref budget);
            if (plan.WaitReason != WaitReason.None) return;
        }
    }

    private WaitReason TryAdmit(
        Group own, Sequence sequence, SimTime now, StepPlan plan, ref int budget)
    {
        if (_running.Count >= _settings.MaxNumSeqs) return WaitReason.Sequences;
        if (budget == 0) return WaitReason.TokenBudget;
        var idle = _kv.Find(sequence, _found, out var chain);
        var computed = _found.Count * _settings.BlockSize;
        var missing = sequence.KnownTokens - computed;
        var chunk = Chunk(missing, budget);
        if (!_settings.EnableChunkedPrefill && chunk < missing) return WaitReason.TokenBudget;
        var blocks = _kv.BlocksFor(computed + chunk) - _found.Count;
        var required = _settings.SchedulerReserveFullIsl
            ? _kv.BlocksFor(sequence.KnownTokens) - _found.Count
            : blocks;
        if (required + idle > _kv.Free) return WaitReason.KvCapacity;
        var reserve = Reserve(sequence);
        if (reserve > 0 && _reserved + reserve > _kv.TotalBlocks) return WaitReason.KvCapacity;
        _reserved += reserve;
        _waiting.Dequeue();
        _kv.Share(sequence, _found, chain);
        if (sequence.FirstScheduled is null)
        {
            sequence.FirstScheduled = now;
            sequence.CachedTokens = computed;
        }
        sequence.Status = SequenceStatus.Prefilling;
        sequence.Group = own.Index;
        _running.Append(sequence, _admissions++);
        own.Prefills.Add(sequence);
        TakeChunk(sequence, chunk, blocks, plan, ref budget);
        return WaitReason.None;
    }

    private void TakeChunk(
        Sequence sequence, int chunk, long blocks, StepPlan plan, ref int budget)
    {
        _kv.Take(blocks);
        sequence.Blocks += (int)blocks;
        sequence.Chunk = chunk;
        plan.PrefillList.Add(sequence);
        budget -= chunk;
    }

    private int Chunk(int missing, int budget)
    {
        var chunk = Math.Min(missing, budget);
        return _settings.LongPrefillTokenThreshold is { } most ? Math.Min(chunk, most) : chunk;
    }

    /// <summary>
    /// How many sequences a group takes in: with a pipeline, every micro-batch gets its even share
    /// of all there are, or one would carry them all while the stages wait for each other.
    /// </summary>
    private int FairShare()
    {
        if (_groups.Length == 1) return int.MaxValue;
        var all = Math.Min(
            _settings.MaxNumSeqs, _running.Count + _waiting.Count + _swapped.Count);
        return (all + _groups.Length - 1) / _groups.Length;
    }

    /// <summary>
    /// Who makes room: the last admitted, or under the priority policy the least.
    /// </summary>
    /// <remarks>
    /// Also where it is under way in another micro-batch: then room is waited for. Making room
    /// oneself instead would let two sequences push each other out forever.
    /// </remarks>
    private Sequence Victim()
    {
        var victim = _running.Last ?? throw new UnreachableException();
        if (_settings.SchedulingPolicy != SchedulingPolicy.Priority) return victim;
        for (var sequence = victim.Previous; sequence is not null; sequence = sequence.Previous)
        {
            if ((sequence.Request.Priority, sequence.Arrival).CompareTo(
                    (victim.Request.Priority, victim.Arrival)) > 0)
            {
                victim = sequence;
            }
        }
        return victim;
    }

    private void Preempt(Sequence victim, StepPlan plan)
    {
        Preemptions++;
        victim.Preemptions++;
        _running.Remove(victim);
        var own = _groups[victim.Group];
        if (victim.DecodeSet is { } decodes) LeaveDecodes(victim, own, decodes, plan);
        else LeavePrefills(victim, own, plan);
    }

    private void LeavePrefills(Sequence victim, Group own, StepPlan plan)
    {
        own.Prefills.Remove(victim);
        if (victim.Chunk > 0)
        {
            plan.PrefillList.Remove(victim);
            victim.Chunk = 0;
        }
        Recompute(victim);
    }

    private void LeaveDecodes(Sequence victim, Group own, DecodeSet decodes, StepPlan plan)
    {
        // Whether it already has the block that the step being formed needs.
        var ahead = own.DecodeBlocksTaken && decodes.NeedsBlock(victim) ? 1 : 0;
        decodes.Leave(victim);
        if (!own.JoinedSince.Remove(victim)) victim.LastToken = own.LastStepEnd;
        victim.Blocks = (int)_kv.BlocksFor(victim.Computed) + ahead;
        var stored = _kv.BlocksFor(victim.Computed);
        _kv.Publish(victim);
        if (_settings.PreemptionMode == PreemptionMode.Swap
            && SwappedBlocks + stored <= SwapBlocks)
        {
            _kv.Release(victim);
            _reserved -= Reserve(victim);
            SwappedBlocks += stored;
            plan.BlocksSwappedOut += stored;
            victim.Status = SequenceStatus.Swapped;
            _swapped.Enqueue(victim);
            return;
        }
        Recompute(victim);
    }

    private void Recompute(Sequence victim)
    {
        _kv.Release(victim);
        _reserved -= Reserve(victim);
        victim.Computed = 0;
        victim.Status = SequenceStatus.Waiting;
        Enqueue(victim, victim.Arrival);
    }
}
