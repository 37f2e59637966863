using AccelSim.Hardware;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>Explained numbers as an indented text; each fact stands once, at the end.</summary>
internal sealed class ExplanationText(Terminal terminal)
{
    private readonly List<FactSource> _facts = [];

    /// <summary>Writes them.</summary>
    public void Write(IReadOnlyList<ExplainedNumber> numbers)
    {
        foreach (var number in numbers)
        {
            Write(number, 0);
            terminal.Line();
        }
        if (_facts.Count == 0) return;
        terminal.Heading("Facts");
        for (var i = 0; i < _facts.Count; i++)
        {
            var fact = _facts[i];
            var where = fact.Line > 0 ? $"{fact.File}({fact.Line})" : fact.File;
            terminal.Paragraph(
                $"[{i + 1}] {fact.Path.Replace("$.", "", StringComparison.Ordinal)} = "
                    + $"{fact.Text}   "
                + $"{where}   {Figures.Tag(fact.Tag)}: {fact.Reference}", 4);
        }
    }

    private void Write(ExplainedNumber number, int depth)
    {
        var left = new string(' ', depth * 2);
        var facts = string.Concat(number.Facts.Select(fact => $" [{Number(fact)}]"));
        var head = $"{left}{number.Name} = {number.Value}";
        if (depth == 0) terminal.Heading(head);
        else terminal.Line(head);
        foreach (var text in new[] { number.Formula + facts, number.Values })
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            var width = Math.Min(terminal.Width, 100) - left.Length - 6;
            var mark = "  = ";
            foreach (var line in Terminal.Wrap(text.Trim(), width))
            {
                terminal.Line(left + mark + line);
                mark = "    ";
            }
        }
        foreach (var part in number.Parts) Write(part, depth + 1);
    }

    private int Number(FactSource fact)
    {
        var at = _facts.IndexOf(fact);
        if (at >= 0) return at + 1;
        _facts.Add(fact);
        return _facts.Count;
    }
}
