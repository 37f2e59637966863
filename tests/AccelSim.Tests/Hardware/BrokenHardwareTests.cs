using AccelSim.Configuration;
using AccelSim.Hardware;

namespace AccelSim.Tests.Hardware;

public sealed class BrokenHardwareTests
{
    private static readonly string Folder =
        Path.Combine(RepositoryRoot.Path, "tests", "AccelSim.Tests", "Hardware", "golden");

    private static readonly string TestChip =
        File.ReadAllText(Path.Combine(Folder, "test-chip.json"));

    private static readonly string Table = Path.Combine(Folder, "broken-hardware.txt");

    public static TheoryData<string> Cases
    {
        get
        {
            if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") Update();
            return [.. Blocks()];
        }
    }

    [Fact]
    public void TestChip_Unbroken_Loads() =>
        Assert.Equal(
            "test-chip", HardwareDocument.Parse(TestChip, "test-chip.json").Accelerator.Id);

    [Theory]
    [MemberData(nameof(Cases))]
    public void BrokenFile_IsRefusedWithThisMessage(string block)
    {
        var lines = block.Split('\n');
        var expected = lines.Where(line => line[0] == '>').Select(line => line[2..]);
        Assert.Equal(string.Join('\n', expected), Message(FileOf(lines)));
    }

    private static string[] Blocks() =>
    [
        .. File.ReadAllText(Table).ReplaceLineEndings("\n").Split("\n\n")
            .Select(block => block.Trim('\n'))
            .Where(block => block.Length > 0 && block[0] != '#'),
    ];

    private static string FileOf(string[] lines)
    {
        if (lines[0][0] == '=') return lines[0][2..].Replace("\\n", "\n", StringComparison.Ordinal);
        var (old, replacement) = (lines[0][2..], lines[1].Length > 2 ? lines[1][2..] : "");
        var at = TestChip.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, old);
        return TestChip[..at] + replacement + TestChip[(at + old.Length)..];
    }

    private static string Message(string text)
    {
        var problem = Assert.Throws<ConfigException>(() =>
        {
            var document = HardwareDocument.Parse(text, "chip.json");
            return document.IsCluster ? (object)document.Cluster : document.Accelerator;
        });
        return problem.Message;
    }

    private static void Update()
    {
        var head = File.ReadAllText(Table).Split("\n\n")[0];
        var blocks = Blocks().Select(block =>
        {
            var lines = block.Split('\n');
            var given = lines.Where(line => line[0] != '>');
            var said = Message(FileOf(lines)).Split('\n').Select(line => "> " + line);
            return string.Join('\n', given.Concat(said));
        });
        File.WriteAllText(Table, string.Join("\n\n", [head, .. blocks]) + "\n");
    }
}
