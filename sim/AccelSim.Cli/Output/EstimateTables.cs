using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>Estimates as tables for people.</summary>
internal static class EstimateTables
{
    /// <summary>Writes them.</summary>
    /// <param name="terminal">Receives them.</param>
    /// <param name="planned">What was asked for.</param>
    /// <param name="deployment">What was built.</param>
    /// <param name="lengths">Prompt and output tokens.</param>
    /// <param name="points">A row each; may be empty.</param>
    public static void Write(
        Terminal terminal, PlannedDeployment planned, Deployment deployment,
        (int Isl, int Osl) lengths, IReadOnlyList<EstimatePoint> points)
    {
        var (isl, osl) = lengths;
        terminal.Paragraph(planned.Title(deployment, isl, osl), 4);
        terminal.Line();
        if (points.Count > 0)
        {
            Table(terminal, points);
            BandTables.Write(terminal, points);
            Limits(terminal, points);
        }
        Memory(terminal, deployment);
        if (points.Count > 0)
        {
            RunTables.WriteDomain(
                terminal, points[^1].Domain, deployment.Stages[0].Model.Name);
        }
        foreach (var warning in planned.Warnings(isl, osl)) terminal.Paragraph(warning, 4);
        foreach (var note in deployment.Graph.Formats.Notes) terminal.Paragraph("Note: " + note, 4);
        terminal.Line("\"accelsim explain\" with the same flags expands every number.");
    }

    private static void Table(Terminal terminal, IReadOnlyList<EstimatePoint> points)
    {
        var table = new TextTable(
            "", ">batch", ">TTFT ms", ">TPOT ms", ">tokens/s", ">per user", ">J/token",
            ">USD/Mtoken", ">KV blocks");
        foreach (var point in points)
        {
            table.Row(
                Figures.Whole(point.Batch), Figures.Milliseconds(point.Ttft),
                Figures.Milliseconds(point.Tpot),
                Figures.Number(point.OutputTokensPerSecond),
                point.TokensPerSecondPerUser is { } user ? Figures.Number(user) : "–",
                Figures.Number(point.JoulesPerOutputToken),
                Figures.Number(point.UsdPerMillionOutputTokens),
                $"{Figures.Whole(point.KvBlocks)} of {Figures.Whole(point.KvBlocksTotal)}");
        }
        table.Write(
            terminal,
            "TTFT: until every request of the batch has its first token. TPOT: mean time of one "
            + "further token of each request. tokens/s: output tokens of the replica over TTFT + "
            + "(osl − 1) × TPOT; per user: 1 / TPOT. J and USD per output token: accelerators and "
            + "hosts, idling included. KV blocks: taken of those that fit on a rank.");
    }

    private static void Limits(Terminal terminal, IReadOnlyList<EstimatePoint> points)
    {
        var table = new TextTable("What limits it", ">batch", "~prefill", "~decode");
        foreach (var point in points)
        {
            table.Row(
                Figures.Whole(point.Batch), RunTables.Shares(point.Prefill.Shares, 4),
                point.Tpot is null ? "–" : RunTables.Shares(point.Decode.Shares, 4));
        }
        table.Write(
            terminal, "Share of step time that each resource is to blame for: the one an operator "
            + "waits for.");
    }

    private static void Memory(Terminal terminal, Deployment deployment)
    {
        var memory = deployment.Memory;
        terminal.Paragraph(
            $"Memory of one {deployment.Device.Spec.Id}: {memory.Usable} usable of "
            + $"{memory.Capacity.Value}; weights {memory.Weights}, activations "
            + $"{memory.Activations}, "
            + $"runtime {memory.Runtime.Value}"
            + (memory.State.Value > 0 ? $", recurrent state {memory.State}" : "")
            + (memory.BlockBytes.Value > 0
                ? $", KV cache {memory.Blocks * memory.BlockBytes}."
                : "."), 4);
    }
}
