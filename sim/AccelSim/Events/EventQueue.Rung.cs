using System.Numerics;

namespace AccelSim.Events;

internal sealed partial class EventQueue
{
    private struct Bucket
    {
        public int Head;
        public int Count;
    }

    /// <summary>Equal buckets, a power of two picoseconds wide, over [start, End).</summary>
    private struct Rung
    {
        private Bucket[]? _buckets;
        private int _count;
        private int _next;
        private int _shift;
        private long _start;

        public long End;

        /// <summary>Starts over, empty, with about the wanted number of buckets.</summary>
        public void Open(long buckets, long start, long end)
        {
            var width = (end - start - 1) / buckets + 1;
            _shift = width <= 1 ? 0 : BitOperations.Log2((ulong)(width - 1)) + 1;
            _count = (int)((end - start - 1) >> _shift) + 1;
            if (_buckets is null || _buckets.Length < _count)
            {
                _buckets = new Bucket[BitOperations.RoundUpToPowerOf2((uint)_count)];
            }
            _buckets.AsSpan(0, _count).Fill(new Bucket { Head = None });
            _next = 0;
            _start = start;
            End = end;
        }

        public readonly void Add(ref Slot slot, int index)
        {
            ref var bucket = ref _buckets![unchecked((int)((slot.Time - _start) >> _shift))];
            slot.Next = bucket.Head;
            bucket.Head = index;
            bucket.Count++;
        }

        /// <summary>Takes the next bucket that is not empty; false when there is none.</summary>
        public bool TryTake(out Bucket bucket, out long start, out long end)
        {
            while (_next < _count)
            {
                bucket = _buckets![_next++];
                if (bucket.Count == 0) continue;
                start = _start + ((long)(_next - 1) << _shift);
                end = End - start <= 1L << _shift ? End : start + (1L << _shift);
                return true;
            }
            (bucket, start, end) = (default, 0, 0);
            return false;
        }
    }
}
