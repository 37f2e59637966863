using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Speculation;

/// <summary>
/// A tree of what a smaller model says: its first tokens branch, and the model judges all
/// branches in one step (tree attention; Miao et al. 2023).
/// </summary>
/// <remarks>
/// Greedy branches are the likeliest tokens; at a temperature they are drawn one by one, and may
/// be equal. The draft runs the whole tree again for each level: trees are small.
/// </remarks>
public sealed class DraftTreeProposer : IProposer
{
    /// <summary>Branches of each of the first levels; later ones do not branch.</summary>
    private static readonly int[] Branches = [2, 2];

    private readonly IExecutor _draft;
    private readonly IReadOnlyList<int> _blocks;
    private readonly Chooser _chooser;
    private readonly List<int> _cached = [];

    /// <summary>A proposer for one sequence at a time.</summary>
    /// <param name="draft">The smaller model, without windowed attention; not disposed of.</param>
    /// <param name="blocks">
    /// Blocks of its cache that the sequence and the tree may use.
    /// </param>
    /// <param name="temperature">As the target's.</param>
    /// <param name="seed">Decides what is drawn.</param>
    public DraftTreeProposer(
        IExecutor draft, IReadOnlyList<int> blocks, double temperature, long seed)
    {
        _draft = draft;
        _blocks = blocks;
        _chooser = new Chooser(temperature, new SimRandom(seed, "draft"));
    }

    /// <inheritdoc/>
    public string Name => "draft-tree";

    /// <summary>The most tokens of a tree.</summary>
    public static int MostTokens(int depth)
    {
        var (level, sum) = (1, 0);
        for (var i = 0; i < depth; i++) sum += level *= i < Branches.Length ? Branches[i] : 1;
        return sum;
    }

    /// <inheritdoc/>
    public Proposal Propose(IReadOnlyList<int> tokens, int most)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Catch(tokens);
        List<int> nodes = [];
        List<int> parents = [];
        List<double[]?> odds = [];
        // Tokens of a level come one after the other; the sequence itself is before the first.
        var (from, width) = (-1, 1);
        for (var depth = 0; depth < most; depth++)
        {
            _draft.Step(
            [
                new StepEntry([tokens[^1], .. nodes], _cached.Count, _blocks, false, null)
                {
                    LogitRows = width,
                    Parents = [-1, .. parents.Select(parent => parent + 1)],
                },
            ]);
            var branches = depth < Branches.Length ? Branches[depth] : 1;
            var next = nodes.Count;
            for (var i = 0; i < width; i++)
            {
                foreach (var (token, drawn) in Children(_draft.Logits(i), branches))
                {
                    nodes.Add(token);
                    parents.Add(from + i);
                    odds.Add(drawn);
                }
            }
            (from, width) = (next, nodes.Count - next);
        }
        return new Proposal(nodes, odds) { Parents = parents };
    }

    /// <summary>Caches all tokens but the last.</summary>
    private void Catch(IReadOnlyList<int> tokens)
    {
        var known = tokens.Count - 1;
        var kept = DraftCache.GoBack(_cached, tokens);
        if (kept == known) return;
        int[] fresh = [.. tokens.Skip(kept).Take(known - kept)];
        _draft.Step([new StepEntry(fresh, kept, _blocks, true, null)]);
        _cached.AddRange(fresh);
    }

    private List<(int Token, double[]? Odds)> Children(ReadOnlySpan<float> logits, int count)
    {
        List<(int Token, double[]? Odds)> children = [];
        if (_chooser.IsGreedy)
        {
            var best = new int[Math.Min(count, logits.Length)];
            RowKernels.TopK(logits, best);
            foreach (var token in best) children.Add((token, null));
            return children;
        }
        for (var i = 0; i < count; i++) children.Add(_chooser.Choose(logits));
        return children;
    }
}
