using System.Runtime.InteropServices;
using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>
/// What decoding costs between whole contexts: a straight line from one knot to the next.
/// </summary>
/// <remarks>
/// Knots lie in the middle of each grain of keys a sequence, so that a kernel's jump at the end of
/// a step over keys falls between two of them. A price depends on the batch alone, never on what
/// was priced before: runs that leap over steps end as those that take each.
/// </remarks>
/// <param name="grain">Keys between knots, even; 0 prices each context itself.</param>
/// <param name="isWindow">Whether the keys are those that windows leave in view.</param>
/// <param name="price">Prices a step's decoding itself.</param>
internal sealed class ContextGrid(int grain, bool isWindow, StepPrice price)
{
    /// <summary>Some 3 MB; long runs forget.</summary>
    private const int MostKnots = 8192;

    private readonly Dictionary<(long, int), StepCost> _knots = [];
    private (long Cell, int Sequences, int Tokens) _at = (-1, 0, 0);
    private StepCost _low;
    private StepCost _slope;

    /// <summary>Adds the cost of a step's decoding. Allocates for new knots only.</summary>
    public void Add(in StepShape shape, ref StepCost cost)
    {
        var keys = isWindow ? shape.WindowDecodeKvTokens : shape.OwnDecodeKvTokens;
        var sequences = shape.DecodeSequences;
        var first = sequences * (grain / 2L);
        if (grain == 0 || keys < first)
        {
            price(shape, out var itself);
            cost.Add(itself);
            return;
        }
        var width = (long)sequences * grain;
        var cell = (keys - first) / width;
        if (_at != (cell, sequences, shape.DecodeTokens)) MoveTo(cell, first, width, shape);
        cost.Add(_low);
        cost.Add(_slope, keys - first - cell * width);
    }

    private void MoveTo(long cell, long first, long width, in StepShape shape)
    {
        _at = (cell, shape.DecodeSequences, shape.DecodeTokens);
        if (_knots.Count > MostKnots) _knots.Clear();
        _low = Knot(first + cell * width, shape);
        _slope = default;
        _slope.Add(Knot(first + (cell + 1) * width, shape), 1.0 / width);
        _slope.Add(_low, -1.0 / width);
    }

    private StepCost Knot(long keys, in StepShape shape)
    {
        ref var knot = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _knots, Key(keys, shape), out var isKnown);
        if (isKnown) return knot;
        var moved = isWindow
            ? shape with { WindowDecodeKvTokens = keys }
            : shape with { DecodeKvTokens = keys, CommonPrefixTokens = 0 };
        price(moved, out knot);
        return knot;
    }

    private static (long, int) Key(long keys, in StepShape shape) =>
        ((keys << 20) | (uint)shape.DecodeSequences, shape.DecodeTokens);
}

/// <summary>Prices a part of a step.</summary>
internal delegate void StepPrice(in StepShape shape, out StepCost cost);
