using AccelSim.Costs;
using System.IO.Compression;
using System.Text;
using AccelSim.Validation;

namespace AccelSim.Tests.Validation;

/// <summary>A folder of small tables made by a test, gone after it.</summary>
internal sealed class MeasuredTables : IDisposable
{
    public const string Gemm = "device,dtype,m,n,k,latency_us,backend,version";

    public string Folder { get; } = Directory.CreateTempSubdirectory("accelsim-tables").FullName;

    /// <summary>Writes a table and returns its path.</summary>
    public string Write(string table, params string[] lines)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
        return WriteRaw(table, bytes.ToArray());
    }

    public string WriteRaw(string table, byte[] bytes)
    {
        var path = Path.Combine(Folder, table + ".csv.gz");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public ValidationResult Judge() => Judge(CostRung.Named("roofline", "--rung"));

    public ValidationResult Judge(CostRung rung) => new Validator(Folder, rung).Run();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
