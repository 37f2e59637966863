using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Hardware;

/// <summary>An accelerator or cluster file with inheritance resolved. Immutable.</summary>
/// <remarks>
/// Keeps the tree of facts beside the record, so that one fact can be changed and the record made
/// anew, and so that two files can be compared field by field.
/// </remarks>
public sealed class HardwareDocument
{
    private readonly List<(string Path, ConfigNode Node)> _nodes = [];
    private readonly Lazy<IReadOnlyList<FactLeaf>> _leaves;
    private readonly Lazy<(object Record, FactBinder Facts)> _bound;

    internal HardwareDocument(ConfigNode root, bool isCluster)
    {
        Root = root;
        IsCluster = isCluster;
        Walk("$", root);
        _bound = new(Bind);
        _leaves = new(() => [.. _nodes.Select(pair => Leaf(pair.Path, pair.Node))]);
    }

    /// <summary>The file as the user named it, or the embedded name.</summary>
    public string File => Root.Origin.File;

    /// <summary>The file's name without its ending.</summary>
    public string Id => Path.GetFileNameWithoutExtension(File);

    /// <summary>Whether it describes a cluster rather than one accelerator.</summary>
    public bool IsCluster { get; }

    /// <summary>The accelerator.</summary>
    /// <exception cref="ConfigException">It is a cluster, or the file is wrong.</exception>
    public Accelerator Accelerator => IsCluster
        ? throw new ConfigException(
            File, 0, "", "is a cluster; one accelerator is expected here.")
        : (Accelerator)_bound.Value.Record;

    /// <summary>The cluster.</summary>
    /// <exception cref="ConfigException">It is an accelerator, or the file is wrong.</exception>
    public Cluster Cluster => IsCluster
        ? (Cluster)_bound.Value.Record
        : throw new ConfigException(
            File, 0, "", "is one accelerator; a cluster is expected here.");

    /// <summary>Every value in the order of the file; inherited ones first.</summary>
    /// <exception cref="ConfigException">The file is wrong.</exception>
    public IReadOnlyList<FactLeaf> Leaves => _leaves.Value;

    internal ConfigNode Root { get; }

    /// <summary>
    /// The accelerators of a cluster, each as a document of its own, without repeats.
    /// </summary>
    /// <exception cref="ConfigException">It is an accelerator, or the file is wrong.</exception>
    public IReadOnlyList<HardwareDocument> PoolAccelerators =>
    [
        .. Cluster.Pools.Keys
            .Select(pool => Root.Find("pools", pool, "accelerator")!)
            .DistinctBy(node => node.Origin.File)
            .Select(node => new HardwareDocument(node, isCluster: false)),
    ];

    /// <summary>Opens a text as if it were a file of that name.</summary>
    public static HardwareDocument Parse(string text, string file) =>
        HardwareLoader.Load(text, file);

    /// <summary>The same document with one fact multiplied.</summary>
    /// <param name="path">A leaf's path; the leading <c>$.</c> may be left out.</param>
    /// <param name="factor">More than zero.</param>
    /// <remarks>
    /// Whole-number facts are rounded, so compare the new leaf's value to the old one's for the
    /// factor that was really applied.
    /// </remarks>
    /// <exception cref="ConfigException">There is no such fact.</exception>
    public HardwareDocument WithScaled(string path, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        var (full, node) = Locate(path);
        if (!_bound.Value.Facts.Facts.TryGetValue(node, out var fact))
            throw node.Error("is not a quantity, so it cannot be scaled.");
        var (text, key) = FactBinder.Split(fact.Reader.TextOf(node)!);
        var scaled = fact.Reader.Scale(text, factor) + (key is null ? "" : " @" + key);
        return Replace(full, node with { Scalar = new JValue(scaled) });
    }

    /// <summary>The same document with one value replaced: a what-if, tagged assumed.</summary>
    /// <param name="path">A leaf's path; the leading <c>$.</c> may be left out.</param>
    /// <param name="text">As a file would state it.</param>
    /// <exception cref="ConfigException">There is no such value.</exception>
    public HardwareDocument WithText(string path, string text)
    {
        var (full, node) = Locate(path);
        var origin = new ConfigOrigin(
            node.Origin.File, new Dictionary<string, string> { [""] = "assumed: what-if" });
        return Replace(full, node with
        {
            Origin = origin, Source = "", Scalar = new JValue(text),
        });
    }

    /// <summary>
    /// The same document with what estimators fill in as facts of its own: they can be scaled.
    /// </summary>
    /// <remarks>
    /// Fixed costs, idle power, energies and latencies of each accelerator, tagged assumed; their
    /// file and line are the estimators'. It costs and draws what the document does.
    /// </remarks>
    /// <exception cref="ConfigException">The file is wrong, or a gap cannot be filled.</exception>
    public HardwareDocument Completed(Estimators estimators)
    {
        if (!IsCluster)
        {
            var device = Device.From(Accelerator, estimators);
            return new(EstimatedFacts.Into(Root, "$", device), IsCluster);
        }
        var document = this;
        foreach (var (name, pool) in Cluster.Pools)
        {
            var path = $"$.pools.{name}.accelerator";
            var tree = EstimatedFacts.Into(
                Root.Find("pools", name, "accelerator")!, path,
                Device.From(pool.Accelerator, estimators));
            document = document.Replace(path, tree);
        }
        return document;
    }

    private (string Path, ConfigNode Node) Locate(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var full = path.StartsWith('$') ? path : "$." + path;
        foreach (var pair in _nodes)
        {
            if (pair.Path == full) return pair;
        }
        var near = NearestName.Of(full, _nodes.Select(pair => pair.Path));
        throw new ConfigException(
            File, 0, full, $"no such field; near it: {string.Join(", ", near)}.");
    }

    private HardwareDocument Replace(string path, ConfigNode leaf) =>
        new(Replace(Root, "$", path, leaf), IsCluster);

    private static ConfigNode Replace(ConfigNode node, string at, string path, ConfigNode leaf)
    {
        if (at == path) return leaf;
        if (node.Members is null || !path.StartsWith(at + ".", StringComparison.Ordinal))
            return node;
        return node with
        {
            Members = node.Members.ToDictionary(
                member => member.Key,
                member => Replace(member.Value, at + "." + member.Key, path, leaf)),
        };
    }

    private (object Record, FactBinder Facts) Bind()
    {
        var facts = new FactBinder();
        IReadOnlyList<IValueBinder> binders =
            [facts, new FabricBinder(), new AcceleratorBinder(), new ClusterBinder()];
        object record = IsCluster
            ? RecordBinder.Bind<Cluster>(Root, binders)
            : RecordBinder.Bind<Accelerator>(Root, binders);
        return (record, facts);
    }

    private void Walk(string path, ConfigNode node)
    {
        foreach (var (name, value) in node.Members ?? new Dictionary<string, ConfigNode>())
            Walk(path + "." + name, value);
        for (var i = 0; i < (node.Items?.Count ?? 0); i++) Walk($"{path}[{i}]", node.Items![i]);
        if (node.Scalar is not null) _nodes.Add((path, node));
    }

    private FactLeaf Leaf(string path, ConfigNode node)
    {
        var fact = _bound.Value.Facts.Facts.GetValueOrDefault(node);
        return new(
            path, fact?.Source.Text ?? node.Scalar!.ToString(), node.Origin.File, node.Line,
            fact?.Source, fact?.Value, fact?.Reader);
    }
}
