using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical;

/// <summary>A kernel model with the figures of one device.</summary>
/// <param name="Model">The physics.</param>
/// <param name="Figures">In the order of its parameters.</param>
/// <param name="Facts">Where each figure comes from, in the same order.</param>
/// <param name="Tag">What they rest on: calibrated on the device, or transferred.</param>
public sealed record BoundKernel(
    KernelModel Model, double[] Figures, IReadOnlyList<FactSource> Facts, Provenance Tag)
{
    /// <summary>What the fit knows of its own errors; null for figures of no file.</summary>
    public KernelFit? Fit { get; init; }

    /// <summary>Whether the figures were fitted on the device that the file extends.</summary>
    public bool IsInherited { get; init; }

    /// <summary>
    /// The kernel of a family on a device; null where it has no model or no figures.
    /// </summary>
    /// <remarks>
    /// The device's own figures come first, then those of its class; then those of the nearest
    /// family, in the same order, and at last of any family that the same model describes.
    /// </remarks>
    /// <exception cref="ConfigException">A figure lacks or is wrong.</exception>
    public static BoundKernel? For(Accelerator accelerator, KernelFamily family)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        if (KernelModels.For(accelerator.Fabric, family) is not { } model) return null;
        var shared = ClassOf(accelerator);
        var hasOwn = accelerator.Kernels.TryGetValue(family, out var own);
        // Of the device's own, those of the nearest family come after the class's very own.
        if (hasOwn || (shared?.Kernels.ContainsKey(family) != true
            && accelerator.Kernels.TryGetValue(Alike(family), out own)))
        {
            // What a file takes from the one that it extends was fitted on another device.
            var file = own!.Figures.Values.Select(fact => fact.Source.File).FirstOrDefault();
            var isOwn = Path.GetFileNameWithoutExtension(file) == accelerator.Id
                && hasOwn;
            return Bind(model, own, isOwn ? null : Provenance.Transferred) with
            {
                IsInherited = !isOwn,
            };
        }
        if (shared is null) return null;
        var common = shared.Kernels.GetValueOrDefault(family)
            ?? shared.Kernels.GetValueOrDefault(Alike(family))
            ?? OfSameModel(shared, accelerator.Fabric, model);
        return common is null ? null : Bind(model, common, Provenance.Transferred);
    }

    private static KernelClass? ClassOf(Accelerator accelerator)
    {
        var name = accelerator.KernelClass ?? JsonNames.Of(accelerator.Class.ToString());
        if (Catalog.KernelClass(name) is { } shared) return shared;
        return accelerator.KernelClass is null ? null : throw new ConfigException(
            accelerator.Id, 0, "$.kernelClass", $"\"{name}\" is not shipped; "
            + NearestName.Hint(name, Catalog.KernelClasses));
    }

    /// <summary>The family nearest to one; itself where none is nearer than all others.</summary>
    private static KernelFamily Alike(KernelFamily family) => family switch
    {
        KernelFamily.ExpertsFp4Weight => KernelFamily.ExpertsInt4Weight,
        KernelFamily.ExpertsInt4Weight => KernelFamily.ExpertsFp4Weight,
        _ => family,
    };

    /// <summary>Families that one model describes need no figures of their own.</summary>
    private static KernelFit? OfSameModel(KernelClass shared, Fabric fabric, KernelModel model) =>
        shared.Kernels.OrderBy(pair => pair.Key)
            .Where(pair => ReferenceEquals(KernelModels.For(fabric, pair.Key), model))
            .Select(pair => pair.Value)
            .FirstOrDefault();

    /// <summary>The price of an operator with formula, parts and figures.</summary>
    public ExplainedKernel Explain(in Operator @operator, Machine machine)
    {
        Model.Price(@operator, machine, Figures, out var time);
        var formula = Model.Formula;
        (string Name, string Formula, double Seconds)[] parts =
        [
            ("fixed", formula.Fixed, time.Fixed), ("matrix", formula.Matrix, time.Matrix),
            ("vector", formula.Vector, time.Vector), ("memory", formula.Memory, time.Memory),
            ("cache", formula.Cache, time.Cache), ("link", formula.Link, time.Link),
        ];
        var longest = parts.Max(part => part.Seconds);
        return new ExplainedKernel(
            formula.Whole,
            [.. parts.Where(part => part.Seconds > 0).Select(part => new KernelPart(
                part.Name, part.Formula, part.Seconds, part.Seconds == longest))],
            [.. Model.Parameters.Zip(Facts, (parameter, fact) => new KernelFigure(
                parameter.Name, parameter.Meaning, fact))],
            Fit?.Rows ?? 0, time.Seconds);
    }

    private static BoundKernel Bind(KernelModel model, KernelFit fit, Provenance? least)
    {
        var figures = new double[model.Parameters.Count];
        var facts = new FactSource[figures.Length];
        for (var i = 0; i < figures.Length; i++)
        {
            var parameter = model.Parameters[i];
            if (!fit.Figures.TryGetValue(parameter.Name, out var fact))
            {
                var near = fit.Figures.Values.First().Source;
                throw new ConfigException(near.File, near.Line, Parent(near.Path),
                    $"lacks \"{parameter.Name}\": {parameter.Meaning}, in "
                    + $"{(parameter.Unit.Length == 0 ? "plain numbers" : parameter.Unit)}.");
            }
            Check(parameter, fact);
            (figures[i], facts[i]) = (fact.Value.Value, fact.Source);
        }
        foreach (var (name, fact) in fit.Figures)
        {
            if (model.Parameters.Any(parameter => parameter.Name == name)) continue;
            throw new ConfigException(fact.Source.File, fact.Source.Line, fact.Source.Path,
                "is no figure of this kernel; " + NearestName.Hint(
                    name, [.. model.Parameters.Select(parameter => parameter.Name)]));
        }
        var tag = facts.Max(fact => fact.Tag);
        return new BoundKernel(
            model, figures, facts, least is { } floor && tag < floor ? floor : tag)
        {
            Fit = fit,
        };
    }

    private static void Check(KernelParameter parameter, Fact<Figure> fact)
    {
        var unit = Figure.UnitOf(fact.Source.Text);
        var problem = unit != parameter.Unit
            ? $"\"{fact.Source.Text}\" is in \"{unit}\", but {parameter.Name} is in "
                + $"\"{parameter.Unit}\"."
            : fact.Value.Value < parameter.Low || fact.Value.Value > parameter.High
            ? $"\"{fact.Source.Text}\" is not between {JsonNames.Number(parameter.Low)} and "
                + $"{JsonNames.Number(parameter.High)}."
            : null;
        if (problem is null) return;
        throw new ConfigException(
            fact.Source.File, fact.Source.Line, fact.Source.Path, problem);
    }

    private static string Parent(string path) =>
        path[..Math.Max(1, path.LastIndexOf('.'))];
}
