using System.Collections.Immutable;

namespace ToyModels.Pipelines;

/// <summary>All pipelines, in the order of the list.</summary>
internal sealed class Catalog(params IEnumerable<IPipeline> pipelines)
{
    /// <summary>The pipelines of this program.</summary>
    public static Catalog Default { get; } = new(new Universities(), new Superposition());

    /// <summary>The pipelines, in order.</summary>
    public ImmutableArray<IPipeline> Pipelines { get; } = [.. pipelines];

    /// <summary>The pipeline of that name.</summary>
    /// <exception cref="UsageException">There is none; the nearest ones are offered.</exception>
    public IPipeline Find(string name) =>
        Pipelines.FirstOrDefault(p => p.Name == name)
        ?? throw new UsageException($"{(name.Length == 0 ? "Name the pipeline to run." : $"There is no pipeline '{name}'.")}{Nearest.Offer(name, [.. Pipelines.Select(p => p.Name)])} 'toymodels list' explains them.");
}
