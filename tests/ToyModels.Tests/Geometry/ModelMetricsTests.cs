namespace ToyModels.Tests;

public class ModelMetricsTests
{
    [Fact]
    public void Three_universities_have_every_measure_of_the_triangle()
    {
        var metrics = ModelMetrics.Measure(ThreeUniversities.Model, [1, 1, 1], [0.5f, 0.25f, 1]);
        Assert.All(metrics.Features, f =>
        {
            Assert.Equal(1, f.Norm, 1e-6);
            Assert.Equal(0.5, f.Interference, 1e-6);
            Assert.Equal(Math.Sqrt(0.5), f.Polysemanticity, 1e-6);
            Assert.Equal(ThreeUniversities.FeatureDimensionality, f.Dimensionality, 1e-6);
            Assert.Equal("triangle", f.Label);
        });
        Assert.Equal([0.3125, 0.375, 0.1875], metrics.Features.Select(f => Math.Round(f.ExpectedInterference, 6)));
        Assert.Equal(3, metrics.FeaturesRepresented);
        Assert.Equal(3, metrics.SquaredFrobeniusNorm, 1e-6);
        Assert.Equal(2 / 3.0, metrics.DimensionsPerFeature, 1e-6);
        Assert.Equal(2, metrics.TotalDimensionality, 1e-6);
        Assert.Equal(0.5, metrics.Coherence, 1e-6);
        Assert.Equal(0.5, metrics.WelchBound, 1e-6);
        double[] gram = [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1];
        Assert.All(gram.Zip(metrics.Gram()), g => Assert.Equal(g.First, g.Second, 1e-6));
    }

    [Fact]
    public void Pairs_come_in_order_with_dot_and_cosine()
    {
        var model = new ToyModel(ToyModelKind.Linear, 2, [2, 0, 0, 0, -3, 4], [0, 0, 0]);
        Assert.Equal(
            [new PairMetrics(0, 1, 0, 0), new PairMetrics(0, 2, -6, -0.6f), new PairMetrics(1, 2, 0, 0)],
            Polytopes.Measure(model).Pairs());
    }

    [Fact]
    public void Importance_density_and_bias_are_carried_along()
    {
        var model = new ToyModel(ToyModelKind.Linear, 1, [1, 1], [0.25f, -0.5f]);
        var metrics = ModelMetrics.Measure(model, [1, 0.9f], [0.1f, 0.2f]);
        Assert.Equal([(0, 1f, 0.1f, 0.25f), (1, 0.9f, 0.2f, -0.5f)], metrics.Features.Select(f => (f.Feature, f.Importance, f.Density, f.Bias)));
    }

    [Fact]
    public void Zero_weights_measure_zero_and_never_NaN()
    {
        var metrics = Polytopes.Measure(new ToyModel(ToyModelKind.ReluOutput, 2, new float[6], new float[3]));
        Assert.All(metrics.Features, f => Assert.Equal(
            new FeatureMetrics(f.Feature, 1, 1, 0, 0, 0, 0, 0, 0, -1, "not-learned"), f));
        Assert.Equal(float.PositiveInfinity, metrics.DimensionsPerFeature);
        Assert.Equal((0, 0, 0, 0, 0, 0),
            (metrics.FeaturesRepresented, metrics.ComponentCount, metrics.SquaredFrobeniusNorm, metrics.TotalDimensionality, metrics.Coherence, metrics.WelchBound));
    }

    [Fact]
    public void Zero_column_is_not_represented_even_where_any_norm_will_do()
    {
        var metrics = Polytopes.Measure([[1e-9, 0], [0, 0]], new MetricsOptions { RepresentedNorm = 0 });
        Assert.Equal(["dedicated", "not-learned"], metrics.Features.Select(f => f.Label));
    }

    [Fact]
    public void Single_feature_has_nothing_to_interfere_with()
    {
        var metrics = Polytopes.Measure([[0.6, 0.8]]);
        var only = Assert.Single(metrics.Features);
        Assert.Equal((0, 1, 0, "dedicated"), (only.Interference, only.Dimensionality, only.Component, only.Label));
        Assert.Equal((0, 0), (metrics.Coherence, metrics.WelchBound));
        Assert.Empty(metrics.Pairs());
    }

    [Fact]
    public void Room_for_every_feature_has_no_Welch_bound()
    {
        var metrics = Polytopes.Measure([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]);
        Assert.Equal((0, 0, 3), (metrics.WelchBound, metrics.Coherence, metrics.ComponentCount));
        Assert.All(metrics.Features, f => Assert.Equal("dedicated", f.Label));
    }

    [Fact]
    public void Simplex_attains_the_Welch_bound()
    {
        var metrics = Polytopes.Measure(Polytopes.Tetrahedron);
        Assert.Equal(1.0 / 3, metrics.Coherence, 1e-6);
        Assert.Equal(1.0 / 3, metrics.WelchBound, 1e-6);
    }

    [Fact]
    public void Short_columns_interfere_though_they_are_not_represented()
    {
        var metrics = Polytopes.Measure([[1, 0], [0.3, 0]]);
        Assert.Equal(0.09, metrics.Features[0].Interference, 1e-6);
        Assert.Equal(1, metrics.Features[1].Interference, 1e-6);
        Assert.Equal(1, metrics.FeaturesRepresented);
    }

