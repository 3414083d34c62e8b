namespace ToyModels.Tests;

public class PhaseTheoryTests
{
    [Theory]
    [InlineData(0.1, 0.05)]
    [InlineData(0.8, 0.4)]
    [InlineData(1, 1)]
    [InlineData(3, 0.7)]
    public void Losses_are_the_expected_losses_of_the_models_they_name(double r, double p)
    {
        Assert.Equal(TwoFeatures.ExpectedLoss(1, 0, 0, p / 2, r, p), PhaseTheory.Loss(TwoFeaturePhase.FirstOnly, r, p), 1e-5);
        Assert.Equal(TwoFeatures.ExpectedLoss(0, 1, p / 2, 0, r, p), PhaseTheory.Loss(TwoFeaturePhase.SecondOnly, r, p), 1e-5);
        Assert.Equal(TwoFeatures.ExpectedLoss(1, -1, 0, 0, r, p), PhaseTheory.Loss(TwoFeaturePhase.Antipodal, r, p), 1e-5);
    }
}

/// <summary>n = 2, m = 1, by numerical integration.</summary>
internal static class TwoFeatures
{
    internal static double ExpectedLoss(double w1, double w2, double b1, double b2, double r, double p, int points = 200)
    {
        var (none, first, second, both) = (Error(0, 0), 0.0, 0.0, 0.0);
        for (var s = 0; s < points; s++)
        {
            var x = (s + 0.5) / points;
            first += Error(x, 0) / points;
            second += Error(0, x) / points;
            for (var t = 0; t < points; t++)
            {
                both += Error(x, (t + 0.5) / points) / points / points;
            }
        }

        return ((1 - p) * (1 - p) * none) + (p * (1 - p) * (first + second)) + (p * p * both);

        double Error(double x1, double x2)
        {
            var h = (w1 * x1) + (w2 * x2);
            var e1 = x1 - Math.Max((w1 * h) + b1, 0);
            var e2 = x2 - Math.Max((w2 * h) + b2, 0);
            return (e1 * e1) + (r * e2 * e2);
        }
    }
}
