using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ToyModels.Tests;

/// <summary>Weights with n columns of rank r at most in m dimensions, some of them zero.</summary>
public sealed record RandomColumns(double[][] Columns, int Rank, int Seed)
{
    public int Dimensions => Columns[0].Length;

    public override string ToString() => FormattableString.Invariant($"n={Columns.Length}, m={Dimensions}, rank≤{Rank}, seed={Seed}");
}

public static class ColumnArbitraries
{
    public static Arbitrary<RandomColumns> Columns() => Arb.From(
        from n in Gen.Choose(1, 14)
        from m in Gen.Choose(1, 9)
        from rank in Gen.Choose(1, m)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Make(n, m, rank, seed));

    private static RandomColumns Make(int n, int m, int rank, int seed)
    {
        var random = new Random(seed);
        double Next() => (2 * random.NextDouble()) - 1;
        var basis = Enumerable.Range(0, rank).Select(_ => Enumerable.Range(0, m).Select(_ => Next()).ToArray()).ToArray();
        var columns = Enumerable.Range(0, n).Select(_ =>
        {
            var scale = random.NextDouble() < 0.2 ? 0 : Math.Exp(3 * Next());
            var coordinates = basis.Select(_ => scale * Next()).ToArray();
            return Enumerable.Range(0, m).Select(k => coordinates.Zip(basis, (c, b) => c * b[k]).Sum()).ToArray();
        });
        return new RandomColumns([.. columns], Math.Min(rank, n), seed);
    }
}

[Properties(Arbitrary = [typeof(ColumnArbitraries)], MaxTest = 300)]
public class ModelMetricsProperties
{
    [Property]
    public void Dimensionalities_lie_between_0_and_1_and_sum_to_the_rank_at_most(RandomColumns weights)
    {
        var metrics = Polytopes.Measure(weights.Columns);
        Assert.All(metrics.Features, f => Assert.InRange(f.Dimensionality, 0, 1));
        Assert.InRange(metrics.TotalDimensionality, 0, weights.Rank + 1e-5);
    }

    [Property]
    public void Dimensionality_of_a_model_is_that_of_its_columns(RandomColumns weights) =>
        Assert.Equal(Dimensionality.Measure(Polytopes.Weights(weights.Columns), weights.Dimensions), Polytopes.Measure(weights.Columns).Features.Select(f => f.Dimensionality));

    [Property]
    public void Coherence_is_between_the_Welch_bound_and_1(RandomColumns weights)
    {
        var metrics = Polytopes.Measure(weights.Columns);
        Assert.InRange(metrics.Coherence, metrics.WelchBound - 1e-6, 1);
        Assert.All(metrics.Pairs(), p => Assert.InRange(p.Cosine, -1, 1));
        Assert.Equal(metrics.Coherence, metrics.Pairs().Select(p => Math.Abs(p.Cosine)).DefaultIfEmpty().Max());
    }

    [Property]
    public void Rotation_of_the_hidden_space_changes_no_measure(RandomColumns weights)
    {
        var rotation = Polytopes.RandomRotation(weights.Dimensions, new Random(weights.Seed));
        double[][] turned = [.. weights.Columns.Select(c => rotation.Select(axis => Polytopes.Dot(axis, c)).ToArray())];
        var (before, after) = (Polytopes.Measure(weights.Columns), Polytopes.Measure(turned));
        AssertClose(before.TotalDimensionality, after.TotalDimensionality);
        AssertClose(before.SquaredFrobeniusNorm, after.SquaredFrobeniusNorm);
        AssertClose(before.Coherence, after.Coherence);
        foreach (var (b, a) in before.Features.Zip(after.Features))
        {
            AssertClose(b.Norm, a.Norm);
            AssertClose(b.Interference, a.Interference);
            AssertClose(b.Dimensionality, a.Dimensionality);
        }
    }

    [Property]
    public void Scaling_by_a_power_of_two_moves_norms_and_interference_alone(RandomColumns weights)
    {
        // A power of two rounds nothing, so that the equality is exact.
        var (before, after) = (Polytopes.Measure(weights.Columns, Any), Polytopes.Measure(Polytopes.Scaled(weights.Columns, _ => 4), Any));
        Assert.Equal(
            before.Features.Select(f => f with { Norm = 4 * f.Norm, Interference = 16 * f.Interference, ExpectedInterference = 16 * f.ExpectedInterference, Polysemanticity = 4 * f.Polysemanticity }),
            after.Features);
        Assert.Equal(before.Coherence, after.Coherence);
        Assert.Equal(before.DimensionsPerFeature, 16 * after.DimensionsPerFeature);
    }

