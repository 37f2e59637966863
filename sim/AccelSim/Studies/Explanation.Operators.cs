using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Models;

namespace AccelSim.Studies;

// What an operator costs: its kernel with figures and band, or the roofline's maximum.
public static partial class Explanation
{
    private static ExplainedNumber Operator(
        ICostModel model, OperatorTemplate template, in Operator one, in OperatorCost price)
    {
        var basis = model.BasisOf(one);
        var kernel = basis?.Kernel;
        var terms = model.Explain(one)
            .Select(term => new ExplainedNumber(
                term.Resource.Name + (term.Binding && kernel is null ? Binding : ""),
                Time(term.Seconds), (kernel is null ? "" : "data-sheet limit: ") + term.Formula,
                term.Values, term.Resource.Facts, []));
        var count = template.Count == 1 ? "" : $"{template.Count} × ";
        return new(
            $"{count}{template.Name}", Time(template.Count * price.Seconds), template.Formula,
            basis is null
                ? $"max over resources + launch = {Time(price.Seconds)} each; "
                    + $"between {Time(price.LowerSeconds)} (all overlapped) and "
                    + $"{Time(price.UpperSeconds)} (nothing overlapped)"
                : $"{(kernel is null ? "max over resources + launch" : "kernel")} = "
                    + $"{Time(price.Seconds)} each; 90 % band {Time(price.LowerSeconds)} to "
                    + $"{Time(price.UpperSeconds)}; {Ground(basis)}",
            [], kernel is null ? [.. terms] : [Kernel(basis!, kernel), .. terms]);
    }

    private static ExplainedNumber Kernel(PriceBasis basis, ExplainedKernel kernel) => new(
        $"kernel {JsonNames.Of(basis.Family.ToString())}", Time(kernel.Seconds), kernel.Formula,
        string.Join(", ", kernel.Figures.Select(figure => $"{figure.Name} {figure.Fact.Text}")),
        [.. kernel.Figures.Select(figure => figure.Fact)],
        [
            .. kernel.Parts.Select(part => new ExplainedNumber(
                part.Name + (part.Binding ? Binding : ""), Time(part.Seconds), part.Formula, "",
                [], [])),
        ]);

    /// <summary>Tag, rows and domain of a price.</summary>
    private static string Ground(PriceBasis basis)
    {
        var tag = basis.Tag is { } own ? JsonNames.Of(own.ToString()) : "roofline";
        var rows = basis.Kernel is { Rows: > 0 and var count }
            ? string.Create(Culture, $" on {count:N0} rows")
            : "";
        var where = basis.Ground switch
        {
            PriceGround.Inside => "within the sizes measured",
            PriceGround.Transferred => "of other devices, within the sizes measured there",
            PriceGround.Outside => "beyond the sizes measured: " + string.Join(", ",
                basis.Beyond.Select(beyond => string.Create(Culture,
                    $"{beyond.Axis} {beyond.Size:N0} not in {beyond.Low:N0} to "
                    + $"{beyond.High:N0}"))),
            _ => "nothing fitted",
        };
        var wider = basis.Widening > 1
            ? string.Create(Culture, $", band {basis.Widening:0.0#} times as wide")
            : "";
        return $"{tag}{rows}, {where}{wider}";
    }
}
