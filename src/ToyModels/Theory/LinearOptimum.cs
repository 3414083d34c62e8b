using System.Collections.Immutable;

namespace ToyModels;

/// <summary>
/// The optimum of the linear model, which is that of principal components (Elhage et al. 2022, "Mathematical understanding"):
/// with independent features it keeps the m of highest importance·variance and drops the rest, at every sparsity.
/// </summary>
public sealed class LinearOptimum
{
    /// <param name="distribution">Where the features come from: n densities, and the values of a present feature.</param>
    /// <param name="importances">n importances, zero or positive.</param>
    /// <param name="hidden">Number of hidden dimensions m, at least 1.</param>
    /// <exception cref="ArgumentException">The importances are not n, or one is outside its range.</exception>
    public LinearOptimum(FeatureDistribution distribution, ReadOnlySpan<float> importances, int hidden)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        Guard.Length(importances.Length, distribution.Count, nameof(importances), "one for each feature");
        Guard.AtLeast(hidden, 1);
        var scores = new double[importances.Length];
        var bias = new double[importances.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            double density = distribution.Densities[i];
            bias[i] = distribution.Range == ValueRange.Unit ? density / 2 : 0;
            scores[i] = Guard.NotNegative(importances[i], $"importances[{i}]") * ((density / 3) - (bias[i] * bias[i]));
        }

        int[] ranked = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
        Kept = [.. ranked.Take(hidden).Order()];
        foreach (var i in Kept)
        {
            bias[i] = 0;
        }

        Bias = [.. bias];
        Loss = ranked.Skip(hidden).Sum(i => scores[i]);
        IsUnique = ranked.Length <= hidden || scores[ranked[hidden - 1]] > scores[ranked[hidden]];
    }

    /// <summary>The kept features, ascending; of equals those that come first.</summary>
    public ImmutableArray<int> Kept { get; }

    /// <summary>b_i: 0 for a kept feature, E[x_i] for a dropped one, which is p_i/2 for values on [0, 1).</summary>
    public ImmutableArray<double> Bias { get; }

    /// <summary>Expected loss, summed over features: Σ I_i Var[x_i] over the dropped ones.</summary>
    public double Loss { get; }

    /// <summary>Whether no other WᵀW is as good: false where the last kept and the first dropped feature have the same importance·variance.</summary>
    public bool IsUnique { get; }

    /// <summary>WᵀW of the optimum: the orthogonal projector P on the kept features, n·n values, row-major; 1 on their diagonal, 0 elsewhere.</summary>
    public float[] Projector()
    {
        var n = Bias.Length;
        var projector = new float[checked(n * n)];
        foreach (var i in Kept)
        {
            projector[(i * n) + i] = 1;
        }

        return projector;
    }
}
