using AccelSim.Inference.Speculation;

namespace AccelSim.Cli.Output;

/// <summary>How well an answer was guessed.</summary>
internal static class SpeculationText
{
    /// <summary>Writes it.</summary>
    public static void Write(Terminal terminal, string name, SpeculatedAnswer answer)
    {
        terminal.Line();
        var perStep = (answer.Tokens.Count - 1.0) / Math.Max(1, answer.Steps.Count);
        terminal.Paragraph(
            $"Speculation ({name}): {Figures.Plural(answer.Tokens.Count, "token")} in "
            + $"{Figures.Plural(answer.Steps.Count, "step")} after the prompt's, "
            + $"{Figures.Number(perStep, 3)} tokens per step; mean accepted "
            + (answer.MeanAccepted is { } mean ? Figures.Number(mean, 3) : "–")
            + $" of at most {answer.Most}.");
        var places = answer.ByPosition.Select((place, i) => place.Proposed == 0
            ? $"{i + 1}: –"
            : $"{i + 1}: {Figures.Share((double)place.Accepted / place.Proposed)} "
              + $"of {place.Proposed}");
        terminal.Paragraph($"Accepted by position {string.Join(", ", places)}.");
    }
}
