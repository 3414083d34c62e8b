namespace ToyModels.Tests;

/// <summary>The numbers of Chen, Lau, Mendel, Wei, Murfet 2023 (arXiv 2310.06301).</summary>
public class KGonTests
{
    [Theory]
    [InlineData(4, 1, 0, 0)]
    [InlineData(5, 1.17046, -0.28230, 0.23738)]
    [InlineData(6, 1.32053, -0.61814, 0.86746)]
    [InlineData(7, 1.44839, -0.96691, 1.74870)]
    [InlineData(8, 1.55045, -1.29119, 2.77311)]
    public void Optimum_has_the_published_norm_bias_and_loss(int k, double norm, double bias, double reducedLoss)
    {
        var polygon = new KGon(k);
        Assert.Equal(norm, polygon.Norm, 1e-5);
        Assert.Equal(bias, polygon.Bias, 1e-5);
        Assert.Equal(reducedLoss, polygon.ReducedLoss, 1e-5);
    }

    [Theory]
    [InlineData(4, 5, 0, 0.06667)]
    [InlineData(4, 5, 1, 0.05667)]
    [InlineData(5, 5, 0, 0.01583)]
    [InlineData(4, 6, 1, 0.10417)]
    [InlineData(5, 6, 0, 0.06874)]
    [InlineData(5, 6, 1, 0.06180)]
    [InlineData(6, 6, 0, 0.04819)]
    [InlineData(7, 8, 1, 0.11062)]
    [InlineData(6, 8, 2, 0.11167)]
    [InlineData(8, 8, 0, 0.11555)]
    public void Loss_of_k_among_c_features_is_the_published_one(int k, int features, int positiveBiases, double loss) =>
        Assert.Equal(loss, new KGon(k).Loss(features, positiveBiases), 0.6e-5);

    [Theory]
    [InlineData(4, 5, 1)]
    [InlineData(5, 6, 0)]
    [InlineData(5, 6, 1)]
    [InlineData(6, 8, 2)]
    [InlineData(8, 8, 0)]
    public void Loss_is_the_exact_one_active_loss_of_that_model(int k, int features, int positiveBiases)
    {
        var (weights, bias, polygon) = Build(k, features, positiveBiases);
        Assert.Equal(polygon.Loss(features, positiveBiases), OneActiveLoss.Of(weights, 2, bias), 1e-12);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Best_polygon_is_a_resting_point_of_the_loss_over_all_weights_and_biases(int k)
    {
        var (weights, bias, _) = Build(k, k, 0);
        var (weightGradient, biasGradient) = (new double[2 * k], new double[k]);
        OneActiveLoss.WithGradient(weights, 2, bias, [], weightGradient, biasGradient);
        Assert.All(weightGradient.Concat(biasGradient), g => Assert.InRange(g, -1e-6, 1e-6));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Digon_and_triangle_lose_nothing(int k)
    {
        var polygon = new KGon(k);
        Assert.Equal(0, polygon.ReducedLoss, 1e-9);
        Assert.Equal(1, polygon.Norm, 1e-4);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(20)]
    public void No_other_norm_and_bias_do_better(int k)
    {
        var polygon = new KGon(k);
        for (var norm = 0.05; norm <= 3; norm += 0.025)
        {
            for (var bias = -4.0; bias <= 1; bias += 0.025)
            {
                var (weights, biases) = Polygon(k, k, norm, bias);
                Assert.True(OneActiveLoss.Of(weights, 2, biases) >= polygon.Loss(k) - 1e-9, $"norm {norm}, bias {bias}");
            }
        }
    }

    [Fact]
    public void Counts_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KGon(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KGon(33));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KGon(5).Loss(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KGon(5).Loss(6, 2));
    }

    private static (double[] Weights, double[] Bias, KGon Polygon) Build(int k, int features, int positiveBiases)
    {
        var polygon = new KGon(k);
        var (weights, bias) = Polygon(k, features, polygon.Norm, polygon.Bias);
        for (var i = k; i < k + positiveBiases; i++)
        {
            bias[i] = 1 / (2.0 * features);
        }

        return (weights, bias, polygon);
    }

    private static (double[] Weights, double[] Bias) Polygon(int k, int features, double norm, double bias)
    {
        var weights = new double[2 * features];
        var biases = new double[features];
        for (var i = 0; i < k; i++)
        {
            weights[2 * i] = norm * Math.Cos(2 * Math.PI * i / k);
            weights[(2 * i) + 1] = norm * Math.Sin(2 * Math.PI * i / k);
            biases[i] = bias;
        }

        return (weights, biases);
    }
}
