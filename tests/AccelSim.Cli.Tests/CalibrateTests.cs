namespace AccelSim.Cli.Tests;

public sealed class CalibrateTests
{
    [Theory]
    [InlineData("calibrate", "--tables: is missing; name the folder of the measured tables.")]
    [InlineData("calibrate --tables T", "--device: give this or --class.")]
    [InlineData("calibrate --tables T --device h100-sxm --class gpu",
        "--device: give this or --class.")]
    [InlineData("calibrate --tables T --device h100",
        "--device: \"h100\" is not known; did you mean \"h100_sxm\"? ")]
    [InlineData("calibrate --tables T --class gpu",
        "--devices: is missing; name the devices to fit together.")]
    [InlineData("calibrate --tables T --device h100-sxm --judge-on l40s",
        "--judge-on: goes with --class.")]
    [InlineData("calibrate --tables T --class gpu --devices l40s --transfer-from h100-sxm",
        "--transfer-from: goes with --device.")]
    [InlineData("calibrate --tables T --class gpu --devices l40s --judge-on l40s",
        "--judge-on: l40s would judge figures that it was fitted to; leave it out.")]
    [InlineData("calibrate --tables T --device h100-sxm --folds 1",
        "--folds: must be at least 2: one part is left out, others are fitted.")]
    [InlineData("calibrate --tables T --device h100-sxm --families linear",
        "--families: \"linear\" is not known; did you mean ")]
    [InlineData("calibrate --tables T --device h100-sxm",
        "T: not found; a folder of measured tables is expected.")]
    [InlineData("calibrate --tables T --engine vllm --device h100-sxm",
        "--device: does not go with --engine.")]
    [InlineData("calibrate --engine vllm",
        "--tables: is missing; name the folder of the measured tables.")]
    [InlineData("calibrate --tables T --engine vlm",
        "--engine: \"vlm\" is not shipped; did you mean \"vllm\"?")]
    [InlineData("calibrate --tables T --engine vllm --out own.json",
        "--out: makes files of devices; put an engine's figures --into its profile.")]
    public void Flags_ThatAreWrong_AreTold(string command, string message)
    {
        var run = Typed.Run(command);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
    }
}
