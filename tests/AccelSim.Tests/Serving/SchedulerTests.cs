using AccelSim.Costs;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>Who gets into a step, who makes room, who shares blocks.</summary>
public sealed class SchedulerTests
{
    private sealed class NoGaps : ITokenGaps
    {
        public void Add(SimTime from, SimTime to, int count)
        {
        }
    }

    /// <summary>A scheduler whose steps take a microsecond.</summary>
    private sealed class Engine(
        EngineSettings settings, long blocks, long swapBlocks = 0, int hashBlockTokens = 16)
    {
        private readonly Scheduler _scheduler =
            new(settings, blocks, swapBlocks, 1, 0, hashBlockTokens);
        private readonly List<Sequence> _all = [];
        private long _now;

        public Scheduler Scheduler => _scheduler;
        public StepPlan Plan { get; } = new();
        public List<int> Finished { get; } = [];

        public Sequence Add(
            int prompt, int output, int priority = 0, long[]? keys = null, long? outputKey = null)
        {
            var sequence = new Sequence(new Request
            {
                Id = _all.Count,
                Arrival = default,
                PromptTokens = prompt,
                OutputTokens = output,
                Priority = priority,
                PrefixKeys = keys,
                OutputKey = outputKey,
            });
            _all.Add(sequence);
            _scheduler.Add(sequence);
            return sequence;
        }

        /// <summary>One step; returns (request, chunk) of its prompts.</summary>
        public (int Id, int Chunk)[] Step()
        {
            _scheduler.Schedule(0, new SimTime(_now), Plan);
            var chunks = Plan.Prefills.Select(s => (s.Request.Id, s.Chunk)).ToArray();
            if (Plan.IsEmpty) return chunks;
            _now += 1_000_000;
            foreach (var done in _scheduler.Complete(0, Plan, new SimTime(_now), new NoGaps()))
                Finished.Add(done.Request.Id);
            return chunks;
        }

        public Engine Run()
        {
            for (var i = 0; i < 10_000 && Finished.Count < _all.Count; i++) Step();
            Assert.Equal(_all.Count, Finished.Count);
            Assert.Equal(0, _scheduler.UsedBlocks);
            return this;
        }
    }

    private static EngineSettings Settings(int budget = 2048, int sequences = 256) =>
        new() { MaxNumBatchedTokens = budget, MaxNumSeqs = sequences };

    [Theory]
    [InlineData(4, 0)]
    [InlineData(3, 1)]
    public void TwoSequences_OfTwoBlocks_FitFour_AndMakeRoomInThree(long blocks, long preemptions)
    {
        var engine = new Engine(Settings(), blocks);
        engine.Add(16, 17);
        engine.Add(16, 17);
        Assert.Equal(preemptions, engine.Run().Scheduler.Preemptions);
    }

    [Theory]
    [InlineData(32, null)]
    [InlineData(33, "needs 3 KV blocks, the cache has 2")]
    public void Request_OfAsManyBlocksAsThereAre_IsServed_OfOneMoreRefused(
        int tokens, string? reason)
    {
        // The last token is emitted, not kept.
        var engine = new Engine(Settings(), 2);
        Assert.Equal(reason, engine.Scheduler.ReasonToReject(new Request
        {
            Id = 0, Arrival = default, PromptTokens = tokens, OutputTokens = 1,
        }));
    }

    /// <summary>Blocks, contexts and the end are those of as many single tokens.</summary>
    [Fact]
    public void TokensGained_CountAsIfTheyHadComeOneByOne()
    {
        var engine = new Engine(new EngineSettings { BlockSize = 4 }, 100);
        var sequence = engine.Add(6, 20);
        var other = engine.Add(3, 5);
        engine.Step();
        engine.Step();
        Assert.Equal(4, engine.Scheduler.Gain(sequence, 4));
        engine.Step();
        // 6 prompt tokens, one token each of three steps and four more, the last not yet cached.
        Assert.Equal((6 + 2 + 4 + 3) / 4 + 2, engine.Scheduler.UsedBlocks);
        while (sequence.Status != SequenceStatus.Finished) engine.Step();
        Assert.Equal((20, 5), (sequence.Generated, other.Generated));
        Assert.Equal(0, engine.Scheduler.UsedBlocks);
    }

