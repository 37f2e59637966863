using System.Diagnostics;
using AccelSim.Units;

namespace AccelSim.Serving;

public sealed partial class Scheduler
{
    /// <summary>A block for every decoding sequence that crosses a block's edge in this step.</summary>
    private void TakeDecodeBlocks(int group, Group own, StepPlan plan)
    {
        var needed = own.Decodes.BlocksNeeded;
        if (needed <= _kv.Free)
        {
            if (needed > 0) _kv.Take(needed);
            return;
        }
        // Not enough for all: in running order, the last admitted making room for the first.
        for (var sequence = _running.First; sequence is not null;)
        {
            var current = sequence;
            sequence = sequence.Next;
            if (current.DecodeSet != own.Decodes || !own.Decodes.NeedsBlock(current)) continue;
            while (_kv.Free < 1)
            {
                var victim = Victim(group) ?? throw new UnreachableException();
                if (victim == sequence) sequence = sequence!.Next;
                Preempt(victim, plan);
                if (victim == current) break;
            }
            if (current.DecodeSet is not null) _kv.Take(1);
        }
    }

    private void ContinuePrefills(int group, Group own, StepPlan plan, ref int budget)
    {
        // A preemption may shorten the list behind the index, never before it.
        for (var i = 0; i < own.Prefills.Count && budget > 0; i++)
        {
            var sequence = own.Prefills[i];
            var chunk = Chunk(sequence.KnownTokens - sequence.Computed, budget);
            var blocks = _kv.BlocksFor(sequence.Computed + chunk) - sequence.Blocks;
            while (_kv.Free < blocks)
            {
                var victim = Victim(group) ?? throw new UnreachableException();
                if (victim.Chunk > 0) budget += victim.Chunk;
                var index = own.Prefills.IndexOf(victim);
                Preempt(victim, plan);
                if (index >= 0 && index <= i) i--;
                if (victim == sequence) break;
            }
            if (sequence.Status != SequenceStatus.Prefilling) continue;
            TakeChunk(sequence, chunk, blocks, plan, ref budget);
        }
    }

    private void SwapIn(int group, Group own, StepPlan plan, ref int budget)
    {
        while (_swapped.Count > 0 && budget > 0 && _running.Count < _settings.MaxNumSeqs)
        {
            var sequence = _swapped.Peek();
            var blocks = _kv.BlocksFor(sequence.Computed + 1);
            // One spare block, or it would be swapped out again at once.
            if (_kv.Free < Math.Min(blocks + 1, _kv.TotalBlocks)) return;
            _swapped.Dequeue();
            var stored = _kv.BlocksFor(sequence.Computed);
            _swappedBlocks -= stored;
            plan.BlocksSwappedIn += stored;
            plan.SwappedInList.Add(sequence);
            _kv.Take(blocks);
            sequence.Status = SequenceStatus.Decoding;
            sequence.Group = group;
            _running.Append(sequence, _admissions++);
            own.Decodes.Join(sequence);
            budget--;
        }
    }

    private void Admit(int group, Group own, SimTime now, StepPlan plan, ref int budget)
    {
        if (_waiting.Count == 0) return;
        if (_swapped.Count > 0)
        {
            plan.WaitReason = WaitReason.KvCapacity;
            return;
        }
        // With a pipeline, new work goes to the emptiest group.
        if (!IsSmallest(group)) return;
        while (_waiting.TryPeek(out var sequence, out _))
        {
            plan.WaitReason = TryAdmit(group, own, sequence, now, plan, ref budget);
            if (plan.WaitReason != WaitReason.None) return;
        }
    }

    private WaitReason TryAdmit(
        int group, Group own, Sequence sequence, SimTime now, StepPlan plan, ref int budget)
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
        _waiting.Dequeue();
        _kv.Share(sequence, _found, chain);
        if (sequence.FirstScheduled is null)
        {
            sequence.FirstScheduled = now;
            sequence.CachedTokens = computed;
        }
        sequence.Status = SequenceStatus.Prefilling;
        sequence.Group = group;
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

    private bool IsSmallest(int group)
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            if (i != group && !_groups[i].InFlight && _groups[i].Count < _groups[group].Count)
                return false;
        }
        return true;
    }

    /// <summary>Who makes room: the last admitted, or under the priority policy the least.</summary>
    private Sequence? Victim(int group)
    {
        Sequence? victim = null;
        for (var sequence = _running.Last; sequence is not null; sequence = sequence.Previous)
        {
            if (sequence.Group != group && _groups[sequence.Group].InFlight) continue;
            if (_settings.SchedulingPolicy != SchedulingPolicy.Priority) return sequence;
            if (victim is null || (sequence.Request.Priority, sequence.Arrival).CompareTo(
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
        victim.LastToken = own.LastStepEnd;
        victim.Blocks = (int)_kv.BlocksFor(victim.Computed) + ahead;
        var stored = _kv.BlocksFor(victim.Computed);
        _kv.Publish(victim);
        if (_settings.PreemptionMode == PreemptionMode.Swap
            && _swappedBlocks + stored <= SwapBlocks)
        {
            _kv.Release(victim);
            _swappedBlocks += stored;
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
        victim.Computed = 0;
        victim.Status = SequenceStatus.Waiting;
        Enqueue(victim, victim.Arrival);
    }
}
