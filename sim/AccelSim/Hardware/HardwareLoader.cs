using AccelSim.Configuration;

namespace AccelSim.Hardware;

/// <summary>Loads hardware files into one tree each: parents merged, accelerators put in.</summary>
internal static class HardwareLoader
{
    /// <summary>Opens a shipped id or a path that the user gave.</summary>
    public static HardwareDocument Open(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        if (Catalog.IsPath(nameOrPath))
        {
            var text = TextFile.Read(nameOrPath);
            KnownFile.Refuse(nameOrPath, text, KnownFile.Hardware, "describes no hardware");
            return Load(text, nameOrPath);
        }
        var name = Catalog.ShippedName(nameOrPath)
            ?? throw new ConfigException("", 0, "", Catalog.Unknown(nameOrPath));
        return Load(Catalog.ShippedText(name)!, name);
    }

    /// <summary>Loads a text as the file of that name.</summary>
    public static HardwareDocument Load(string text, string file)
    {
        var root = Extend(SourcedTree.Read(text, file), [file]);
        var isCluster = root.Find("pools") is not null;
        return new(isCluster ? FillPools(root) : root, isCluster);
    }

    /// <summary>Lays a file over the one that it extends, and that over its own parent.</summary>
    private static ConfigNode Extend(ConfigNode root, IReadOnlyList<string> chain)
    {
        if (root.Find("extends") is not { } extends) return root;
        var (text, file) = Resolve(extends, "h100-sxm", chain);
        if (chain.Contains(file, StringComparer.Ordinal))
        {
            throw extends.Error("extends itself: " + string.Join(" → ", [.. chain, file])
                + "; one of them must stand alone.");
        }
        var parent = Extend(SourcedTree.Read(text, file), [.. chain, file]);
        var own = root with { Members = Without(root.Members!, "extends") };
        RefuseOtherClass(parent, own);
        RefuseMistyped(parent, own, "memory");
        RefuseMistyped(parent, own, "links");
        return Merge(parent, own);
    }

    /// <summary>A fabric of another class has other members: there is nothing to inherit.</summary>
    private static void RefuseOtherClass(ConfigNode parent, ConfigNode child)
    {
        if (child.Find("class") is not { Text: { } own } at) return;
        if (parent.Find("class")?.Text is not { } inherited || inherited == own) return;
        if (!JsonNames.OfEnum(typeof(DeviceClass)).Contains(own)) return;
        throw at.Error($"is \"{own}\", but the device it extends is \"{inherited}\"; extend one of "
            + "the same class, or describe it in full.");
    }

    /// <summary>A level or link that is new has a role; without one its name is mistyped.</summary>
    private static void RefuseMistyped(ConfigNode parent, ConfigNode child, string map)
    {
        if (parent.Find(map)?.Members is not { Count: > 0 } inherited) return;
        foreach (var (name, value) in child.Find(map)?.Members ?? inherited)
        {
            if (inherited.ContainsKey(name) || value.Members is null
                || value.Find("role") is not null) continue;
            throw value.Error("lacks \"role\", which a new one needs; "
                + NearestName.Hint(name, [.. inherited.Keys]));
        }
    }

    /// <summary>
    /// Finds the file that a value names, relative to the file that it stands in.
    /// </summary>
    private static (string Text, string File) Resolve(
        ConfigNode node, string example, IReadOnlyList<string> chain)
    {
        if (node.Text is not { } name || string.IsNullOrWhiteSpace(name))
        {
            throw node.Error($"expected the name of a hardware file, such as \"{example}\", "
                + $"but found {node.Describe()}.");
        }
        if (!Catalog.IsPath(name))
        {
            var shipped = Catalog.ShippedName(name)
                ?? throw node.Error(Catalog.Unknown(name) + Chain(chain));
            return (Catalog.ShippedText(shipped)!, shipped);
        }
        var folder = Path.GetDirectoryName(node.Origin.File) ?? "";
        var file = Tidy(Path.Combine(folder, name));
        try
        {
            return (TextFile.Read(file), file);
        }
        catch (ConfigException e) when (e.Line == 0)
        {
            throw node.Error($"\"{file}\" {e.Problem}{Chain(chain)}");
        }
    }

    private static string Chain(IReadOnlyList<string> chain) =>
        chain.Count > 1 ? $" (reached by {string.Join(" → ", chain)})" : "";

    /// <summary>Takes <c>x/../</c> and <c>./</c> out, so that a cycle is seen as one.</summary>
    private static string Tidy(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Replace('\\', '/').Split('/'))
        {
            if (part == ".") continue;
            if (part == ".." && parts.Count > 0 && parts[^1] is not ("" or ".."))
                parts.RemoveAt(parts.Count - 1);
            else
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    private static ConfigNode Merge(ConfigNode parent, ConfigNode child)
    {
        if (parent.Members is null || child.Members is null) return child;
        var members = new Dictionary<string, ConfigNode>(parent.Members);
        foreach (var (name, value) in child.Members)
        {
            var inherited = members.GetValueOrDefault(name);
            if (!value.IsNull) members[name] = inherited is null ? value : Merge(inherited, value);
            else if (!members.Remove(name))
                throw value.Error("is null, but the parent has no such member to remove.");
        }
        // Removing and adding reuses slots; a fresh map keeps the order of the files.
        return child with { Members = InOrder(parent.Members, child.Members, members) };
    }

    private static Dictionary<string, ConfigNode> InOrder(
        IReadOnlyDictionary<string, ConfigNode> parent,
        IReadOnlyDictionary<string, ConfigNode> child,
        Dictionary<string, ConfigNode> members) =>
        parent.Keys.Concat(child.Keys).Distinct().Where(members.ContainsKey)
            .ToDictionary(name => name, name => members[name]);

    private static ConfigNode FillPools(ConfigNode cluster)
    {
        if (cluster.Find("pools")!.Members is not { } pools) return cluster;
        var filled = pools.ToDictionary(pool => pool.Key, pool => FillPool(pool.Value));
        var node = cluster.Find("pools")! with { Members = filled };
        return cluster with { Members = With(cluster.Members!, "pools", node) };
    }

    private static ConfigNode FillPool(ConfigNode pool)
    {
        if (pool.Find("accelerator") is not { } named) return pool;
        var (text, file) = Resolve(named, "h100-sxm", [named.Origin.File]);
        var accelerator = Extend(SourcedTree.Read(text, file), [file]);
        if (accelerator.Find("pools") is not null)
            throw named.Error($"\"{named.Text}\" is a cluster; name an accelerator.");
        return pool with { Members = With(pool.Members!, "accelerator", accelerator) };
    }

    /// <summary>A map with one member replaced.</summary>
    internal static Dictionary<string, ConfigNode> With(
        IReadOnlyDictionary<string, ConfigNode> members, string name, ConfigNode value) =>
        members.ToDictionary(
            member => member.Key, member => member.Key == name ? value : member.Value);

    private static Dictionary<string, ConfigNode> Without(
        IReadOnlyDictionary<string, ConfigNode> members, string name) =>
        members.Where(member => member.Key != name)
            .ToDictionary(member => member.Key, member => member.Value);
}
