using System.Text;
using AccelSim.Cli.Output;

namespace AccelSim.Cli.Tests;

public sealed class OutputTests
{
    [Fact]
    public void FullOutput_EndsWithTwoAndSaysSo()
    {
        using var full = new FullWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Run(["list", "models"], new Terminal(full, error));
        Assert.Equal(ExitCode.WrongInput, code);
        Assert.Equal("cannot write the output: No space left on device\n", error.ToString());
    }

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help list", "list --help")]
    public void Help_IsAVerbToo(string verb, string flag) =>
        Assert.Equal(Typed.Run(flag), Typed.Run(verb));

    /// <summary>Takes what comes and fails when it must reach the disk.</summary>
    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Flush() => throw new IOException("No space left on device");
    }
}
