using System.Collections.Immutable;

namespace ToyModels;

/// <summary>
/// Sparse synthetic features (Elhage et al. 2022, "Problem setup"): feature i is present with probability p_i = 1 − S_i,
/// its density, independently of the others; a present feature is uniform on <see cref="Range"/>, an absent one is 0.
/// </summary>
public sealed class FeatureDistribution : IEquatable<FeatureDistribution>
{
    /// <summary>The same density for every feature.</summary>
    /// <param name="count">Number of features n, at least 1.</param>
    /// <param name="density">Probability p = 1 − S that a feature is present, in [0, 1].</param>
    /// <param name="range">Values of a present feature; default [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public FeatureDistribution(int count, float density, ValueRange range = ValueRange.Unit)
        : this(Repeat(Guard.Within(density, 0, 1), Guard.AtLeast(count, 1)), range)
    {
    }

    /// <summary>A density of its own for each feature.</summary>
    /// <param name="densities">n probabilities, each in [0, 1].</param>
    /// <param name="range">Values of a present feature; default [0, 1).</param>
    /// <exception cref="ArgumentException">No density is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A density is outside [0, 1].</exception>
    public FeatureDistribution(ImmutableArray<float> densities, ValueRange range = ValueRange.Unit)
    {
        if (densities.IsDefaultOrEmpty)
        {
            throw new ArgumentException("densities is empty; give one probability in [0, 1] for each feature.", nameof(densities));
        }

        for (var i = 0; i < densities.Length; i++)
        {
            Guard.Within(densities[i], 0, 1, $"densities[{i}]");
        }

        Densities = densities;
        Range = Guard.Defined(range);
    }

    /// <summary>Number of features n.</summary>
    public int Count => Densities.Length;

    /// <summary>Density p_i = 1 − S_i of each feature: n values in [0, 1].</summary>
    public ImmutableArray<float> Densities { get; }

    /// <summary>Values of a present feature.</summary>
    public ValueRange Range { get; }

    /// <inheritdoc/>
    public bool Equals(FeatureDistribution? other) =>
        other is not null && Range == other.Range && Densities.AsSpan().SequenceEqual(other.Densities.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FeatureDistribution);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Densities[0], Densities[^1], Range);

    private static ImmutableArray<float> Repeat(float density, int count) => [.. Enumerable.Repeat(density, count)];
}
