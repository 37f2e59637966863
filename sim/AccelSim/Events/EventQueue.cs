using System.Runtime.CompilerServices;

namespace AccelSim.Events;

/// <summary>Pending events, least (time, order) first.</summary>
/// <remarks>
/// A ladder queue (Tang, Goh and Thng, ACM TOMACS 2005) with a heap as its bottom. Far events lie
/// unsorted on top; when they come near they are dealt into a rung of equal buckets, and a bucket
/// that holds many into a finer rung. Only the nearest bucket is ordered, in a small heap that the
/// cache holds. Events are linked through one array of slots, so that nothing is allocated once it
/// has grown; the heap's full key decides the order, so that the links' order does not matter.
/// Amortised constant time; at worst, when a great many events share one picosecond, a heap's.
/// </remarks>
internal sealed partial class EventQueue
{
    /// <summary>A bucket with more is dealt into a finer rung.</summary>
    private const int Crowd = 48;

    /// <summary>Buckets per rung are at most this: heads and counts stay in the cache.</summary>
    private const int MaxBuckets = 1 << 15;

    private const int MaxRungs = 16;
    private const int None = -1;

    private readonly Rung[] _rungs = new Rung[MaxRungs];
    private int _rungCount;

    private Slot[] _slots = new Slot[64];
    private int _free = None;
    private int _used;

    private Key[] _heap = new Key[64];
    private int _heapCount;
    private int _spillAt = 4 * Crowd;

    /// <summary>Events before this time are in the heap.</summary>
    private long _heapEnd;

    private int _topHead = None;
    private int _topCount;
    private long _topMin = long.MaxValue;
    private long _topMax = long.MinValue;

    /// <summary>Events from this time on are on top.</summary>
    private long _topStart;

    /// <summary>Events that are pending.</summary>
    public int Count { get; private set; }

    /// <summary>Time of the least event; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextTime() => _heapCount > 0 || Refill() ? _heap[0].Time : long.MaxValue;

    /// <summary>Adds an event.</summary>
    /// <param name="time">From zero to below <see cref="long.MaxValue"/>.</param>
    /// <param name="order">Decides among equal times; no two events share both.</param>
    /// <param name="target">Whom it happens to.</param>
    /// <param name="code">What the target will be told.</param>
    public void Push(long time, long order, IEventTarget target, int code)
    {
        var index = _free;
        if (index >= 0) _free = _slots[index].Next;
        else index = NewSlot();
        ref var slot = ref _slots[index];
        slot.Time = time;
        slot.Order = order;
        slot.Target = target;
        slot.Code = code;
        Count++;
        if (time < _heapEnd)
        {
            if (_heapCount >= _spillAt) Spill();
            if (time < _heapEnd)
            {
                HeapPush(new Key(time, order, index));
                return;
            }
        }
        if (time >= _topStart) TopPush(ref slot, index);
        else RungPush(ref slot, index);
    }

    /// <summary>Takes the least event out; false when there is none.</summary>
    public bool TryPop(out long time, out IEventTarget? target, out int code)
    {
        if (_heapCount == 0 && !Refill())
        {
            time = long.MaxValue;
            target = null;
            code = 0;
            return false;
        }
        var key = _heap[0];
        HeapRemoveFirst();
        ref var slot = ref _slots[key.Slot];
        time = key.Time;
        target = slot.Target;
        code = slot.Code;
        slot.Target = null;
        slot.Next = _free;
        _free = key.Slot;
        Count--;
        return true;
    }

    private int NewSlot()
    {
        if (_used == _slots.Length) Array.Resize(ref _slots, checked(2 * _used));
        return _used++;
    }

    private void TopPush(ref Slot slot, int index)
    {
        slot.Next = _topHead;
        _topHead = index;
        _topCount++;
        if (slot.Time < _topMin) _topMin = slot.Time;
        if (slot.Time > _topMax) _topMax = slot.Time;
    }

