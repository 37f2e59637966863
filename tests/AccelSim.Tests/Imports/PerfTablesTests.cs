using System.IO.Compression;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Imports;
using AccelSim.Validation;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Tests.Imports;

/// <summary>AIConfigurator's tables, as its collectors write them.</summary>
public sealed class PerfTablesTests : IDisposable
{
    private const string Start = "framework,version,device,op_name,kernel_source,";
    private const string From = "VLLM,0.24.0,NVIDIA H100 80GB HBM3,";
    private const string Gemm = Start + "gemm_dtype,m,n,k,latency\n";

    private const string Attention = Start
        + "batch_size,isl,num_heads,num_key_value_heads,head_dim,beam_width,"
        + "attn_dtype,kv_cache_dtype,step,latency\n";

    private const string Mla = Start
        + "mla_dtype,kv_cache_dtype,num_heads,batch_size,isl,tp_size,step,latency\n";

    private const string Moe = Start + "moe_dtype,num_tokens,hidden_size,inter_size,topk,"
        + "num_experts,moe_tp_size,moe_ep_size,distribution,latency\n";

    private const string Nccl = Start + "nccl_dtype,num_gpus,message_size,latency\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("accelsim-perf").FullName;

    public static TheoryData<string, string, string, string> Rows => new()
    {
        { Gemm + From + "gemm,x,bfloat16,1,32,64,0.0125\n", "gemm",
            "device,dtype,m,n,k,latency_us,backend", "h100_sxm,bfloat16,1,32,64,12.5,vllm" },
        { Gemm + From + "gemm,x,fp8_block,1,32,64,1e-3\n", "gemm",
            "device,dtype,m,n,k,latency_us,backend", "h100_sxm,fp8_block,1,32,64,1,vllm" },
        { Attention + From + "context_attention,fa,2,512,32,8,128,1,float16,fp8,0,0.1\n",
            "attention_prefill",
            "device,dtype,kv_dtype,batch,seq,heads,kv_heads,head_dim,window,latency_us,backend",
            "h100_sxm,bfloat16,fp8,2,512,32,8,128,0,100,vllm" },
        // The new token reads itself and those before it.
        { Attention + From + "generation_attention,fa,4,1,32,8,128,1,bfloat16,bfloat16,1023,0.01\n",
            "attention_decode",
            "device,dtype,kv_dtype,batch,kv_len,heads,kv_heads,head_dim,window,latency_us,backend",
            "h100_sxm,bfloat16,bfloat16,4,1024,32,8,128,0,10,vllm" },
        { Mla + From + "mla_generation,x,float16,fp8,128,3,1,1,999,0.02\n", "mla",
            "device,phase,dtype,kv_dtype,batch,q_len,kv_len,heads,latency_us,backend",
            "h100_sxm,decode,bfloat16,fp8,3,1,1000,128,20,vllm" },
        { Moe + From + "moe,x,fp8,64,2048,768,8,128,2,4,power_law_1.2,0.4\n", "moe",
            "device,dtype,distribution,backend,tokens,hidden,inter,topk,experts,tp,ep,latency_us",
            "h100_sxm,fp8,power_law_1.2,vllm,64,2048,768,8,128,2,4,400" },
        // Messages count elements of two bytes.
        { Nccl + From + "all_gather,NCCL,half,8,1024,0.02\n", "allreduce",
            "device,op,impl,ranks,bytes,latency_us,backend",
            "h100_sxm,all_gather,nccl,8,2048,20,vllm" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Rows_BecomeThoseOfTheTable(string text, string table, string header, string row)
    {
        using (var tables = Import(text)) Assert.Equal(1, Assert.Single(tables.Files).Rows);
        Assert.Equal($"{header}\n{row}\n", Unpacked(table));
        // And the table is read as such.
        var judged = new Validator(
            Path.Combine(_folder, "out"), CostRung.Named("roofline", "--rung")).Run();
        Assert.Equal(1, judged.Overall!.Count);
    }

    [Theory]
    [InlineData(Gemm + From + "gemm,x,nvfp4,1,32,64,1\n", "weights in \"nvfp4\"")]
    [InlineData(Attention + From + "context_attention,x,1,9,8,8,128,1,fp8,fp8,0,1\n",
        "attention in \"fp8\" on a cache in \"fp8\"")]
    [InlineData(Attention + From + "context_attention,x,1,9,8,8,128,1,bfloat16,fp8,7,1\n",
        "attention of prompts after a cached prefix")]
    [InlineData(Mla + From + "mla_context,x,bfloat16,fp8,16,1,9,8,0,1\n",
        "latent attention of tp_size above 1, whose heads are ambiguous")]
    [InlineData(Moe + From + "moe,x,fp8,64,2048,768,8,128,2,4,zipf,1\n",
        "experts with \"zipf\" loads")]
    [InlineData(Nccl + From + "all_reduce,gossip,half,8,1024,1\n", "\"all_reduce\" by \"gossip\"")]
    public void RowsThatNoTableHolds_AreCounted(string text, string reason)
    {
        using var tables = Import(text);
        Assert.Empty(tables.Files);
        Assert.Equal((reason, 1), (tables.LeftOut.Single().Key, tables.LeftOut.Single().Value));
    }

    [Theory]
    [InlineData("a,b\n",
        "perf.txt(1): has no header of a known table; known are gemm (gemm_dtype, ")]
    [InlineData(Gemm, "perf.txt(1): the table has a header, but no rows.")]
    [InlineData(Gemm + From + "gemm,x,bfloat16,1,32,64\n",
        "perf.txt(2): the line has 9 fields, but the header has 10.")]
    [InlineData(Gemm + From + "gemm,x,bfloat16,0,32,64,1\n",
        "perf.txt(2): m: \"0\" is not a whole number from 1 to 10,000,000.")]
    [InlineData(Gemm + From + "gemm,x,bfloat16,1,32,64,-1\n",
        "perf.txt(2): latency: \"-1\" is not a number above 0, such as 12.5.")]
    [InlineData(Attention + From + "attention,x,1,9,8,8,128,1,bfloat16,fp8,0,1\n",
        "perf.txt(2): op_name: \"attention\" says neither context nor generation.")]
    [InlineData(Nccl + From + "all_reduce,NCCL,fp64,8,1024,1\n",
        "perf.txt(2): nccl_dtype: \"fp64\" is not known; known: half, float16, bfloat16, int8.")]
    public void WhatIsWrong_IsTold(string text, string message)
    {
        var error = Assert.Throws<ConfigException>(() => Import(text).Dispose());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_AreReadFileByFile()
    {
        Write("gemm_perf.txt", Gemm + From + "gemm,x,bfloat16,1,32,64,1\n");
        Write("more.csv", Gemm + From + "gemm,x,bfloat16,2,32,64,1\n");
        Write("notes.md", "words");
        Directory.CreateDirectory(Path.Combine(_folder, "out"));
        using var tables = new ImportedTables(Path.Combine(_folder, "out"), "h100-sxm");
        Assert.Equal(["notes.md"], PerfTables.Read(_folder, tables));
        Assert.Equal(2, tables.Files.Single().Rows);
    }

    [Fact]
    public void HardwareThatIsNotShipped_IsRefused() => Assert.StartsWith(
        "--hardware: \"h101-sxm\" is no shipped accelerator, which tables are named after; ",
        Assert.Throws<ConfigException>(() => new ImportedTables(_folder, "h101-sxm")).Message,
        StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Rows))]
    public void DamagedTables_AreReadOrTold(string text, string table, string header, string row)
    {
        Assert.NotEmpty(table + header + row);
        var sound = Encoding.UTF8.GetBytes(text);
        foreach (var bytes in Damage.Each(sound, 3)) Check(bytes);
        Prop.ForAll(Damage.Of(sound).ToArbitrary(), Check)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private void Check(byte[] bytes) => Damage.Refusal(() =>
    {
        File.WriteAllBytes(Path.Combine(_folder, "perf.txt"), bytes);
        Import().Dispose();
    });

    private ImportedTables Import(string text)
    {
        Write("perf.txt", text);
        return Import();
    }

    private ImportedTables Import()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName;
        var tables = new ImportedTables(folder, "h100-sxm");
        try
        {
            PerfTables.Read(Path.Combine(_folder, "perf.txt"), tables);
            return tables;
        }
        catch
        {
            tables.Dispose();
            throw;
        }
    }

    private void Write(string name, string text) =>
        File.WriteAllText(Path.Combine(_folder, name), text);

    private string Unpacked(string table)
    {
        using var file = File.OpenRead(Path.Combine(_folder, "out", table + ".csv.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
