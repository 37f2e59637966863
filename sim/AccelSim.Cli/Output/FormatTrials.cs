using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Formats;
using AccelSim.Inference.Kernels;

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
    public void Run(string file, IReadOnlyList<TrialFormat> formats)
    {
        var text = Read(file);
        var table = new TextTable(
            "", "format", "runs as", ">weights MB", ">KV bytes/token", ">ms/token", ">perplexity");
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
            table.Row(
                format.Name, format.RunsAs,
                Figures.Number(format.WeightBytes(opened.Model) / 1e6, 3),
                Figures.Number(heldOut.KvBytesPerToken),
                Figures.Number(time * 1e3, 3), Figures.Number(Math.Exp(heldOut.Loss), 4));
        }
        terminal.Paragraph(
            $"{id} on {Figures.Plural(pool.Workers, "thread")} of this machine; {file}, "
            + $"{Figures.Plural(count, "token")} in windows of {window}.");
        terminal.Line();
        table.Write(
            terminal,
            "Perplexity and ms/token: measured, just now; one request decoding after "
            + $"{Context} tokens, the fastest step of a second. Bytes of weights: as the format "
            + "would keep them, scales and masks included. Where it runs as another format, "
            + "accuracy is its own, time the other's. Bytes of the cache: taken by one of "
            + $"{window} tokens, scales and tokens that stay exact included.");
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(file, 0, "--perplexity", "cannot be read: " + e.Message);
        }
    }
}
