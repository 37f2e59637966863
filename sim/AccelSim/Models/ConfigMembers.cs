using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Models;

/// <summary>The members of a <c>config.json</c> that a shape needs, each read strictly.</summary>
/// <remarks>
/// A member that the file leaves out takes the default of its family's class, where
/// <see cref="FamilyDefaults"/> has one, and is an error otherwise. Members nobody asks for are
/// allowed: the format carries training and generation settings too.
/// </remarks>
internal sealed class ConfigMembers(JObject json, string file, string family)
{
    private const int Widest = 1 << 20;

    /// <summary>The <c>model_type</c>.</summary>
    public string Family { get; } = family;

    /// <summary>The members' names, in the order of the file.</summary>
    public IEnumerable<string> Names => json.Properties().Select(member => member.Name);

    /// <summary>Whether a member stands in the file with a value.</summary>
    public bool Has(string name) => json[name] is { Type: not JTokenType.Null };

    /// <summary>Which of a member's names the file uses; the first where it uses none.</summary>
    public string FirstOf(string name, string alias) => !Has(name) && Has(alias) ? alias : name;

    /// <summary>A whole number from 1.</summary>
    public int Count(string name, int most = Widest) =>
        CountOrNull(name, most) ?? throw Missing(name, $"a whole number from 1 to {most:N0}");

    /// <summary>A whole number from 1; another value where the file has none.</summary>
    public int CountOr(string name, int other) => CountOrNull(name, Widest) ?? other;

    /// <summary>A whole number from 1; null where file and class have none.</summary>
    public int? CountOrNull(string name, int most = Widest) => Whole(name, 1, most);

    /// <summary>A whole number from 0.</summary>
    public int Index(string name) =>
        Whole(name, 0, Widest) ?? throw Missing(name, $"a whole number from 0 to {Widest:N0}");

    /// <summary>Whether a member is −1, which some tools write for "no limit".</summary>
    public bool IsMinusOne(string name) => json[name] is JValue { Value: -1L };

    /// <summary>Whether a member is that text.</summary>
    public bool IsText(string name, string text) =>
        json[name] is JValue { Value: string value } && value == text;

    /// <summary>True or false.</summary>
    public bool Flag(string name)
    {
        var token = json[name];
        if (token is null or { Type: JTokenType.Null })
        {
            return FamilyDefaults.Of(Family, name) as bool?
                ?? throw Missing(name, "true or false");
        }
        return token.Type == JTokenType.Boolean
            ? (bool)token
            : throw StrictJson.Error(token, file,
                $"expected true or false, but found {StrictJson.Describe(token)}.");
    }

    /// <summary>One of some texts.</summary>
    public string Choice(string name, params string[] known)
    {
        var text = TextOrNull(name)
            ?? FamilyDefaults.Of(Family, name) as string
            ?? throw Missing(name, "one of " + Quote(known));
        return known.Contains(text)
            ? text
            : throw Error(name, $"\"{text}\" is not understood; "
                + (known.Length == 1 ? "only " : "known are ") + Quote(known)
                + (known.Length == 1 ? " is." : "."));
    }

    /// <summary>A text; null where the file has none.</summary>
    public string? TextOrNull(string name)
    {
        var token = json[name];
        if (token is null or { Type: JTokenType.Null })
            return null;
        return token.Type == JTokenType.String
            ? (string)token!
            : throw StrictJson.Error(token, file,
                $"expected a text, but found {StrictJson.Describe(token)}.");
    }

    /// <summary>A list of texts; empty where the file has none.</summary>
    public IEnumerable<string> Texts(string name) =>
        List(name).Select(item => item.Type == JTokenType.String
            ? (string)item!
            : throw StrictJson.Error(item, file,
                $"expected a text, but found {StrictJson.Describe(item)}."));

    /// <summary>A number above zero.</summary>
    public double Positive(string name)
    {
        var token = json[name];
        if (token is null or { Type: JTokenType.Null })
            return FamilyDefaults.Of(Family, name) is int n ? n : throw Missing(name, "a number");
        if (token.Type is JTokenType.Integer or JTokenType.Float && (double)token > 0)
            return (double)token;
        throw StrictJson.Error(token, file,
            $"expected a number above 0, but found {StrictJson.Describe(token)}.");
    }