    private void RungPush(ref Slot slot, int index)
    {
        // The last rung is the finest and nearest; each ends where its parent's next bucket starts.
        var r = _rungCount - 1;
        while (slot.Time >= _rungs[r].End) r--;
        _rungs[r].Add(ref slot, index);
    }

    /// <summary>Fills the empty heap with the nearest events; false when there are none.</summary>
    private bool Refill()
    {
        while (_rungCount > 0)
        {
            ref var rung = ref _rungs[_rungCount - 1];
            if (!rung.TryTake(out var bucket, out var start, out var end))
            {
                // Where nothing is left at all, what comes before the top's start is the heap's.
                _heapEnd = rung.End;
                _rungCount--;
                continue;
            }
            if (bucket.Count > Crowd && end - start > 1 && _rungCount < MaxRungs)
            {
                Deal(bucket.Head, bucket.Count, start, end);
                continue;
            }
            _heapEnd = end;
            Heapify(bucket.Head, bucket.Count);
            return true;
        }
        if (_topCount == 0) return false;
        var (head, count) = (_topHead, _topCount);
        var (from, to) = (_topMin, _topMax + 1);
        (_topHead, _topCount, _topMin, _topMax) = (None, 0, long.MaxValue, long.MinValue);
        _topStart = to;
        if (count > Crowd && to - from > 1)
        {
            Deal(head, count, from, to);
            return Refill();
        }
        _heapEnd = to;
        Heapify(head, count);
        return true;
    }

    /// <summary>Deals linked events into a new finest rung.</summary>
    private void Deal(int head, int count, long start, long end)
    {
        ref var rung = ref _rungs[_rungCount++];
        rung.Open(Math.Min(2 * (long)count, MaxBuckets), start, end);
        while (head != None)
        {
            ref var slot = ref _slots[head];
            var next = slot.Next;
            rung.Add(ref slot, head);
            head = next;
        }
    }

    /// <summary>Deals a heap that has grown large into a rung, for it to shrink again.</summary>
    private void Spill()
    {
        var start = _heap[0].Time;
        if (_heapEnd - start <= 1 || _rungCount == MaxRungs)
        {
            _spillAt = 2 * _heapCount;
            return;
        }
        var head = None;
        for (var i = 0; i < _heapCount; i++)
        {
            _slots[_heap[i].Slot].Next = head;
            head = _heap[i].Slot;
        }
        var count = _heapCount;
        _heapCount = 0;
        Deal(head, count, start, _heapEnd);
        Refill();
    }

    private void Heapify(int head, int count)
    {
        // A heap that is filled large must double before it is dealt again: linear work overall.
        _spillAt = Math.Max(4 * Crowd, 2 * count);
        while (head != None)
        {
            ref var slot = ref _slots[head];
            HeapPush(new Key(slot.Time, slot.Order, head));
            head = slot.Next;
        }
    }

    private void HeapPush(Key key)
    {
        if (_heapCount == _heap.Length) Array.Resize(ref _heap, 2 * _heapCount);
        var heap = _heap;
        var hole = _heapCount++;
        while (hole > 0)
        {
            var parent = (hole - 1) >> 1;
            if (!key.IsBefore(heap[parent])) break;
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = key;
    }

    private void HeapRemoveFirst()
    {
        var heap = _heap;
        var last = --_heapCount;
        var key = heap[last];
        var hole = 0;
        while (true)
        {
            var child = 2 * hole + 1;
            if (child >= last) break;
            if (child + 1 < last && heap[child + 1].IsBefore(heap[child])) child++;
            if (!heap[child].IsBefore(key)) break;
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = key;
    }

    private struct Slot
    {
        public long Time;
        public long Order;
        public IEventTarget? Target;
        public int Code;
        public int Next;
    }

    private readonly record struct Key(long Time, long Order, int Slot)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsBefore(in Key other) =>
            Time < other.Time || (Time == other.Time && Order < other.Order);
    }
}
