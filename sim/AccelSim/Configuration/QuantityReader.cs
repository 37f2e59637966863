using System.Collections.Concurrent;
using System.Globalization;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Configuration;

/// <summary>Reads quantities whose kind is known only at run time.</summary>
public abstract class QuantityReader
{
    /// <summary>Larger amounts than this, in the base unit, are slips of the keyboard.</summary>
    private const double Absurd = 1e30;

    /// <summary>Whole-number kinds are bounded so that products of a few cannot overflow.</summary>
    private static readonly Dictionary<Type, double> AbsurdOf = new()
    {
        [typeof(Count)] = 1e9, [typeof(Bytes)] = 1e17, [typeof(Flops)] = 1e18,
    };

    /// <summary>
    /// Amounts that no device is slower than by far; below, times outgrow the simulated clock.
    /// </summary>
    private static readonly Dictionary<Type, (double Value, string Text)> LeastOf = new()
    {
        [typeof(BytesPerSecond)] = (1e6, "1 MB/s"), [typeof(Hertz)] = (1e3, "1 kHz"),
    };

    private static readonly ConcurrentDictionary<Type, QuantityReader?> Readers = new();

    /// <summary>Kinds that something is divided by, or of which none makes no sense.</summary>
    private static readonly HashSet<Type> Positive =
    [
        typeof(Bytes), typeof(BytesPerSecond), typeof(BytesPerCycle), typeof(Hertz),
        typeof(Flops), typeof(FlopsPerCycle), typeof(FlopsPerSecond), typeof(Count),
        typeof(Nanometres), typeof(SquareMillimetres),
    ];

    /// <summary>The units of the kind.</summary>
    public abstract Dimension Dimension { get; }

    /// <summary>What is expected, as a clause for messages.</summary>
    public string Expectation => Dimension.Symbol.Length == 0
        ? $"a number, such as {Dimension.Example}"
        : $"text with a unit, such as \"{Dimension.Example}\"";

    /// <summary>The reader of a quantity type; null where the type is no quantity.</summary>
    public static QuantityReader? For(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Readers.GetOrAdd(type, static kind =>
            kind.IsValueType && kind.GetInterfaces().Any(face =>
                face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IQuantity<>))
                ? (QuantityReader)Activator.CreateInstance(
                    typeof(Reader<>).MakeGenericType(kind))!
                : null);
    }

    /// <summary>The text of a value, with plain numbers where the kind has no unit.</summary>
    /// <returns>Null where the value can be no such quantity.</returns>
    public string? TextOf(ConfigNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Text is { } text) return text;
        var plain = Dimension.Symbol.Length == 0
            && node.Scalar?.Type is JTokenType.Integer or JTokenType.Float;
        return plain ? Convert.ToString(node.Scalar!.Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Reads a text; reports at the node and returns null where it is wrong.</summary>
    public abstract object? Read(
        string text, ConfigNode node, LimitsAttribute? limits, BindingSession session);

    /// <summary>The amount of a text in the base unit; null where it is no such quantity.</summary>
    public abstract double? Amount(string text);

    /// <summary>The amount in the base unit.</summary>
    public abstract double BaseValue(object quantity);

    /// <summary>The same text with its amount multiplied; whole kinds are rounded.</summary>
    public abstract string Scale(string text, double factor);

    private protected static LimitsAttribute DefaultLimits(Type type) => Positive.Contains(type)
        ? new LimitsAttribute { MoreThan = 0 }
        : new LimitsAttribute { AtLeast = 0 };

    private sealed class Reader<T> : QuantityReader where T : struct, IQuantity<T>
    {
        public override Dimension Dimension => T.Dimension;

        public override object? Read(
            string text, ConfigNode node, LimitsAttribute? limits, BindingSession session)
        {
            if (!Quantity.TryParse<T>(text, out var value, out var problem))
                return session.Fail(node, problem);
            if (Math.Abs(value.BaseValue) > AbsurdOf.GetValueOrDefault(typeof(T), Absurd))
                return session.Fail(node, $"\"{text}\" is too large to be real.");
            var must = (limits ?? DefaultLimits(typeof(T))).Violation(
                value.BaseValue, T.Dimension.Symbol);
            if (must is not null)
                return session.Fail(node, $"must be {must}, but \"{text}\" is not.");
            return LeastOf.TryGetValue(typeof(T), out var least) && value.BaseValue < least.Value
                ? session.Fail(node, $"\"{text}\" is too small to be real: at least "
                    + $"{least.Text}; write it like \"{T.Dimension.Example}\".")
                : value;
        }

        public override double? Amount(string text) =>
            Quantity.TryParse<T>(text, out var value, out _) ? value.BaseValue : null;

        public override double BaseValue(object quantity) => ((T)quantity).BaseValue;

        public override string Scale(string text, double factor)
        {
            var value = Quantity.Parse<T>(text);
            var unit = text.Trim().TrimStart("+-.0123456789".ToCharArray());
            // An exponent belongs to the number: "1e9 B".
            if (!T.Dimension.Units.TryGetValue(unit.Trim(), out var worth))
            {
                unit = T.Dimension.Symbol;
                worth = 1;
            }
            var scaled = T.FromBase(value.BaseValue * factor).BaseValue / worth;
            return $"{JsonNames.Number(scaled)} {unit.Trim()}".Trim();
        }
    }
}
