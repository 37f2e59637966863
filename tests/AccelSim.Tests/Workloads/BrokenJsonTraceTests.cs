using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

/// <summary>JSON is written with ' for ", to stay readable.</summary>
public class BrokenJsonTraceTests
{
    private const string Own = "{'format':'accelsim-requests','version':1}\n";
    private const string Turn0 =
        "{'session':'a','turn':0,'arrival_s':1,'input_tokens':9,'output_tokens':5}\n";

    private const string KnownFormats = BrokenTraceTests.KnownFormats;

    public static TheoryData<string, string> Cases { get; } = new()
    {
        {
            "{'a':1}\n",
            "t(1): the first line, \"{\"a\":1}\", is of no known format; " + KnownFormats
        },
        {
            "[]",
            "t: has no requests."
        },
        {
            "[{'prompt_tokens':5}]",
            "t(1): [0].output_tokens: is missing."
        },
        {
            "[{'prompt_tokens':5,'output_tokens':'many'}]",
            "t(1): [0].output_tokens: \"many\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            "[\n{'conversations':[]}]",
            "t(2): [0].conversations: holds text; count its tokens with the model's "
            + "tokenizer and write prompt_tokens and output_tokens instead."
        },
        {
            "[{'prompt_tokens':5,'output_tokens':5},",
            "t(1): is not well-formed JSON at byte 39 of the line; the file may be "
            + "truncated."
        },
        {
            "[5]",
            "t(1): [0]: is not an object {…}."
        },
        {
            "{'timestamp':0,'input_length':600,'output_length':5,'hash_ids':[1]}\n",
            "t(1): hash_ids: holds 1 of the 2 hashes of 600 tokens in blocks of 512."
        },
        {
            "{'timestamp':0,'input_length':600,'output_length':5}\n",
            "t(1): hash_ids: is missing."
        },
        {
            "{'timestamp':0,'input_length':600,'output_length':5,'hash_ids':'no'}\n",
            "t(1): hash_ids: \"no\" is not a list of whole numbers."
        },
        {
            "{'timestamp':0,'input_length':600,'output_length':5,'hash_ids':[1,2.5]}\n",
            "t(1): hash_ids: \"[1,2.5]\" is not a list of whole numbers."
        },
        {
            "{'timestamp':-1,'input_length':5,'output_length':5,'hash_ids':[1]}\n",
            "t(1): timestamp: \"-1\" is not a time in ms, 0 or more."
        },
        {
            "{'timestamp':9,'input_length':5,'output_length':5,"
            + "'hash_ids':[1]}\n{'timestamp':8,'input_length':5,"
            + "'output_length':5,'hash_ids':[1]}\n",
            "t(2): timestamp: \"8\" is earlier than \"9\", the arrival before; sort the "
            + "lines by time."
        },
        {
            "{'timestamp':9,'timestamp':9,'input_length':5,'output_length':5,'hash_ids':[1]}\n",
            "t(1): timestamp: stands twice in the same object; keep one."
        },
        {
            "{'timestamp':0,'input_length':5,'output_length':5,"
            + "'hash_ids':[1]}\n{'timestamp':0,'input_le",
            "t(2): the line is not well-formed JSON at its byte 25; the file may be "
            + "truncated."
        },
        {
            "{'timestamp':0,'input_length':5,'output_length':5,'hash_ids':[1]} 7\n",
            "t(1): the line is not well-formed JSON at its byte 67; the file may be "
            + "truncated."
        },
        {
            "{'timestamp':0,'input_length':5,'output_length':5,'hash_ids':[1]}\n[1,2]\n",
            "t(2): the line is not a JSON object {…}."
        },
        {
            "{'input_toks':5,'output_toks':0,'arrival_time_ns':0}\n",
            "t(1): output_toks: \"0\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            "{'input_toks':5,'output_toks':5,'arrival_time_ns':'now'}\n",
            "t(1): arrival_time_ns: \"now\" is not a time in ns, 0 or more."
        },
        {
            "{'input_toks':5,'output_toks':5,'arrival_time_ns':0,'sub_requests':[]}\n",
            "t(1): sub_requests: is empty; a session has a call."
        },
        {
            "{'arrival_time_ns':0,'sub_requests':[{'input_toks':5}]}\n",
            "t(1): sub_requests: [0].output_toks is missing."
        },
        {
            "{'arrival_time_ns':0,'sub_requests':[{'input_toks':5,'output_toks':1,"
            + "'tool_duration_ns':-1}]}\n",
            "t(1): sub_requests: [0].tool_duration_ns is no whole number from 0 to "
            + "9,000,000,000,000,000."
        },
        {
            "{'arrival_time_ns':0,'sub_requests':[7]}\n",
            "t(1): sub_requests: holds something that is no object {…}."
        },
        {
            "{'format':'accelsim','version':1}\n",
            "t(1): format: \"accelsim\" is not known; write \"accelsim-requests\"."
        },
        {
            "{'format':'accelsim-requests','version':2}\n",
            "t(1): version: \"2\" is not known; write 1."
        },
        {
            "{'format':'accelsim-requests','version':1,'block':16}\n" + Turn0,
            "t(1): block: is not a member here; known are format, version, block_tokens, "
            + "origin (nearest: \"block_tokens\")."
        },
        {
            Own,
            "t: has no requests."
        },
        {
            Own + Turn0 + Turn0,
            "t(3): turn: turn 0 of session \"a\" stands twice; the last one read, turn 0, "
            + "is on line 2."
        },
        {
            Own + Turn0 + "{'session':'a','turn':2,'think_s':1,'input_tokens':9,"
            + "'output_tokens':5}\n",
            "t(3): turn: turn 2 of session \"a\" comes before turn 1."
        },
        {
            Own + Turn0 + "{'session':'a','turn':1,'arrival_s':1,'input_tokens':9,"
            + "'output_tokens':5}\n",
            "t(3): arrival_s: belongs to a first turn; later ones have think_s."
        },
        {
            Own + Turn0 + "{'session':'a','turn':1,'input_tokens':9,'output_tokens':5}\n",
            "t(3): think_s: is missing."
        },
        {
            Own + Turn0 + "{'session':'a','turn':1,'think_s':-1,'input_tokens':9,"
            + "'output_tokens':5}\n",
            "t(3): think_s: \"-1\" is not a time in s, 0 or more."
        },
        {
            Own + "{'arrival_s':0,'think_s':1,'input_tokens':9,'output_tokens':5}\n",
            "t(2): think_s: belongs to later turns; a first one has arrival_s."
        },
        {
            Own + "{'turn':0,'arrival_s':0,'input_tokens':9,'output_tokens':5}\n",
            "t(2): turn: needs a session; name one, or leave the turn out."
        },
        {
            Own + "{'arrival_s':0,'input_tokens':9,'output_token':5}\n",
            "t(2): output_token: is not a member here; known are session, turn, "
            + "arrival_s, think_s, input_tokens, output_tokens, prefix, prefix_tokens, "
            + "images, slo_class, priority (nearest: \"output_tokens\")."
        },
        {
            Own + "{'arrival_s':0,'input_tokens':9,'output_tokens':5,'prefix':'s',"
            + "'prefix_tokens':10}\n",
            "t(2): prefix_tokens: 10 is more than input_tokens, 9, which include the "
            + "prefix."
        },
        {
            Own + "{'arrival_s':0,'input_tokens':9,'output_tokens':5,'prefix':'s'}\n",
            "t(2): prefix_tokens: is missing."
        },
        {
            Own + "{'arrival_s':0,'input_tokens':9,'output_tokens':5,'images':-2}\n",
            "t(2): images: \"-2\" is not a whole number from 0 to 10,000."
        },
        {
            Own + "{'arrival_s':0,'input_tokens':9,'output_tokens':5,'slo_class':''}\n",
            "t(2): slo_class: \"\" is not a text of 1 to 200 characters."
        },
        {
            Own + "{'arrival_s':0,'input_tokens':null,'output_tokens':5}\n",
            "t(2): input_tokens: \"null\" is not a whole number of tokens from 1 to "
            + "10,000,000."
        },
        {
            Own + "{'arrival_s':1e99,'input_tokens':1,'output_tokens':5}\n",
            "t(2): arrival_s: \"1e99\" is not a time in s, 0 or more."
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void BrokenTrace_IsRefusedWithItsMessage(string text, string message)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Replace('\'', '"'));
        var error = Assert.Throws<ConfigException>(() => WorkloadReader.Parse("t", bytes));

        Assert.Equal(message, error.Message);
    }
}
