using AccelSim.Configuration;
using AccelSim.Traces;
using AccelSim.Units;
using AccelSim.Workloads;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json;

namespace AccelSim.Tests.Traces;

public sealed class TraceFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("accelsim-trace").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("run.jsonl")]
    [InlineData("run.jsonl.gz")]
    public void WhatWasWritten_IsReadBack(string name)
    {
        var deployment = MadeTrace.On("h100-sxm");
        var steps = MadeTrace.Steps(deployment, 3).ToList();
        MadeTrace.Write(In(name), 3);
        using var reader = new TraceReader(In(name));
        var read = reader.Steps().ToList();
        Assert.Null(reader.Cut);
        Assert.Equal(MadeTrace.Header(deployment).Operators, reader.Header.Operators);
        Assert.Equal("llama-3.2-1b", reader.Model().Id);
        Assert.Equal(
            steps.Select(step => (step.Start, step.End)),
            read.Select(step => (step.Start, step.End)));
        Assert.Equal(
            steps.SelectMany(step => step.Operators), read.SelectMany(step => step.Operators));
        Assert.Equal(steps.SelectMany(step => step.Decode), read.SelectMany(step => step.Decode));
        Assert.Equal(steps[0].Arrivals, read[0].Arrivals);
    }

    /// <summary>A step that judged four proposals, of which three stand.</summary>
    [Fact]
    public void AcceptedProposals_AreReadBack()
    {
        var deployment = MadeTrace.On("h100-sxm");
        var header = MadeTrace.Header(deployment);
        header = header with
        {
            Formats = header.Formats with { Products = "int8" },
            Engine = header.Engine with
            {
                Speculation = new TraceSpeculation { Method = "draft", Tokens = 4 },
            },
            Draft = new TraceDraft
            {
                Model = "small", Formats = header.Formats, Config = MadeTrace.Config(),
            },
            Operators = [.. header.Operators, "draft.lm_head"],
        };
        var judged = new TraceStep
        {
            Index = 0, Start = 1, End = 9, Decode = [new(7, 100, 5, true) { More = 3 }],
            Operators = [new(0, -1, 2, 3, 0)],
        };
        var proposed = new TraceStep
        {
            Index = 1, Start = 9, End = 12, Decode = [new(7, 104, 1, false)],
            Operators = [new(header.Operators.Count - 1, -1, 10, 11, 0)],
        };
        using (var writer = new TraceWriter(In("run.jsonl"), header, MadeTrace.Config()))
        {
            writer.Write(judged);
            writer.Write(proposed);
        }
        using var reader = new TraceReader(In("run.jsonl"));
        var steps = reader.Steps().ToList();
        Assert.Equal(judged.Decode, steps[0].Decode);
        Assert.Equal((4, 0), (steps[0].Decode[0].Gained, steps[1].Decode[0].Gained));
        Assert.Equal([false, true], steps.Select(reader.Header.IsOfDraft));
        Assert.Equal(header.Engine, reader.Header.Engine);
        Assert.Equal(
            NumberFormat.Int8, reader.Header.Formats.Plan("run.jsonl").LinearCompute);
        Assert.Equal("small", reader.Draft()!.Id);
        var requests = new TraceRequests();
        requests.Add(new TraceArrival(7, 0, 100));
        requests.Add(steps[0], 1);
        Assert.Equal(4, requests.TokensPerSecond);
    }

    /// <summary>Matrix units multiply in other formats than activations have.</summary>
    [Fact]
    public void FormatsOfProducts_AreReadBack()
    {
        var plan = MadeTrace.On("h100-sxm").Graph.Formats with
        {
            Activation = NumberFormat.Fp32, LinearCompute = NumberFormat.Int8,
            ExpertCompute = NumberFormat.Int8, AttentionCompute = NumberFormat.Bf16,
            Kv = NumberFormat.Int2, KvBits = 4,
        };
        var formats = TraceFormats.Of(plan);
        Assert.Equal(("int8", "bf16"), (formats.Products, formats.Attention));
        Assert.Equal(plan, formats.Plan("run.jsonl") with { Notes = plan.Notes });
        Assert.Null(TraceFormats.Of(plan with { Activation = NumberFormat.Bf16 }).Attention);
    }

    [Fact]
    public void AFileThatIsCutOff_GivesItsWholeStepsAndSaysSo()
    {
        MadeTrace.Write(In("run.jsonl"), 3);
        var text = File.ReadAllText(In("run.jsonl"));
        File.WriteAllText(In("cut.jsonl"), text[..(text.TrimEnd('\n').LastIndexOf('\n') + 100)]);
        using var reader = new TraceReader(In("cut.jsonl"));
        Assert.Equal(2, reader.Steps().Count());
        Assert.EndsWith("cut.jsonl(4): ends within a line", reader.Cut, StringComparison.Ordinal);
    }

    [Fact]
    public void PackingThatIsCutOff_GivesWholeStepsOnly()
    {
        MadeTrace.Write(In("run.jsonl.gz"), 20);
        var bytes = File.ReadAllBytes(In("run.jsonl.gz"));
        File.WriteAllBytes(In("cut.jsonl.gz"), bytes[..(bytes.Length / 2)]);
        using var reader = new TraceReader(In("cut.jsonl.gz"));
        var steps = reader.Steps().ToList();
        Assert.InRange(steps.Count, 1, 19);
        Assert.NotNull(reader.Cut);
        Assert.Equal(
            MadeTrace.Steps(MadeTrace.On("h100-sxm"), steps.Count).Last().Operators,
            steps[^1].Operators);
    }

    /// <summary>All lines are there, but not the end that says so.</summary>
    [Fact]
    public void PackingWithoutItsEnd_SaysSo()
    {
        const int trailer = 8;
        MadeTrace.Write(In("run.jsonl.gz"), 2);
        File.WriteAllBytes(
            In("cut.jsonl.gz"), File.ReadAllBytes(In("run.jsonl.gz"))[..^trailer]);
        using var reader = new TraceReader(In("cut.jsonl.gz"));
        Assert.Equal(2, reader.Steps().Count());
        Assert.NotNull(reader.Cut);
    }

    [Theory]
    [InlineData("{\"schema\": \"accelsim-operators/1\", ",
        "run.jsonl(1): is cut off within its header.")]
    [InlineData("{\"schema\": \"accelsim-operators/9\"}\n",
        "run.jsonl(1): $.schema: is \"accelsim-operators/9\"; this version reads "
        + "\"accelsim-operators/1\".")]
    [InlineData("{\"schema\": \"accelsim-operators/1\"}\n",
        "run.jsonl(1): $.config: is missing; a trace carries the model's config.json.")]
    public void AHeaderThatIsWrong_IsTold(string text, string message)
    {
        File.WriteAllText(In("run.jsonl"), text);
        var error = Assert.Throws<ConfigException>(() => new TraceReader(In("run.jsonl")));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>No step could refer to any.</summary>
    [Fact]
    public void AHeaderWithoutOperators_IsTold()
    {
        MadeTrace.Write(In("run.jsonl"), 1);
        var header = JObject.Parse(File.ReadLines(In("run.jsonl")).First());
        header["operators"] = new JArray();
        File.WriteAllText(In("run.jsonl"), header.ToString(Formatting.None) + "\n");
        var error = Assert.Throws<ConfigException>(() => new TraceReader(In("run.jsonl")));
        Assert.EndsWith(
            "run.jsonl(1): $.operators: is empty; it names the operators that steps refer to.",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"step\":1,\"start\":1,\"end\":2,\"decode\":[[0,0,1,1]]}",
        "$.step: is 1; step 0 comes here.")]
    [InlineData("{\"step\":0,\"start\":3,\"end\":2,\"decode\":[[0,0,1,1]]}",
        "$.end: is 2 ns, before the start at 3 ns.")]
    [InlineData("{\"step\":0,\"start\":1,\"end\":2}",
        "$: has neither prefill nor decode; a step has a batch.")]
    [InlineData("{\"step\":0,\"start\":1,\"end\":2,\"decode\":[[0,0,1]]}",
        "$.decode[0]: does not have 4 numbers.")]
    [InlineData("{\"step\":0,\"start\":1,\"end\":2,\"decode\":[[0,0,5,6]]}",
        "$.decode[0][3]: is 6; expected 0 to 5.")]
    [InlineData("{\"step\":0,\"start\":1,\"end\":2,\"decode\":[[0,0,1,1]],\"ops\":[[999,0,1,2]]}",
        "$.ops[0][0]: is 999; expected 0 to")]
    [InlineData("{\"step\":0,\"start\":1,\"end\":2,\"decode\":[[0,0,1,1]],\"ops\":[[0,0,9,2]]}",
        "$.ops[0]: ends at 2 ns, before its start at 9 ns.")]
    [InlineData("{\"step\":0,\"start\":1,\"stop\":2}", "$.stop: is not known; known: step,")]
    [InlineData("{\"step\":0,\"step\":0}", "$.step: stands twice; once is right.")]
    [InlineData("{\"step\":0.5}", "$.step: is no whole number of at least 0.")]
    [InlineData("nonsense", "is no JSON: ")]
    public void AStepThatIsWrong_IsToldWithItsLine(string line, string message)
    {
        MadeTrace.Write(In("run.jsonl"), 1);
        var header = File.ReadLines(In("run.jsonl")).First();
        File.WriteAllText(In("run.jsonl"), header + "\n" + line + "\n");
        using var reader = new TraceReader(In("run.jsonl"));
        var error = Assert.Throws<ConfigException>(() => reader.Steps().ToList());
        Assert.Contains("run.jsonl(2): " + message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Bytes that fell over are told, cut off, or harmless; never another error.</summary>
    [Theory]
    [InlineData("run.jsonl", 200)]
    [InlineData("run.jsonl.gz", 200)]
    public void DamagedFiles_AreToldOrCutOff(string name, int count)
    {
        MadeTrace.Write(In(name), 4);
        var whole = File.ReadAllBytes(In(name));
        var random = new SimRandom(5, name);
        for (var i = 0; i < count; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var n = random.NextInt(1, 4); n > 0; n--)
                bytes[random.NextInt(0, bytes.Length - 1)] = (byte)random.NextInt(0, 255);
            if (i % 3 == 0) bytes = bytes[..random.NextInt(0, bytes.Length - 1)];
            File.WriteAllBytes(In("bad-" + name), bytes);
            try
            {
                using var reader = new TraceReader(In("bad-" + name));
                _ = reader.Model();
                _ = reader.Steps().Count();
            }
            catch (ConfigException)
            {
                // Told.
            }
        }
    }

    private string In(string name) => Path.Combine(_folder, name);
}
