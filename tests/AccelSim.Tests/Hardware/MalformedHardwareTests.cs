using AccelSim.Configuration;
using AccelSim.Hardware;
using FsCheck;
using FsCheck.Fluent;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Hardware;

/// <summary>
/// Random damage: a file is read or refused with a message, and never anything else.
/// </summary>
public sealed class MalformedHardwareTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure
        .WithReplay(20240801, 7).WithMaxTest(500).WithQuietOnSuccess(true);

    private static readonly string[] Chips =
    [
        "h100-sxm", "tpu-v5e", "alveo-u280", "cerebras-wse-3", "xeon-8480plus",
        "snapdragon-8-gen-3",
    ];

    private static readonly string[] Texts = [.. Chips.Select(id => File.ReadAllText(
        Path.Combine(RepositoryRoot.Path, "hwconfigs", "accelerators", id + ".json")))];

    private static readonly JToken[] Wrong =
    [
        JValue.CreateNull(), new JArray(), new JObject(), true, "", " ", "@", "x", "-1", -1,
        double.MaxValue, long.MinValue, "1e999 GB", "NaN", new JArray(1, 2),
        new JObject { ["a"] = 1 },
        "\u0000", new string('9', 400), "3.35 TB/s/s", "￿",
    ];

    [Fact]
    public void TruncatedFile_IsAlwaysRefused() => Run(
        from text in Gen.Elements(Texts)
        from share in Gen.Choose(0, 9_999)
        select text.TrimEnd()[..(int)((long)(text.TrimEnd().Length - 1) * share / 10_000)],
        text => Outcome(text) is not null);

    [Fact]
    public void FileWithOtherCharacters_NeverCrashes() => Run(
        from text in Gen.Elements(Texts)
        from edits in Gen.ListOf(
            from at in Gen.Choose(0, text.Length - 1)
            from c in Gen.OneOf(
                Gen.Elements("{}[]\",:/*@0-eE.\n\\\u0000é".ToCharArray()),
                Gen.Choose(1, 0xFFFF).Select(code => (char)code))
            select (at, c), 3)
        select Edited(text, edits),
        text => Outcome(text) is not { Length: 0 });

    [Fact]
    public void FactOfAnotherKind_IsAlwaysRefused() => Run(
        from text in Gen.Elements(Texts)
        from which in Gen.Choose(0, 10_000)
        from wrong in Gen.Elements(Wrong)
        select Replaced(text, which, wrong),
        text => Outcome(text) is { Length: > 0 });

    [Fact]
    public void FileWithoutOneMember_NeverCrashes() => Run(
        from text in Gen.Elements(Texts)
        from which in Gen.Choose(0, 10_000)
        select Without(text, which),
        text => Outcome(text) is not { Length: 0 });

    [Fact]
    public void DeeplyNestedFile_IsRefused() => Assert.Contains(
        "is not well-formed JSON",
        Outcome(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
        StringComparison.Ordinal);

    private static void Run(Gen<string> texts, Func<string, bool> holds) =>
        Check.One(Seeded, Prop.ForAll(texts.ToArbitrary(), holds));

    /// <summary>The message; null where the file is read. Other exceptions fail the test.</summary>
    private static string? Outcome(string text)
    {
        try
        {
            var document = HardwareDocument.Parse(text, "chip.json");
            if (document.IsCluster) return document.Cluster.Name is null ? "" : null;
            _ = Device.From(document.Accelerator, Catalog.Estimators);
            _ = HardwareLint.Lint(document, Catalog.Estimators);
            return null;
        }
        catch (ConfigException e)
        {
            return e.Message;
        }
    }

    private static string Edited(string text, IEnumerable<(int At, char To)> edits)
    {
        var characters = text.ToCharArray();
        foreach (var (at, to) in edits) characters[at] = to;
        return new(characters);
    }

    private static string Replaced(string text, int which, JToken wrong)
    {
        var root = StrictJson.ReadObject(text, "chip.json");
        // Facts with a unit: no text of the list is one, and no number is.
        var facts = root.Descendants().OfType<JValue>()
            .Where(value => value.Value is string s && s.Length > 0 && char.IsAsciiDigit(s[0])
                && s.Contains(' ', StringComparison.Ordinal) && !value.Path.StartsWith("sources"))
            .ToArray();
        facts[which % facts.Length].Replace(wrong.DeepClone());
        return root.ToString();
    }

    private static string Without(string text, int which)
    {
        var root = StrictJson.ReadObject(text, "chip.json");
        var members = root.Descendants().OfType<JProperty>().ToArray();
        members[which % members.Length].Remove();
        return root.ToString();
    }
}
