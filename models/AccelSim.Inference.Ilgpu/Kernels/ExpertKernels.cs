using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>Brings rows to their experts and back, without asking the host.</summary>
internal static class ExpertKernels
{
    /// <summary>Chooses each token's experts. Grid: rows.</summary>
    /// <param name="scores">Of all experts for each token.</param>
    /// <param name="experts">Experts.</param>
    /// <param name="perToken">Experts of a token.</param>
    /// <param name="normalise">1: their weights sum to 1.</param>
    /// <param name="chosen">Receives the experts, best first; of equals the first.</param>
    /// <param name="weights">Receives what each counts.</param>
    public static void Choose<R>(
        ArrayView<float> scores, int experts, int perToken, int normalise,
        ArrayView<int> chosen, ArrayView<float> weights)
        where R : struct, IReduction
    {
        var reduction = default(R);
        var shares = SharedMemory.Allocate1D<float>(Limits.Experts);
        var row = (long)Grid.IdxX * experts;
        var largest = float.NegativeInfinity;
        for (var i = Group.IdxX; i < experts; i += Group.DimX)
            largest = scores[row + i] > largest ? scores[row + i] : largest;
        largest = reduction.Max(largest);
        var sum = 0f;
        for (var i = Group.IdxX; i < experts; i += Group.DimX)
        {
            shares[i] = Bits.Exp(scores[row + i] - largest);
            sum += shares[i];
        }
        var total = reduction.Sum(sum);
        var kept = 0f;
        for (var choice = 0; choice < perToken; choice++)
        {
            var (best, place) = (-1f, int.MaxValue);
            for (var i = Group.IdxX; i < experts; i += Group.DimX)
            {
                if (shares[i] <= best) continue;
                best = shares[i];
                place = i;
            }
            var most = reduction.Max(best);
            var expert = Places.First<R>(best, place, most);
            kept += most;
            if (Group.IdxX == 0)
            {
                chosen[Grid.IdxX * perToken + choice] = expert;
                weights[Grid.IdxX * perToken + choice] = most / total;
                shares[expert] = -1f;
            }
            Group.Barrier();
        }
        if (normalise == 0 || Group.IdxX != 0) return;
        for (var i = 0; i < perToken; i++)
            weights[Grid.IdxX * perToken + i] *= total / kept;
    }

    /// <summary>
    /// Counts rows of each expert; each choice learns how many came before. Grid: experts.
    /// </summary>
    public static void Count(
        ArrayView<int> chosen, int choices, ArrayView<int> counts, ArrayView<int> ranks)
    {
        var own = SharedMemory.Allocate1D<int>(Limits.GroupSize);
        var expert = Grid.IdxX;
        var each = (choices + Group.DimX - 1) / Group.DimX;
        var from = Group.IdxX * each;
        var end = from + each < choices ? from + each : choices;
        var count = 0;
        for (var i = from; i < end; i++) count += chosen[i] == expert ? 1 : 0;
        own[Group.IdxX] = count;
        Group.Barrier();
        var before = 0;
        for (var thread = 0; thread < Group.IdxX; thread++) before += own[thread];
        for (var i = from; i < end; i++)
        {
            if (chosen[i] == expert) ranks[i] = before++;
        }
        if (Group.IdxX == Group.DimX - 1) counts[expert] = before;
    }

    /// <summary>The first row of each expert, and the end, from their numbers. Grid: 1.</summary>
    public static void Sum(ArrayView<int> counts, int experts, ArrayView<int> starts)
    {
        if (Group.IdxX != 0) return;
        var sum = 0;
        for (var i = 0; i < experts; i++)
        {
            starts[i] = sum;
            sum += counts[i];
        }
        starts[experts] = sum;
    }

    /// <summary>Copies each token's row to each of its experts. Grid: choices.</summary>
    /// <param name="route">Who goes where.</param>
    /// <param name="from">Rows of tokens.</param>
    /// <param name="to">Rows of experts, those of an expert one after the other.</param>
    /// <param name="width">Numbers of a row.</param>
    public static void Place(
        Routes route, ArrayView<float> from, ArrayView<float> to, int width)
    {
        var choice = Grid.IdxX;
        var expert = route.Chosen[choice];
        var place = route.Starts[expert] + route.Ranks[choice];
        if (Group.IdxX == 0)
        {
            route.Places[choice] = place;
            route.Owners[place] = expert;
        }
        var (own, other) = ((long)(choice / route.PerToken) * width, (long)place * width);
        for (var i = Group.IdxX; i < width; i += Group.DimX) to[other + i] = from[own + i];
    }

    /// <summary>Sums what a token's experts say. Grid: rows.</summary>
    /// <param name="route">Who went where.</param>
    /// <param name="weights">What each choice counts.</param>
    /// <param name="from">Rows of experts.</param>
    /// <param name="shared">What the experts of all tokens say.</param>
    /// <param name="to">Receives rows of tokens.</param>
    /// <param name="width">Numbers of a row.</param>
    public static void Gather(
        Routes route, ArrayView<float> weights, ArrayView<float> from, SharedRows shared,
        ArrayView<float> to, int width)
    {
        var share = shared.HasGate != 0 ? Bits.Sigmoid(shared.Gates[Grid.IdxX]) : 1f;
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var sum = 0f;
            if (shared.HasRows != 0) sum = share * shared.Rows[(long)Grid.IdxX * width + i];
            for (var choice = 0; choice < route.PerToken; choice++)
            {
                var index = Grid.IdxX * route.PerToken + choice;
                sum += weights[index] * from[(long)route.Places[index] * width + i];
            }
            to[(long)Grid.IdxX * width + i] = sum;
        }
    }
}

/// <summary>Which choice of which token goes to which row of which expert.</summary>
internal struct Routes
{
    /// <summary>The expert of each choice, a token's one after the other.</summary>
    public ArrayView<int> Chosen;

    /// <summary>How many of the expert's choices come before.</summary>
    public ArrayView<int> Ranks;

    /// <summary>First row of each expert, and the end.</summary>
    public ArrayView<int> Starts;

    /// <summary>The row of each choice.</summary>
    public ArrayView<int> Places;

    /// <summary>The expert of each row.</summary>
    public ArrayView<int> Owners;

    public int PerToken;
}

/// <summary>What experts that all tokens share make of each.</summary>
internal struct SharedRows
{
    public ArrayView<float> Rows;

    /// <summary>A number per token, whose sigmoid is what its row counts.</summary>
    public ArrayView<float> Gates;

    /// <summary>1 where there are such experts.</summary>
    public int HasRows;

    /// <summary>1 where they have a gate.</summary>
    public int HasGate;
}
