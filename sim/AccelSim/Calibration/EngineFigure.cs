using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Calibration;

/// <summary>A figure of an engine profile that is fitted to whole deployments.</summary>
/// <param name="Name">As profiles name it.</param>
/// <param name="Step">By how much it is moved to see what it does, in seconds.</param>
/// <param name="Low">The least that is plausible, in seconds.</param>
/// <param name="High">The most.</param>
/// <param name="Of">What a profile states.</param>
/// <param name="Put">A profile with another value.</param>
public sealed record EngineFigure(
    string Name, double Step, double Low, double High, Func<EngineProfile, Seconds> Of,
    Func<EngineProfile, Fact<Seconds>, EngineProfile> Put)
{
    /// <summary>All of them: the host's time around kernels.</summary>
    public static IReadOnlyList<EngineFigure> All { get; } =
    [
        new("perStep", 1e-4, 5e-5, 3e-3, engine => engine.Host.PerStep?.Value ?? new Seconds(5e-4),
            (engine, fact) => engine with { Host = engine.Host with { PerStep = fact } }),
        new("perSequence", 1e-5, 0, 1e-4, engine => engine.Host.PerSequence.Value,
            (engine, fact) => engine with { Host = engine.Host with { PerSequence = fact } }),
        new("perLaunch", 2e-6, 0, 1e-4, engine => engine.Host.PerLaunch.Value,
            (engine, fact) => engine with { Host = engine.Host with { PerLaunch = fact } }),
        new("perExperts", 1e-5, 0, 3e-3, engine => engine.Host.PerExperts?.Value ?? default,
            (engine, fact) => engine with { Host = engine.Host with { PerExperts = fact } }),
        new("perRequest", 2e-3, 0, 0.1, engine => engine.Host.PerRequest.Value,
            (engine, fact) => engine with { Host = engine.Host with { PerRequest = fact } }),
    ];

    /// <summary>A profile with other values of all figures.</summary>
    /// <param name="engine">The profile.</param>
    /// <param name="values">In the order of <see cref="All"/>, in seconds.</param>
    public static EngineProfile At(EngineProfile engine, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        for (var i = 0; i < All.Count; i++)
        {
            var value = new Seconds(values[i]);
            engine = All[i].Put(engine, new Fact<Seconds>(value, new FactSource(
                Provenance.Calibrated, "the fit under way", "", 0, "$.host." + All[i].Name,
                value.ToString())));
        }
        return engine;
    }
}
