namespace AccelSim.Cli.Tests;

/// <summary>What a machine is measured for: a hardware file and a trace to fit it to.</summary>
public sealed class MeasureTests
{
    private const string Small = """
        {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
        "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": 300,
        "rms_norm_eps": 1e-5, "max_position_embeddings": 256, "torch_dtype": "float32"}
        """;

    [Fact]
    public void Measured_CanBeFittedAndSimulated()
    {
        using var folder = new TemporaryFolder();
        var (trace, hardware) = (folder["measure.jsonl.gz"], folder["my-cpu.json"]);
        Done(
            "measure", "--model", folder.Write("small.json", Small), "--weights", "random",
            "--threads", "2", "--rounds", "1", "--out", trace, "--hardware-out", hardware);
        Assert.EndsWith(
            " warnings.\n", Done("lint", hardware).Out, StringComparison.Ordinal);
        Done("calibrate", "--trace", trace, "--extends", hardware);
        var fitted = folder["fitted.json"];
        var fit = Done("calibrate", "--trace", trace, "--extends", hardware, "--out", fitted);
        foreach (var family in new[] { "linearBf16", "decodeAttention", "normalisation" })
            Assert.Contains($"\n{family} ", fit.Out, StringComparison.Ordinal);
        Done(
            "estimate", "--hardware", fitted, "--model", "llama-160m", "--isl", "32", "--osl", "4");
    }

    /// <summary>Where products are those of int8, the hardware file has their rate.</summary>
    [Fact]
    public void MeasuredInW8A8_CanBeFittedAndCompared()
    {
        using var folder = new TemporaryFolder();
        var (trace, hardware) = (folder["measure.jsonl.gz"], folder["my-cpu.json"]);
        var fitted = folder["fitted.json"];
        Done(
            "measure", "--model", folder.Write("small.json", Small), "--weights", "random",
            "--dtype", "w8a8", "--threads", "2", "--rounds", "1", "--out", trace,
            "--hardware-out", hardware);
        var fit = Done("calibrate", "--trace", trace, "--extends", hardware, "--out", fitted);
        Assert.Contains("\nlinearInt8 ", fit.Out, StringComparison.Ordinal);
        Assert.Contains(
            "Overall: median absolute error", Done("compare", trace, "--hardware", fitted).Out,
            StringComparison.Ordinal);
    }

    /// <summary>What a GPU reaches is no data sheet.</summary>
    [Fact]
    public void HardwareFilesOfGpus_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var run = Typed.Run(
            "measure", "--backend", "gpu", "--out", folder["x.jsonl"], "--hardware-out",
            folder["x.json"]);
        Assert.Equal(
            ("--backend: a hardware file is written on the processor alone: the file of a GPU is "
            + "its data sheet's, which \"accelsim calibrate --trace FILE --extends\" fits to the "
            + "trace; leave the flag out.\n", 2),
            (run.Error, run.Code));
    }

    [Fact]
    public void ModelsOfShortContext_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Write(
            "small.json", Small.Replace("\": 256", "\": 32", StringComparison.Ordinal));
        var run = Typed.Run(
            "measure", "--model", model, "--weights", "random", "--out", folder["x.jsonl"]);
        Assert.Equal(
            ("--model: small is made for 32 tokens; a sweep needs 64 at least.\n", 2),
            (run.Error, run.Code));
    }

    private static Typed Done(params string[] command)
    {
        var run = Typed.Run(command);
        Assert.Equal(("", 0), (run.Error, run.Code));
        return run;
    }
}
