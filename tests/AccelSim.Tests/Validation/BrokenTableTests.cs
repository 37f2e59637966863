using AccelSim.Costs;
using AccelSim.Configuration;
using AccelSim.Validation;

namespace AccelSim.Tests.Validation;

/// <summary>What users read when a table is malformed.</summary>
public sealed class BrokenTableTests
{
    private const string Decode =
        "device,dtype,kv_dtype,batch,kv_len,heads,kv_heads,head_dim,window,latency_us";

    private const string Mla = "device,phase,dtype,kv_dtype,heads,batch,q_len,kv_len,latency_us";
    private const string Moe =
        "device,dtype,distribution,backend,tokens,hidden,inter,topk,"
        + "experts,tp,ep,latency_us";
    private const string Collective = "device,op,impl,ranks,bytes,latency_us";

    public static TheoryData<string, string[], string> Broken => new()
    {
        { "gemm", ["device,dtype,m,n,latency_us", "x"],
            "(1): k: the column is missing; the header has device, dtype, m, n, latency_us." },
        { "gemm", ["device,dtype,m,n,k,k,latency_us"],
            "(1): k: the column stands twice in the header; keep one." },
        { "gemm", [MeasuredTables.Gemm], "(1): the table has a header, but no rows." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,1,2"],
            "(2): the line has 4 fields, but the header has 8." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,1,2,3,4,x,1", ""],
            "(3): the line is empty; remove it." },
        { "gemm", [MeasuredTables.Gemm, "rtx_9090,bfloat16,1,2,3,4,x,1"],
            "(2): device: the device \"rtx_9090\" is not known; known: a100_sxm, b60, h100_sxm, "
            + "h200_sxm, l40s, and shipped accelerators with underscores, such as b200_sxm." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,fp12,1,2,3,4,x,1"],
            "(2): dtype: the format \"fp12\" is not known; known: bfloat16, fp8, fp8_block, "
            + "int4_wo, int8_wo, sq, w4a16_mxfp4." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,1.5,2,3,4,x,1"],
            "(2): m: \"1.5\" is not a whole number from 1 to 10,000,000." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,1,0,3,4,x,1"],
            "(2): n: \"0\" is not a whole number from 1 to 10,000,000." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,1,2,3,-4,x,1"],
            "(2): latency_us: \"-4\" is not a time in microseconds, more than 0, such as 12.5." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,1,2,3,NaN,x,1"],
            "(2): latency_us: \"NaN\" is not a time in microseconds, more than 0, such as 12.5." },
        { "gemm", [MeasuredTables.Gemm, "h100_sxm,bfloat16,9999999,9999999,9999999,4,x,1"],
            "(2): m: the shape m=9999999 n=9999999 k=9999999 takes 2.0e21 operations, more than "
            + "1e18." },
        { "attention_decode", [Decode, "h100_sxm,fp8,fp8,1,2,3,1,128,0,5"],
            "(2): dtype: attention in fp8 is not judged; expected bfloat16." },
        { "attention_decode", [Decode, "h100_sxm,bfloat16,int2,1,2,3,1,128,0,5"],
            "(2): kv_dtype: the format \"int2\" is not known; known: bfloat16, fp8." },
        { "attention_decode", [Decode, "h100_sxm,bfloat16,fp8,1,2,3,1,128,-1,5"],
            "(2): window: \"-1\" is not a whole number from 0 to 10,000,000." },
        { "mla", [Mla, "h100_sxm,both,bfloat16,fp8,16,1,1,8,5"],
            "(2): phase: \"both\" is not known; use prefill or decode." },
        { "mla", [Mla, "h100_sxm,prefill,bfloat16,fp8,16,1,9,8,5"],
            "(2): kv_len: 8 is less than q_len, 9; it counts them." },
        { "mla", [Mla, "h100_sxm,prefill,bfloat16,fp8,1,3000,1000000,1000000,5"],
            "(2): batch: the shape batch=3000 q_len=1000000 kv_len=1000000 heads=1 takes 6.9e18 "
            + "operations, more than 1e18." },
        { "moe", [Moe, "h100_sxm,fp8,balanced,vllm,1,64,64,9,8,1,1,5"],
            "(2): topk: 9 is more than the 8 experts." },
        { "moe", [Moe, "h100_sxm,fp8,balanced,vllm,1,64,64,2,8,1,3,5"],
            "(2): ep: 8 experts do not divide among 3 ranks." },
        { "moe", [Moe, "h100_sxm,fp8,balanced,vllm,1,64,64,2,8,3,1,5"],
            "(2): tp: an expert of 64 does not divide among 3 ranks." },
        { "moe", [Moe, "h100_sxm,fp8,zipf,vllm,1,64,64,2,8,1,1,5"],
            "(2): distribution: \"zipf\" is not known; use balanced or power_law_ with an exponent "
            + "above 1, such as power_law_1.2." },
        { "allreduce", [Collective, "h100_sxm,gossip,nccl,2,8,5"],
            "(2): op: the collective \"gossip\" is not known; known: all_gather, all_reduce, "
            + "alltoall, reduce_scatter." },
        { "allreduce", [Collective, "h100_sxm,all_reduce,nccl,1,8,5"],
            "(2): ranks: \"1\" is not a whole number from 2 to 1,000." },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Table_ThatIsMalformed_IsToldWithItsLine(
        string table, string[] lines, string message)
    {
        using var tables = new MeasuredTables();
        var file = tables.Write(table, lines);
        Assert.Equal(file + message, Message(tables));
    }

    [Fact]
    public void Table_ThatIsNotPacked_IsTold()
    {
        using var tables = new MeasuredTables();
        var file = tables.WriteRaw("gemm", "device,dtype"u8.ToArray());
        Assert.Equal(
            file + ": is not compressed with gzip; pack it, or mend its name.", Message(tables));
    }

    [Fact]
    public void Table_ThatIsEmpty_IsTold()
    {
        using var tables = new MeasuredTables();
        var file = tables.WriteRaw("gemm", []);
        Assert.Equal(file + ": is empty; a header and rows are expected.", Message(tables));
    }

    [Fact]
    public void Table_WhoseDataIsBroken_IsToldWithTheLine()
    {
        using var tables = new MeasuredTables();
        var file = tables.WriteRaw("gemm", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF]);
        Assert.Equal(
            file + "(1): the compressed data is broken or cut off from here on.", Message(tables));
    }

    [Fact]
    public void Folder_ThatDoesNotExist_IsTold() => Assert.Equal(
        "no/such/folder: not found; nor is its folder \"no/such\"; a folder of measured tables is "
            + "expected.",
        Assert.Throws<ConfigException>(
            () => new Validator("no/such/folder", CostRung.Named("roofline", "")).Run())
            .Message);

    [Fact]
    public void Folder_WithoutTables_IsTold()
    {
        using var tables = new MeasuredTables();
        Assert.Equal(
            tables.Folder + ": has none of gemm.csv.gz, attention_prefill.csv.gz, "
            + "attention_decode.csv.gz, mla.csv.gz, moe.csv.gz, allreduce.csv.gz, "
            + "e2e_silicon_sample.csv.gz, vllm-rtx4090-llama-3.1-8b, "
            + "splitwise_time_power.csv.",
            Message(tables));
    }

    private static string Message(MeasuredTables tables) =>
        Assert.Throws<ConfigException>(tables.Judge).Message;
}
