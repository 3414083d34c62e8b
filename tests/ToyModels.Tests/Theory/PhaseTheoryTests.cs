namespace ToyModels.Tests;

public class PhaseTheoryTests
{
    public static TheoryData<double> Importances => new() { 0.1, 0.3, 0.5, 2, 10.0 / 3, 10 };

    [Theory]
    [InlineData(0.1, 0.05)]
    [InlineData(0.8, 0.4)]
    [InlineData(1, 1)]
    [InlineData(3, 0.7)]
    public void Losses_are_the_expected_losses_of_the_models_they_name(double r, double p)
    {
        Assert.Equal(TwoFeatures.FirstOnly(p).ExpectedLoss(r, p), PhaseTheory.Loss(TwoFeaturePhase.FirstOnly, r, p), 1e-5);
        Assert.Equal(TwoFeatures.SecondOnly(p).ExpectedLoss(r, p), PhaseTheory.Loss(TwoFeaturePhase.SecondOnly, r, p), 1e-5);
        Assert.Equal(TwoFeatures.Antipodal.ExpectedLoss(r, p), PhaseTheory.Loss(TwoFeaturePhase.Antipodal, r, p), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Importances))]
    public void Boundary_is_where_the_integrated_losses_cross(double r)
    {
        var (low, high) = (0.01, 1.0);
        while (high - low > 1e-6)
        {
            var p = (low + high) / 2;
            var ignoring = Math.Min(TwoFeatures.FirstOnly(p).ExpectedLoss(r, p), TwoFeatures.SecondOnly(p).ExpectedLoss(r, p));
            (low, high) = TwoFeatures.Antipodal.ExpectedLoss(r, p) < ignoring ? (p, high) : (low, p);
        }

        Assert.Equal(low, PhaseTheory.BoundaryDensity(r), 1e-4);
    }

    [Fact]
    public void Three_phases_meet_at_the_triple_point()
    {
        var (r, p) = (PhaseTheory.TriplePointImportance, PhaseTheory.TriplePointDensity);
        Assert.Equal((1, 4.0 / 7), (r, p));
        Assert.Equal(p, PhaseTheory.BoundaryDensity(r), 1e-15);
        var losses = Enum.GetValues<TwoFeaturePhase>().Select(phase => PhaseTheory.Loss(phase, r, p)).ToArray();
        Assert.Equal(losses[0], losses[1], 1e-15);
        Assert.Equal(losses[0], losses[2], 1e-15);
    }

    [Theory]
    [InlineData(0.5, 0.2, TwoFeaturePhase.Antipodal)]
    [InlineData(0.5, 0.6, TwoFeaturePhase.FirstOnly)]
    [InlineData(2, 0.6, TwoFeaturePhase.SecondOnly)]
    [InlineData(2, 0.2, TwoFeaturePhase.Antipodal)]
    public void Best_phase_is_named(double r, double p, TwoFeaturePhase phase) => Assert.Equal(phase, PhaseTheory.Best(r, p));

    [Theory]
    [MemberData(nameof(Importances))]
    public void Best_model_of_all_is_of_the_named_phase_on_either_side_of_the_boundary(double r)
    {
        var below = 0.7 * PhaseTheory.BoundaryDensity(r);
        var above = 1.3 * PhaseTheory.BoundaryDensity(r);
        Assert.Equal(TwoFeaturePhase.Antipodal, PhaseTheory.Best(r, below));
        var pair = TwoFeatures.Best(r, below);
        Assert.True(pair.W1 * pair.W2 < 0 && pair.SmallerWeight > 0.8, pair.ToString());

        var single = TwoFeatures.Best(r, above);
        Assert.True(single.SmallerWeight < 0.02, single.ToString());
        Assert.Equal(PhaseTheory.Best(r, above), Math.Abs(single.W1) > Math.Abs(single.W2) ? TwoFeaturePhase.FirstOnly : TwoFeaturePhase.SecondOnly);
        Assert.Equal(PhaseTheory.Loss(PhaseTheory.Best(r, above), r, above), single.ExpectedLoss(r, above), 1e-4);
    }

    [Theory]
    [InlineData(0.05, 0.001, 0.001)]
    [InlineData(0.3, 0.023, 0.001)]
    [InlineData(4.0 / 7, 0.142, 0.002)]
    public void Antipodal_loss_bounds_what_free_weights_and_biases_reach(double p, double gain, double tolerance)
    {
        var ideal = PhaseTheory.Loss(TwoFeaturePhase.Antipodal, 1, p);
        var reached = TwoFeatures.Antipodal.Improved(1, p).ExpectedLoss(1, p);
        Assert.Equal(gain, 1 - (reached / ideal), tolerance);
    }

    [Theory]
    [InlineData(0.1, 0.17, 0.20)]
    [InlineData(0.5, 0.47, 0.50)]
    public void Antipodal_phase_of_free_models_reaches_above_the_boundary(double r, double stillAntipodal, double noLonger)
    {
        Assert.True(stillAntipodal > PhaseTheory.BoundaryDensity(r));
        Assert.True(TwoFeatures.Best(r, stillAntipodal).SmallerWeight > 0.5);
        Assert.True(TwoFeatures.Best(r, noLonger).SmallerWeight < 0.02);
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PhaseTheory.Loss(TwoFeaturePhase.Antipodal, -1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => PhaseTheory.Loss(TwoFeaturePhase.Antipodal, 1, 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => PhaseTheory.Loss((TwoFeaturePhase)7, 1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => PhaseTheory.BoundaryDensity(double.NaN));
    }
}