    [Fact]
    public void TokensGained_EndARequestAndAreCutWhereBlocksAreShort()
    {
        var engine = new Engine(new EngineSettings { BlockSize = 4 }, 3);
        var sequence = engine.Add(5, 7);
        engine.Step();
        engine.Step();
        // Three blocks hold 12 tokens; 6 are cached, and the request lacks 5.
        Assert.Equal(5, engine.Scheduler.Gain(sequence, 5));
        Assert.Equal(SequenceStatus.Finished, sequence.Status);
        Assert.Equal(0, engine.Scheduler.UsedBlocks);
        var tight = new Engine(new EngineSettings { BlockSize = 4 }, 3);
        var one = tight.Add(4, 4);
        var two = tight.Add(3, 5);
        tight.Step();
        tight.Step();
        // One block each and one more for the first: nothing is left for the second's fifth.
        Assert.Equal(0, tight.Scheduler.Gain(two, 2));
        Assert.Equal(2, tight.Scheduler.Gain(one, 2));
    }

    [Fact]
    public void Admission_StopsExactlyAtMaxNumSeqs()
    {
        var engine = new Engine(Settings(sequences: 3), 100);
        for (var i = 0; i < 4; i++) engine.Add(5, 5);
        Assert.Equal(3, engine.Step().Length);
        Assert.Equal(WaitReason.Sequences, engine.Plan.WaitReason);
    }

    [Fact]
    public void Prompt_OfTheBudget_IsOneChunk_OfOneMoreTwo()
    {
        var engine = new Engine(Settings(budget: 256), 100);
        engine.Add(256, 2);
        Assert.Equal([(0, 256)], engine.Step());
        engine.Add(256, 2);
        engine.Run();
        var second = new Engine(Settings(budget: 256), 100);
        second.Add(257, 2);
        Assert.Equal([(0, 256)], second.Step());
        Assert.Equal([(0, 1)], second.Step());
    }

    [Fact]
    public void DecodesGoFirst_ThenUnfinishedPrompts_ThenNewcomers()
    {
        var engine = new Engine(Settings(budget: 256), 1000);
        engine.Add(10, 50);
        engine.Step();
        engine.Add(400, 5);
        engine.Add(100, 5);
        Assert.Equal([(1, 255)], engine.Step());
        Assert.Equal([(1, 145), (2, 100)], engine.Step());
        Assert.Equal(1, engine.Plan.Shape.DecodeTokens);
    }

