using AccelSim.Benchmarks;

// dotnet run -c Release --project tests/AccelSim.Benchmarks -- [filter]
var filter = args.Length > 0 ? args[0] : "";
var benchmarks = typeof(IBenchmark).Assembly.GetTypes()
    .Where(type => type is { IsClass: true, IsAbstract: false }
        && type.IsAssignableTo(typeof(IBenchmark)))
    .Select(type => (IBenchmark)Activator.CreateInstance(type)!)
    .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal)
    .ToList();
var chosen = benchmarks
    .Where(benchmark => benchmark.Name.Contains(filter, StringComparison.Ordinal))
    .ToList();
if (args.Length > 1 || chosen.Count == 0)
{
    Console.Error.WriteLine(
        "Give one filter or none; there are: "
        + string.Join(", ", benchmarks.Select(benchmark => benchmark.Name)));
    return 2;
}
var report = new ConsoleReport();
foreach (var benchmark in chosen)
{
    Console.WriteLine(benchmark.Name);
    benchmark.Run(report);
}
return 0;
