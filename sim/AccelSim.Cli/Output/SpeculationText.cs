using AccelSim.Inference.Serving;
using AccelSim.Inference.Speculation;

namespace AccelSim.Cli.Output;

/// <summary>How well answers were guessed.</summary>
internal static class SpeculationText
{
    /// <summary>Writes it for one answer.</summary>
    public static void Write(Terminal terminal, string name, SpeculatedAnswer answer)
    {
        terminal.Line();
        // The prompt's step gives the first token.
        var tokens = answer.Tokens.Count - 1;
        terminal.Paragraph(
            $"Speculation ({name}): {Figures.Plural(tokens, "token")} in "
            + $"{Figures.Plural(answer.Steps.Count, "step")} after the prompt's, "
            + (answer.Steps.Count == 0
                ? "–" : Figures.Number((double)tokens / answer.Steps.Count, 3))
            + " tokens per step; mean accepted "
            + (answer.MeanAccepted is { } mean ? Figures.Number(mean, 3) : "–")
            + $" of at most {answer.Most}.");
        Positions(terminal, answer);
    }

    /// <summary>Writes it for a batch; nothing where nobody proposed.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<ServedAnswer> answers)
    {
        var steps = answers.SelectMany(answer => answer.Speculation).ToList();
        if (steps.Count == 0) return;
        var all = new SpeculatedAnswer([], steps, steps.Max(step => step.Proposed));
        double[] means =
        [
            .. answers
                .Select(answer => new SpeculatedAnswer([], answer.Speculation, all.Most))
                .Select(answer => answer.MeanAccepted)
                .OfType<double>(),
        ];
        if (means.Length == 0) return;
        terminal.Paragraph(
            $"Speculation: {Figures.Number(steps.Average(step => step.Accepted + 1.0), 3)} tokens "
            + $"of a request per step; mean accepted {Figures.Number(all.MeanAccepted ?? 0, 3)} of "
            + $"at most {all.Most}, from {Figures.Number(means.Min(), 3)} to "
            + $"{Figures.Number(means.Max(), 3)} by request.");
        Positions(terminal, all);
    }

    private static void Positions(Terminal terminal, SpeculatedAnswer answer)
    {
        var places = answer.ByPosition.Select((place, i) => place.Proposed == 0
            ? $"{i + 1}: –"
            : $"{i + 1}: {Figures.Share((double)place.Accepted / place.Proposed)} "
              + $"of {place.Proposed}");
        terminal.Paragraph($"Accepted by position {string.Join(", ", places)}.");
    }
}