    [Property]
    public void Order_of_features_does_not_matter(RandomColumns weights)
    {
        var order = Enumerable.Range(0, weights.Columns.Length).ToArray();
        new Random(weights.Seed).Shuffle(order);
        var before = Polytopes.Measure(weights.Columns, Any);
        var after = Polytopes.Measure([.. order.Select(i => weights.Columns[i])], Any);
        AssertClose(before.TotalDimensionality, after.TotalDimensionality);
        Assert.Equal(before.Coherence, after.Coherence);
        Assert.Equal(before.ComponentCount, after.ComponentCount);
        for (var position = 0; position < order.Length; position++)
        {
            var (b, a) = (before.Features[order[position]], after.Features[position]);
            Assert.Equal((b.Norm, b.Label), (a.Norm, a.Label));
            AssertClose(b.Interference, a.Interference);
            AssertClose(b.Dimensionality, a.Dimensionality);
        }

        // The same features belong together, whatever their component is called.
        var pairs = from i in order from j in order select (i, j);
        Assert.All(pairs, p => Assert.Equal(
            before.Features[order[p.i]].Component == before.Features[order[p.j]].Component, after.Features[p.i].Component == after.Features[p.j].Component));
    }

    [Property]
    public void Zero_column_changes_nothing_for_the_others(RandomColumns weights)
    {
        var before = Polytopes.Measure(weights.Columns, Any);
        var after = Polytopes.Measure([.. weights.Columns, new double[weights.Dimensions]], Any);
        Assert.Equal(before.Features.AsEnumerable(), after.Features.Take(weights.Columns.Length));
        var zero = after.Features[^1];
        Assert.Equal((0, 0, 0, -1, "not-learned"), (zero.Norm, zero.Interference, zero.Dimensionality, zero.Component, zero.Label));
        Assert.Equal((before.Coherence, before.WelchBound), (after.Coherence, after.WelchBound));
    }

    [Property]
    public void Gram_matrix_is_symmetric_and_holds_the_pairs(RandomColumns weights)
    {
        var metrics = Polytopes.Measure(weights.Columns);
        var (gram, n) = (metrics.Gram(), weights.Columns.Length);
        Assert.Equal(n * (n - 1) / 2, metrics.Pairs().Count());
        Assert.All(metrics.Pairs(), p => Assert.Equal((p.Dot, p.Dot), (gram[(p.I * n) + p.J], gram[(p.J * n) + p.I])));
        Assert.All(metrics.Features, f => AssertClose(f.Norm * f.Norm, gram[f.Feature * (n + 1)]));
    }

    [Property]
    public void Measures_follow_their_formulas_by_the_letter(RandomColumns weights)
    {
        var w = Polytopes.Weights(weights.Columns).Chunk(weights.Dimensions).Select(c => c.Select(x => (double)x).ToArray()).ToArray();
        var random = new Random(weights.Seed);
        var densities = w.Select(_ => random.NextSingle()).ToArray();
        var metrics = ModelMetrics.Measure(Polytopes.Model(weights.Columns), densities, densities);
        for (var i = 0; i < w.Length; i++)
        {
            var norm = Math.Sqrt(Polytopes.Dot(w[i], w[i]));
            var unit = w[i].Select(x => norm == 0 ? 0 : x / norm).ToArray();
            var squares = w.Select(other => Math.Pow(Polytopes.Dot(unit, other), 2)).ToArray();
            AssertClose(norm, metrics.Features[i].Norm);
            AssertClose(squares.Where((_, j) => j != i).Sum(), metrics.Features[i].Interference);
            AssertClose(Math.Sqrt(squares.Where((_, j) => j != i).Sum()), metrics.Features[i].Polysemanticity);
            AssertClose(squares.Where((_, j) => j != i).Zip(densities.Where((_, j) => j != i), (s, p) => s * p).Sum(), metrics.Features[i].ExpectedInterference);
            AssertClose(norm == 0 ? 0 : norm * norm / squares.Sum(), metrics.Features[i].Dimensionality);
        }
    }

    private static MetricsOptions Any => new() { RepresentedNorm = 0 };

    private static void AssertClose(double expected, double actual) => Assert.InRange(actual - expected, -1e-5 * (1 + Math.Abs(expected)), 1e-5 * (1 + Math.Abs(expected)));
}