    [Fact]
    public void PromptsFirst_DecodingSequencesWait_ThenGoOnTogether()
    {
        var engine = new Engine(
            Settings(budget: 256) with { PrefillPolicy = PrefillPolicy.First }, 1000);
        engine.Add(10, 50);
        engine.Step();
        engine.Add(400, 5);
        Assert.Equal([(1, 256)], engine.Step());
        Assert.Equal(0, engine.Plan.Shape.DecodeTokens);
        Assert.Equal([(1, 144)], engine.Step());
        Assert.Empty(engine.Step());
        Assert.Equal(2, engine.Plan.Shape.DecodeTokens);
        engine.Run();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void ReservedOutput_LetsNobodyMakeRoom(double reserve, long preemptions)
    {
        var engine = new Engine(Settings() with { OutputReserve = reserve }, 3);
        engine.Add(16, 17);
        engine.Add(16, 17);
        Assert.Equal(preemptions, engine.Run().Scheduler.Preemptions);
    }

    [Theory]
    [InlineData(3, WaitReason.KvCapacity)]
    [InlineData(4, WaitReason.None)]
    public void ReservedOutput_AdmitsExactlyWhatFits(long blocks, WaitReason reason)
    {
        // Each needs a block for its prompt, and comes to need a second one.
        var engine = new Engine(Settings() with { OutputReserve = 1 }, blocks);
        engine.Add(16, 17);
        engine.Add(16, 17);
        engine.Step();
        Assert.Equal(reason, engine.Plan.WaitReason);
    }

    [Fact]
    public void WithoutChunkedPrefill_APromptWaitsForRoomInTheBudget()
    {
        var settings = Settings(budget: 256) with { EnableChunkedPrefill = false };
        var engine = new Engine(settings, 1000);
        engine.Add(200, 5);
        engine.Add(100, 5);
        Assert.Equal([(0, 200)], engine.Step());
        Assert.Equal([(1, 100)], engine.Step());
    }

    [Fact]
    public void LongPrefillThreshold_CapsEachPromptsChunk()
    {
        var settings = Settings(budget: 256) with { LongPrefillTokenThreshold = 100 };
        var engine = new Engine(settings, 1000);
        engine.Add(150, 5);
        engine.Add(80, 5);
        Assert.Equal([(0, 100), (1, 80)], engine.Step());
        Assert.Equal([(0, 50)], engine.Step());
    }

    [Theory]
    [InlineData(SchedulingPolicy.Fcfs, new[] { 0, 1, 2 })]
    [InlineData(SchedulingPolicy.Priority, new[] { 2, 1, 0 })]
    [InlineData(SchedulingPolicy.ShortestFirst, new[] { 1, 2, 0 })]
    public void Policy_DecidesTheOrder(SchedulingPolicy policy, int[] order)
    {
        var engine = new Engine(Settings(sequences: 1) with { SchedulingPolicy = policy }, 100);
        engine.Add(60, 2, priority: 5);
        engine.Add(20, 2, priority: 3);
        engine.Add(40, 2, priority: 1);
        Assert.Equal(order, engine.Run().Finished);
    }

    [Fact]
    public void Preempted_IsTheLastAdmitted()
    {
        var engine = new Engine(Settings(), 3);
        var first = engine.Add(16, 17);
        var last = engine.Add(16, 17);
        engine.Run();
        Assert.Equal((0, 1), (first.Preemptions, last.Preemptions));
    }

    [Fact]
    public void Preempted_UnderPriority_IsTheLeastImportant_EvenIfFirst()
    {
        var engine = new Engine(
            Settings() with { SchedulingPolicy = SchedulingPolicy.Priority }, 3);
        var least = engine.Add(16, 17, priority: 9);
        engine.Step();
        var most = engine.Add(16, 17, priority: 1);
        engine.Run();
        Assert.Equal((1, 0), (least.Preemptions, most.Preemptions));
    }

    [Fact]
    public void Recompute_PrefillsThePromptAndWhatWasGenerated()
    {
        var engine = new Engine(Settings(), 3);
        engine.Add(16, 20);
        var last = engine.Add(16, 20);
        engine.Step();
        var firstToken = last.FirstToken;
        engine.Step();
        Assert.Equal(1, last.Preemptions);
        (int Id, int Chunk)[] chunks = [];
        while (chunks.Length == 0) chunks = engine.Step();
        // One token came out before it had to make room.
        Assert.Equal([(1, 17)], chunks);
        engine.Run();
        Assert.Equal(firstToken, last.FirstToken);
    }

    [Fact]
    public void Swap_MovesTheBlocksOfItsTokensOutAndIn()
    {
        var settings = Settings() with { PreemptionMode = PreemptionMode.Swap };
        var engine = new Engine(settings, 5, swapBlocks: 10);
        engine.Add(32, 20);
        engine.Add(32, 20);
        long movedOut = 0, movedIn = 0;
        for (var i = 0; i < 100 && engine.Finished.Count < 2; i++)
        {
            engine.Step();
            movedOut += engine.Plan.BlocksSwappedOut;
            movedIn += engine.Plan.BlocksSwappedIn;
        }
        Assert.Equal(2, engine.Finished.Count);
        Assert.Equal((2, 2), (movedOut, movedIn));
    }

    [Fact]
    public void Swap_WithoutRoomInHostMemory_Recomputes()
    {
        var settings = Settings() with { PreemptionMode = PreemptionMode.Swap };
        var engine = new Engine(settings, 5, swapBlocks: 1);
        engine.Add(32, 20);
        engine.Add(32, 20);
        engine.Run();
        Assert.Equal(1, engine.Scheduler.Preemptions);
        Assert.Equal(0, engine.Scheduler.SwappedBlocks);
    }

    private static EngineSettings Caching(int budget = 2048) =>
        Settings(budget) with { EnablePrefixCaching = true };

    [Fact]
    public void EqualPrefix_IsComputedOnce_AndSubtractedOnceUnderChunking()
    {
        var engine = new Engine(Caching(budget: 256), 100);
        engine.Add(64, 1, keys: [1, 2, 3, 4]);
        engine.Run();
        var second = engine.Add(400, 1, keys: [.. Enumerable.Range(1, 25).Select(k => (long)k)]);
        Assert.Equal([(1, 256)], engine.Step());
        Assert.Equal([(1, 80)], engine.Step());
        Assert.Equal(64, second.CachedTokens);
    }

    [Fact]
    public void FullyCachedPrompt_StillComputesItsLastBlock()
    {
        var engine = new Engine(Caching(), 100);
        engine.Add(64, 1, keys: [1, 2, 3, 4]);
        engine.Run();
        engine.Add(64, 1, keys: [1, 2, 3, 4]);
        Assert.Equal([(1, 16)], engine.Step());
    }

    [Fact]
    public void EqualBlock_BehindAnotherPrefix_IsNotShared()
    {
        var engine = new Engine(Caching(), 100);
        engine.Add(64, 1, keys: [1, 2, 3, 4]);
        engine.Run();
        var other = engine.Add(64, 1, keys: [9, 2, 3, 4]);
        engine.Run();
        Assert.Equal(0, other.CachedTokens);
    }

    [Fact]
    public void LaterTurn_SharesPromptAndAnswer()
    {
        var engine = new Engine(Caching(), 100);
        long[] keys = [.. Enumerable.Range(0, 10).Select(block => ContentKeys.Mix(77, block))];
        engine.Add(32, 33, keys: keys[..2], outputKey: 77);
        engine.Run();
        var next = engine.Add(100, 1, keys: keys[..7], outputKey: 77);
        engine.Run();
        Assert.Equal(64, next.CachedTokens);
    }

    [Fact]
    public void KeysOf512Tokens_ShareBlocksOf16()
    {
        var engine = new Engine(Caching(), 1000, hashBlockTokens: 512);
        engine.Add(1024, 1, keys: [5, 6]);
        engine.Run();
        var next = engine.Add(1100, 1, keys: [5, 7, 8]);
        engine.Run();
        Assert.Equal(512, next.CachedTokens);
    }

    [Fact]
    public void OldestRelease_IsEvictedFirst_TailBeforeHead()
    {
        var engine = new Engine(Caching(), 6);
        engine.Add(48, 1, keys: [1, 2, 3]);
        engine.Run();
        engine.Add(48, 1, keys: [4, 5, 6]);
        engine.Run();
        // Takes two blocks: the last two of the request that was over first.
        engine.Add(32, 1);
        engine.Run();
        var first = engine.Add(49, 1, keys: [1, 2, 3, 9]);
        Assert.Equal(16, engine.Scheduler.CachedTokens(first));
        var second = engine.Add(49, 1, keys: [4, 5, 6, 9]);
        Assert.Equal(48, engine.Scheduler.CachedTokens(second));
        engine.Run();
    }

    [Fact]
    public void BlockInUse_IsNeverEvicted()
    {
        var engine = new Engine(Caching(), 8);
        engine.Add(48, 40, keys: [1, 2, 3]);
        engine.Step();
        for (var i = 0; i < 20; i++) engine.Add(32, 1, keys: [100 + i, 200 + i]);
        for (var i = 0; i < 20; i++) engine.Step();
        var again = engine.Add(49, 1, keys: [1, 2, 3, 4]);
        Assert.Equal(48, engine.Scheduler.CachedTokens(again));
        engine.Run();
    }
}
