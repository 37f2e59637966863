using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Formats;
using AccelSim.Inference.Kernels;
using AccelSim.Reports;

namespace AccelSim.Cli.Output;

/// <summary>Runs a model in one format after the other.</summary>
/// <param name="terminal">Where the table goes.</param>
/// <param name="open">Opens the model.</param>
/// <param name="pool">Threads.</param>
internal sealed class FormatTrials(
    Terminal terminal, Func<EngineFormats, OpenedModel> open, CpuPool pool)
{
    private const int Window = 256;
    private const int Context = 64;

    /// <summary>Runs them and writes a table.</summary>
    /// <exception cref="ConfigException">The text cannot be read or is too short.</exception>
    public TriedFormats Run(string file, IReadOnlyList<TrialFormat> formats)
    {
        var text = TextFile.Read(file);
        List<TriedFormat> tried = [];
        var (id, count, window) = ("", 0, 0);
        foreach (var format in formats)
        {
            using var opened = open(format.Engine);
            var shape = opened.Model.Shape;
            var tokens = opened.Tokenizer?.Encode(text, addSpecial: false) ?? [];
            if (tokens.Length < 2)
            {
                throw new ConfigException("", 0, "--perplexity", opened.Tokenizer is null
                    ? "the model has no tokenizer, so it knows no text."
                    : $"{file} has fewer than two tokens; name a longer text.");
            }
            (id, count, window) = (
                shape.Id, tokens.Length, (int)Math.Min(Window, shape.MaxContext ?? Window));
            var heldOut = HeldOutLoss.Of(opened.Model, pool, tokens, window);
            var time = DecodeTime.Fastest(opened.Model, pool, Context);
            tried.Add(new TriedFormat(
                format.Name, format.RunsAs, opened.Model.WeightBytes,
                heldOut.KvBytesPerToken, time, Math.Exp(heldOut.Loss)));
        }
        var all = new TriedFormats(
            id, file, count, window, Context,
            $"{Figures.Plural(pool.Workers, "thread")} of this machine", tried);
        Write(all);
        return all;
    }

    private void Write(TriedFormats all)
    {
        terminal.Paragraph(
            $"{all.Model} on {all.Device}; {all.Text}, {Figures.Plural(all.Tokens, "token")} in "
            + $"windows of {all.Window}.");
        terminal.Line();
        var table = new TextTable(
            "", "format", "runs as", ">weights MB", ">KV bytes/token", ">ms/token", ">perplexity");
        foreach (var one in all.Trials)
        {
            table.Row(
                one.Format, one.RunsAs, Figures.Number(one.WeightBytes / 1e6, 3),
                Figures.Number(one.KvBytesPerToken), Figures.Number(one.SecondsPerToken * 1e3, 3),
                Figures.Number(one.Perplexity, 4));
        }
        table.Write(terminal, all.Note);
    }
}
