using AccelSim.Models; using Newtonsoft.Json.Linq;
namespace AccelSim.Tests.Models;
public sealed class TmpTests { [Fact] public void Dump() { 
 var p = JObject.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tests/AccelSim.Tests/Models/published-parameters.json")));
 var w = new System.Text.StringBuilder();
 foreach (var id in ModelCatalog.Ids) { var m = ModelCatalog.Load(id); var c = OperatorGraph.ParameterCount(m); var q=(long)p[id]!["parameters"]!; if (c!=q) w.AppendLine($"{id} counted {c:N0} published {q:N0} diff {c-q:N0}"); }
 foreach (var id in new[]{"llama-3.1-8b","deepseek-v3","gpt-oss-20b","granite-4.0-h-tiny","t5-large","llava-1.5-7b"}) { var g = OperatorGraph.Build(ModelCatalog.Load(id), new ParallelismPlan(2,1,id.Contains("deepseek")?4:1,id.Contains("deepseek")?2:1), FormatPlan.Unquantised(AccelSim.Units.NumberFormat.Bf16)); w.AppendLine($"== {id} W {g.WeightBytes(0)} KV {g.KvBytesPerToken(0).Value} state {g.StateBytesPerSequence(0).Value} act {g.ActivationBytes(0,8192,256)}");
 foreach (var t in g.Stages[0]) w.AppendLine($"{t.Count,3} {t.Name,-34} {t.Basis,-13} {t.Formula}"); }
 File.WriteAllText("/tmp/dump.txt", w.ToString()); } }
