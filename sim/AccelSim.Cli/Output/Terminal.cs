namespace AccelSim.Cli.Output;

/// <summary>Where texts go, and what can be shown there.</summary>
/// <param name="output">Results.</param>
/// <param name="error">Problems.</param>
/// <param name="isInteractive">Whether a person watches: colours and progress make sense.</param>
/// <param name="width">Columns.</param>
internal sealed class Terminal(
    TextWriter output, TextWriter error, bool isInteractive = false, int width = 100)
{
    /// <summary>Results.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Problems.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Whether a person watches.</summary>
    public bool IsInteractive { get; } = isInteractive;

    /// <summary>Columns to fill.</summary>
    public int Width { get; } = width;

    /// <summary>The console of the process; plain where redirected or NO_COLOR is set.</summary>
    public static Terminal Console()
    {
        var redirected = System.Console.IsOutputRedirected || System.Console.IsErrorRedirected;
        var output = new StreamWriter(
            System.Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false), 16 * 1024)
        {
            // A person sees lines as they come; a file takes them in blocks.
            AutoFlush = !redirected,
            NewLine = "\n",
        };
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Flush(output);
        System.Console.Error.NewLine = "\n";
        return new Terminal(
            output, System.Console.Error, !redirected, redirected ? 100 : WindowWidth());
    }

    /// <summary>Whether a line can be drawn again, as a progress bar is.</summary>
    public bool CanRedraw =>
        IsInteractive && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether colours may be used.</summary>
    public bool HasColours => CanRedraw
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Writes a line.</summary>
    public void Line(string text = "") => Out.WriteLine(text);

    /// <summary>Writes a heading.</summary>
    public void Heading(string text) =>
        Out.WriteLine(HasColours ? $"\u001b[1m{text}\u001b[0m" : text);

    /// <summary>Writes prose, broken at the width.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="indent">Columns left free on lines after the first.</param>
    public void Paragraph(string text, int indent = 0)
    {
        foreach (var line in Wrap(text, Math.Min(Width, 100), indent)) Out.WriteLine(line);
    }

    /// <summary>Whether a write failed because the reader of a pipe left.</summary>
    public bool IsBrokenPipe(IOException e) =>
        !IsInteractive && e.Message.Contains("Broken pipe", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether nothing can be written: a full disk, a closed output.</summary>
    public static bool IsUnwritable(Exception e) =>
        e is IOException or UnauthorizedAccessException { InnerException: IOException };

    /// <summary>Breaks prose into lines; a word longer than a line is broken too.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="width">The most columns of a line.</param>
    /// <param name="indent">Columns left free on lines after the first.</param>
    internal static IEnumerable<string> Wrap(string text, int width, int indent = 0)
    {
        var line = "";
        var left = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > left.Length && line.Length + 1 + word.Length > width)
            {
                yield return line;
                left = new string(' ', indent);
                line = left + word;
            }
            else
            {
                line += line.Length > left.Length ? " " + word : word;
            }
            for (; line.Length > width && width > indent; line = left + line[width..])
            {
                yield return line[..width];
                left = new string(' ', indent);
            }
        }
        yield return line;
    }

    private static int WindowWidth()
    {
        try
        {
            return Math.Clamp(System.Console.WindowWidth, 80, 160);
        }
        catch (IOException)
        {
            return 100;
        }
    }

    private static void Flush(StreamWriter output)
    {
        try
        {
            output.Flush();
        }
        catch (Exception e) when (IsUnwritable(e))
        {
            // The command has told already, or nobody is there to tell.
        }
    }
}
