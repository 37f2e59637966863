using System.Diagnostics;

namespace AccelSim.Serving;

/// <summary>
/// Blocks of a prefix cache: those in use with their number of users, the rest in order of release.
/// </summary>
internal sealed class BlockQueue
{
    private const int None = -1;
    private Node[] _nodes = new Node[64];
    private int _count;
    private int _unused = None;
    private int _head = None;
    private int _tail = None;

    /// <summary>Appends blocks that nobody can find.</summary>
    public void AppendRun(long count)
    {
        if (count <= 0) return;
        if (_tail != None && _nodes[_tail].Run > 0)
        {
            _nodes[_tail].Run += count;
            return;
        }
        var node = Allocate();
        _nodes[node].Run = count;
        Append(node);
    }

    /// <summary>Takes up to <paramref name="most"/> blocks from the head of the queue.</summary>
    /// <returns>How many, and the hash of the one taken if it was findable.</returns>
    public (long Taken, ulong? Hash) TakeFromHead(long most)
    {
        var node = _head;
        Debug.Assert(node != None);
        if (_nodes[node].Run > most)
        {
            _nodes[node].Run -= most;
            return (most, null);
        }
        (long, ulong?) taken = _nodes[node].Run > 0
            ? (_nodes[node].Run, null)
            : (1, _nodes[node].Hash);
        Unlink(node);
        Recycle(node);
        return taken;
    }

    /// <summary>A findable block with one user.</summary>
    public int NewInUse(ulong hash)
    {
        var node = Allocate();
        _nodes[node].Hash = hash;
        _nodes[node].Users = 1;
        return node;
    }

    /// <summary>Whether somebody uses the block.</summary>
    public bool InUse(int node) => _nodes[node].Users > 0;

    /// <summary>How many use the block.</summary>
    public int Users(int node) => _nodes[node].Users;

    /// <summary>One more user. True if it was in the queue before.</summary>
    public bool Acquire(int node)
    {
        if (_nodes[node].Users++ > 0) return false;
        Unlink(node);
        return true;
    }

    /// <summary>One user less. True if it is in the queue now.</summary>
    public bool Release(int node)
    {
        Debug.Assert(_nodes[node].Users > 0);
        if (--_nodes[node].Users > 0) return false;
        Append(node);
        return true;
    }

    private int Allocate()
    {
        int node;
        if (_unused != None)
        {
            node = _unused;
            _unused = _nodes[node].Next;
        }
        else
        {
            if (_count == _nodes.Length) Array.Resize(ref _nodes, _count * 2);
            node = _count++;
        }
        _nodes[node] = new Node { Previous = None, Next = None };
        return node;
    }

    private void Recycle(int node)
    {
        _nodes[node] = new Node { Previous = None, Next = _unused };
        _unused = node;
    }

    private void Append(int node)
    {
        _nodes[node].Previous = _tail;
        _nodes[node].Next = None;
        if (_tail == None) _head = node; else _nodes[_tail].Next = node;
        _tail = node;
    }

    private void Unlink(int node)
    {
        var (previous, next) = (_nodes[node].Previous, _nodes[node].Next);
        if (previous == None) _head = next; else _nodes[previous].Next = next;
        if (next == None) _tail = previous; else _nodes[next].Previous = previous;
    }

    /// <summary>Either a run of blocks that nobody can find, or one findable block.</summary>
    private struct Node
    {
        public ulong Hash;
        public long Run;
        public int Users;
        public int Previous;
        public int Next;
    }
}
