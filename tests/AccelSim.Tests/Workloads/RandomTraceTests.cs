using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Tests.Workloads;

public class RandomTraceTests
{
    private static readonly string[] Sound =
    [
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n"
            + "2023-11-16 18:15:50.99,396,109\n",
        "{\"timestamp\":0,\"input_length\":600,\"output_length\":5,\"hash_ids\":[1,2]}\n"
            + "{\"timestamp\":9,\"input_length\":6,\"output_length\":5,\"hash_ids\":[1]}\n",
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
            + "5,ChatGPT,472,18,490,Conversation log\n",
        "[{\"prompt_tokens\":5,\"output_tokens\":5}]",
        "{\"format\":\"accelsim-requests\",\"version\":1}\n{\"session\":\"a\",\"turn\":0,"
            + "\"arrival_s\":1,\"input_tokens\":9,\"output_tokens\":5}\n{\"session\":\"a\","
            + "\"turn\":1,\"think_s\":1,\"input_tokens\":9,\"output_tokens\":5}\n",
    ];

    [Fact]
    public void RandomBytes_AreNeverAccepted() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => Assert.Throws<ConfigException>(() => WorkloadReader.Parse("t", bytes)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void MutatedTraces_AreReadOrRefusedButNeverCrash() => Prop.ForAll(
        Mutations().ToArbitrary(),
        bytes =>
        {
            try
            {
                var workload = WorkloadReader.Parse("t", bytes);
                Assert.All(workload.Requests, request =>
                {
                    Assert.InRange(request.PromptTokens, 1, WorkloadLimits.MaxTokens);
                    Assert.InRange(request.OutputTokens, 1, WorkloadLimits.MaxTokens);
                    Assert.True(request.Arrival.Picoseconds >= 0);
                });
            }
            catch (ConfigException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    /// <summary>A sound trace with some bytes overwritten, removed or doubled.</summary>
    private static Gen<byte[]> Mutations()
    {
        var edit = from place in Gen.Choose(0, 1000)
                   from what in Gen.Choose(0, 2)
                   from value in Gen.Elements("0123456789-+eE.,:{}[]\"\\ \n\rnul\u00ff".ToArray())
                   select (place, what, value);
        return from text in Gen.Elements(Sound)
               from edits in edit.ListOf()
               select edits.Take(6).Aggregate(Encoding.UTF8.GetBytes(text), Apply);
    }

    private static byte[] Apply(byte[] bytes, (int Place, int What, char Value) edit)
    {
        if (bytes.Length == 0)
            return bytes;
        var at = edit.Place % bytes.Length;
        return edit.What switch
        {
            0 => [.. bytes[..at], (byte)edit.Value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[(at + 1)..]],
            _ => [.. bytes[..at], (byte)edit.Value, .. bytes[at..]],
        };
    }
}