    [Fact]
    public void Threshold_decides_which_features_belong_together()
    {
        double[][] directions = [[1, 0], [0.28, 0.96]];
        Assert.Equal(1, Polytopes.Measure(directions).ComponentCount);
        Assert.Equal(2, Polytopes.Measure(directions, new MetricsOptions { ComponentThreshold = 0.3f }).ComponentCount);
    }

    [Fact]
    public void Component_reaches_along_a_chain_of_neighbours()
    {
        // Each leans on the next alone; the first and the last are orthogonal.
        double[][] chain = [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0.7, 0.714], [0.6, 0, 0.8]];
        Assert.Equal([0, 0, 0, 0, 0], Polytopes.Measure(chain).Features.Select(f => f.Component));
    }

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    [InlineData(float.Epsilon)]
    public void Extreme_weights_give_no_NaN(float scale)
    {
        var model = new ToyModel(ToyModelKind.Linear, 2, [scale, scale, -scale, scale, scale, 0, 0, 0], new float[4]);
        var metrics = Polytopes.Measure(model);
        Assert.All(metrics.Features, f => Assert.DoesNotContain(
            new[] { f.Norm, f.Interference, f.ExpectedInterference, f.Polysemanticity, f.Dimensionality }, float.IsNaN));
        Assert.All(metrics.Features, f => Assert.InRange(f.Dimensionality, 0, 1));
        Assert.DoesNotContain(new[] { metrics.Coherence, metrics.SquaredFrobeniusNorm, metrics.DimensionsPerFeature, metrics.TotalDimensionality }, float.IsNaN);
    }

    [Fact]
    public void Measures_of_many_features_are_those_of_the_plain_double_loop()
    {
        const int Features = 160;
        const int Hidden = 140;
        var random = new Random(17);
        var weights = Enumerable.Range(0, Features * Hidden).Select(_ => (float)((random.NextDouble() - 0.5) / Math.Sqrt(Hidden))).ToArray();
        var densities = Enumerable.Range(0, Features).Select(_ => (float)random.NextDouble()).ToArray();
        var model = new ToyModel(ToyModelKind.ReluOutput, Hidden, weights, new float[Features]);
        var metrics = ModelMetrics.Measure(model, Enumerable.Repeat(1f, Features).ToArray(), densities);

        var dots = new double[Features, Features];
        for (var i = 0; i < Features; i++)
        {
            for (var j = 0; j < Features; j++)
            {
                for (var k = 0; k < Hidden; k++)
                {
                    dots[i, j] += (double)weights[(i * Hidden) + k] * weights[(j * Hidden) + k];
                }
            }
        }

        var coherence = 0.0;
        foreach (var feature in metrics.Features)
        {
            var i = feature.Feature;
            var others = Enumerable.Range(0, Features).Where(j => j != i).ToArray();
            var interference = others.Sum(j => dots[i, j] * dots[i, j]) / dots[i, i];
            Assert.Equal(Math.Sqrt(dots[i, i]), feature.Norm, 1e-6);
            Assert.Equal(interference, feature.Interference, 1e-6);
            Assert.Equal(others.Sum(j => dots[i, j] * dots[i, j] * densities[j]) / dots[i, i], feature.ExpectedInterference, 1e-6);
            Assert.Equal(dots[i, i] / (dots[i, i] + interference), feature.Dimensionality, 1e-6);
            coherence = Math.Max(coherence, others.Max(j => Math.Abs(dots[i, j]) / Math.Sqrt(dots[i, i] * dots[j, j])));
        }

        Assert.Equal(coherence, metrics.Coherence, 1e-6);
    }

    [Fact]
    public void Result_is_measured_with_its_own_importances_and_densities()
    {
        var restart = new RestartResult(0, ThreeUniversities.Model, 0.1f, 1, StopReason.Completed, []);
        var result = new TrainingResult(new ToyModelOptions { Hidden = 2, Seed = 1 }, [1, 0.5f, 0.25f], [0.1f, 0.2f, 0.3f], [restart]);
        Assert.Equal(
            ModelMetrics.Measure(ThreeUniversities.Model, [1, 0.5f, 0.25f], [0.1f, 0.2f, 0.3f]).Features.AsEnumerable(),
            ModelMetrics.Measure(result).Features);
    }

    [Fact]
    public void Lengths_and_values_out_of_range_are_refused()
    {
        var model = ThreeUniversities.Model;
        Assert.Contains("importances has 2 elements, but must have 3",
            Assert.Throws<ArgumentException>(() => ModelMetrics.Measure(model, [1, 1], [1, 1, 1])).Message);
        Assert.Contains("densities has 4 elements", Assert.Throws<ArgumentException>(() => ModelMetrics.Measure(model, [1, 1, 1], [1, 1, 1, 1])).Message);
        Assert.Contains("densities[1]", Assert.Throws<ArgumentOutOfRangeException>(() => ModelMetrics.Measure(model, [1, 1, 1], [1, 1.5f, 1])).Message);
        Assert.Contains("importances[2]", Assert.Throws<ArgumentOutOfRangeException>(() => ModelMetrics.Measure(model, [1, 1, float.NaN], [1, 1, 1])).Message);
    }
}
