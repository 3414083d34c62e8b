namespace ToyModels.Tests;

public class LinearOptimumTests
{
    [Fact]
    public void Most_important_features_are_kept_and_the_others_answered_with_their_mean()
    {
        var optimum = new LinearOptimum(new FeatureDistribution(4, 0.3f), [0.5f, 1, 0.7f, 0.9f], 2);
        Assert.Equal([1, 3], optimum.Kept.AsEnumerable());
        Assert.Equal([0.15, 0, 0.15, 0], optimum.Bias.Select(b => Math.Round(b, 6)));
        Assert.Equal([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], optimum.Projector());
        Assert.Equal(1.2 * (0.1 - 0.0225), optimum.Loss, 1e-6);
        Assert.True(optimum.IsUnique);
    }

    [Fact]
    public void Variance_counts_as_importance_does() =>
        Assert.Equal([1], new LinearOptimum(new FeatureDistribution([0.01f, 0.5f]), [1, 0.5f], 1).Kept.AsEnumerable());

    [Fact]
    public void Equal_features_leave_the_choice_open()
    {
        var optimum = new LinearOptimum(new FeatureDistribution(3, 0.5f), [1, 1, 1], 2);
        Assert.False(optimum.IsUnique);
        Assert.Equal([0, 1], optimum.Kept.AsEnumerable());
        Assert.True(new LinearOptimum(new FeatureDistribution(3, 0.5f), [1, 1, 1], 4).IsUnique);
    }

    [Fact]
    public void Values_around_zero_need_no_bias()
    {
        var optimum = new LinearOptimum(new FeatureDistribution(2, 0.6f, ValueRange.Symmetric), [1, 0.5f], 1);
        Assert.Equal([0, 0], optimum.Bias.AsEnumerable());
        Assert.Equal(0.5 * 0.2, optimum.Loss, 1e-6);
    }

    [Fact]
    public void No_model_near_or_far_has_a_lower_expected_loss()
    {
        // Independent features: E[Σ I_i (x_i − x'_i)²] = Σ_i I_i ((μ_i − (Pμ)_i − b_i)² + Σ_j (δ_ij − P_ij)² σ_j²) with P = WᵀW, exactly.
        var importances = new[] { 1, 0.8f, 0.6f, 0.4f };
        var densities = new[] { 0.2f, 0.9f, 0.4f, 0.7f };
        var optimum = new LinearOptimum(new FeatureDistribution([.. densities]), importances, 2);
        var best = new double[4, 2];
        for (var k = 0; k < 2; k++)
        {
            best[optimum.Kept[k], k] = 1;
        }

        Assert.Equal(optimum.Loss, ExpectedLoss(best, [.. optimum.Bias]), 1e-7);
        var random = new Random(11);
        for (var trial = 0; trial < 20_000; trial++)
        {
            var reach = Math.Pow(10, -3 + (3.5 * random.NextDouble()));
            var weights = new double[4, 2];
            var bias = new double[4];
            for (var i = 0; i < 4; i++)
            {
                bias[i] = optimum.Bias[i] + (reach * (random.NextDouble() - 0.5));
                for (var k = 0; k < 2; k++)
                {
                    weights[i, k] = best[i, k] + (reach * (random.NextDouble() - 0.5));
                }
            }

            Assert.True(ExpectedLoss(weights, bias) >= optimum.Loss - 1e-9);
        }

        double ExpectedLoss(double[,] w, double[] b)
        {
            var loss = 0.0;
            for (var i = 0; i < 4; i++)
            {
                var (mean, variance) = (densities[i] / 2 - b[i], 0.0);
                for (var j = 0; j < 4; j++)
                {
                    var projection = (w[i, 0] * w[j, 0]) + (w[i, 1] * w[j, 1]);
                    double p = densities[j];
                    mean -= projection * p / 2;
                    variance += Math.Pow((i == j ? 1 : 0) - projection, 2) * ((p / 3) - (p * p / 4));
                }

                loss += importances[i] * ((mean * mean) + variance);
            }

            return loss;
        }
    }

    [Fact]
    public void Importances_of_another_number_of_features_are_refused() =>
        Assert.Throws<ArgumentException>(() => new LinearOptimum(new FeatureDistribution(3, 1), [1, 1], 1));
}