    /// <summary>A list of layer numbers; empty where the file has none.</summary>
    public IReadOnlyList<int> Layers(string name, int layers) =>
        [.. List(name).Select(item =>
            item.Type == JTokenType.Integer && IsWithin(item, 0, layers - 1)
                ? (int)item
                : throw StrictJson.Error(item, file,
                    $"expected the number of a layer, from 0 to {layers - 1}, but found "
                    + $"{StrictJson.Describe(item)}."))];

    /// <summary>A list of two positive whole numbers; null where the file has none.</summary>
    public (int Rows, int Columns)? PairOrNull(string name)
    {
        if (!Has(name))
            return null;
        var items = List(name);
        return items.Count == 2 && items.All(i => i.Type == JTokenType.Integer
                && IsWithin(i, 1, Widest))
            ? ((int)items[0], (int)items[1])
            : throw Error(name, "expected two whole numbers from 1, such as [128, 128].");
    }

    /// <summary>The kind of each layer; null where the file has none.</summary>
    public IReadOnlyList<string>? LayerKinds(string name, int layers, params string[] known)
    {
        if (!Has(name))
            return null;
        var items = List(name);
        if (items.Count != layers)
        {
            throw Error(name,
                $"has {items.Count} entries, but num_hidden_layers is {layers}; "
                + "they must be as many.");
        }
        return [.. items.Select(item =>
            item.Type == JTokenType.String && known.Contains((string)item!)
                ? (string)item!
                : throw StrictJson.Error(item, file,
                    $"expected one of {Quote(known)}, but found {StrictJson.Describe(item)}."))];
    }

    /// <summary>A nested object, read as the family that it names or as another.</summary>
    public ConfigMembers Child(string name, string? family = null)
    {
        if (!Has(name))
            throw Missing(name, "an object {…}");
        if (json[name] is not JObject child)
        {
            throw StrictJson.Error(json[name]!, file,
                $"expected an object {{…}}, but found {StrictJson.Describe(json[name]!)}.");
        }
        return new ConfigMembers(child, file, family ?? "");
    }

    /// <summary>The same members as those of another family.</summary>
    public ConfigMembers As(string other) => new(json, file, other);

    /// <summary>One number that must be a multiple of another.</summary>
    public int Quotient(string name, int number, string divisorName, int divisor)
    {
        if (number % divisor == 0)
            return number / divisor;
        throw Error(name,
            $"{number} is not a multiple of {divisorName} = {divisor}; it must be.");
    }

    /// <summary>
    /// The format of unquantised weights, from <c>torch_dtype</c> or <c>dtype</c>.
    /// </summary>
    public NumberFormat Format()
    {
        var name = Has("torch_dtype") || !Has("dtype") ? "torch_dtype" : "dtype";
        return Choice(name, "bfloat16", "float16", "float32") switch
        {
            "bfloat16" => NumberFormat.Bf16,
            "float16" => NumberFormat.Fp16,
            _ => NumberFormat.Fp32,
        };
    }

    /// <summary>An error at a member, or at the object where it is absent.</summary>
    public ConfigException Error(string name, string problem)
    {
        var token = json[name];
        return token is not null
            ? StrictJson.Error(token, file, problem)
            : new ConfigException(file, StrictJson.Line(json), PathOf(name), problem);
    }

    private int? Whole(string name, int least, int most)
    {
        var token = json[name];
        if (token is null or { Type: JTokenType.Null })
            return FamilyDefaults.Of(Family, name) as int?;
        if (token.Type == JTokenType.Integer && IsWithin(token, least, most))
            return (int)token;
        throw StrictJson.Error(token, file, string.Create(CultureInfo.InvariantCulture,
            $"expected a whole number from {least} to {most:N0}, but found ")
            + StrictJson.Describe(token) + ".");
    }

    private static bool IsWithin(JToken token, int least, int most) =>
        ((JValue)token).Value is long value && value >= least && value <= most;

    private List<JToken> List(string name)
    {
        if (!Has(name))
            return [];
        return json[name] is JArray array
            ? [.. array]
            : throw StrictJson.Error(json[name]!, file,
                $"expected a list […], but found {StrictJson.Describe(json[name]!)}.");
    }

    private ConfigException Missing(string name, string expected) =>
        Error(name,
            "is missing; "
            + (FamilyDefaults.IsFamily(Family)
                ? $"a config.json of model_type \"{Family}\" states it as {expected}."
                : $"expected {expected}."));

    private string PathOf(string name) =>
        json.Path.Length == 0 ? "$." + name : $"$.{json.Path}.{name}";

    private static string Quote(IEnumerable<string> names) =>
        string.Join(", ", names.Select(name => $"\"{name}\""));
}
