namespace ToyModels.Tests;

public class ReconstructionLossTests
{
    [Fact]
    public void Squared_errors_are_weighted_by_importance_and_summed()
    {
        // 1·(1 − 0.5)² + 2·(0 − 1)² + 4·(0.5 − 0.5)²
        Assert.Equal(2.25, ReconstructionLoss.OfRow([1, 0, 0.5f], [0.5f, 1, 0.5f], [1, 2, 4], LossReduction.SumOverFeatures));
        Assert.Equal(0.75, ReconstructionLoss.OfRow([1, 0, 0.5f], [0.5f, 1, 0.5f], [1, 2, 4], LossReduction.MeanOverFeatures));
    }

    [Fact]
    public void What_features_add_sums_to_the_loss()
    {
        var losses = new double[3];

        ReconstructionLoss.AddPerFeature([1, 0, 0.5f], [0.5f, 1, 0.5f], [1, 2, 4], LossReduction.SumOverFeatures, losses);
        ReconstructionLoss.AddPerFeature([1, 0, 0.5f], [0.5f, 1, 0.5f], [1, 2, 4], LossReduction.SumOverFeatures, losses);

        Assert.Equal([0.5, 4, 0], losses);
    }

    [Fact]
    public void Lengths_must_agree()
    {
        Assert.Throws<ArgumentException>(() => ReconstructionLoss.OfRow([1, 2], [1], [1, 1], LossReduction.SumOverFeatures));
        Assert.Throws<ArgumentException>(() => ReconstructionLoss.OfRow([1, 2], [1, 2], [1], LossReduction.SumOverFeatures));
        Assert.Throws<ArgumentException>(() => ReconstructionLoss.AddPerFeature([1], [1], [1], LossReduction.SumOverFeatures, new double[2]));
    }
}
