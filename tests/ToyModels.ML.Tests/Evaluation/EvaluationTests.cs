using Microsoft.ML;

namespace ToyModels.ML.Tests;

public class EvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(LossReduction.SumOverFeatures)]
    [InlineData(LossReduction.MeanOverFeatures)]
    public void Loss_is_the_mean_over_rows_and_the_sum_over_features(LossReduction reduction)
    {
        var options = Contexts.AllColumns();
        var fitted = Contexts.Fit(_ml, options with { Model = options.Model with { Reduction = reduction, Importance = Importance.Geometric(0.5f) } });
        var view = fitted.Transform(Views.Dense(_ml));

        var evaluation = _ml.ToyModels().Evaluate(view);

        Assert.Equal(view.Scalars("Loss").Average(), evaluation.Loss, 1e-6);
        Assert.Equal(evaluation.Loss, evaluation.LossPerFeature.Sum(), 1e-12);
        var reconstruction = view.Column("Reconstruction");
        var feature2 = Enumerable.Range(0, 40).Average(r => 0.25 * Math.Pow((double)Views.Row(r)[2] - reconstruction[r][2], 2));
        Assert.Equal(reduction == LossReduction.MeanOverFeatures ? feature2 / 5 : feature2, evaluation.LossPerFeature[2], 1e-12);
        Assert.Equal((40, reduction), (evaluation.RowCount, evaluation.Reduction));
        Assert.Equal(fitted.Metrics.FeaturesRepresented, evaluation.FeaturesRepresented);
        Assert.Equal(fitted.Metrics.DimensionsPerFeature, evaluation.DimensionsPerFeature);
        Assert.Equal(fitted.FeatureNames.ToArray(), evaluation.FeatureNames.ToArray());
    }

    [Fact]
    public void Bad_views_are_refused()
    {
        var toys = _ml.ToyModels();
        var fitted = Contexts.Fit(_ml);

        Assert.StartsWith(
            "Could not find reconstruction column 'Reconstruction'", Assert.Throws<ArgumentOutOfRangeException>(() => toys.Evaluate(Views.Dense(_ml))).Message);
        Assert.StartsWith("Could not find feature column 'Nope'", Assert.Throws<ArgumentOutOfRangeException>(() => toys.Evaluate(fitted.Transform(Views.Dense(_ml)), "Nope")).Message);
        Assert.StartsWith("Schema mismatch for feature column 'Id'", Assert.Throws<ArgumentOutOfRangeException>(() => toys.Evaluate(fitted.Transform(Views.Dense(_ml)), "Id")).Message);
        Assert.Contains("directly after", Assert.Throws<InvalidOperationException>(() => toys.Evaluate(Views.Dense(_ml), reconstructionColumnName: "Features")).Message);
        Assert.Contains("no rows", Assert.Throws<InvalidDataException>(() => toys.Evaluate(fitted.Transform(Views.Dense(_ml, 0)))).Message);
        var missing = fitted.Transform(Views.Dense(_ml, [Views.Row(0), [float.NaN, 0, 0, 0, 0]], 5));
        Assert.StartsWith("Row 1 of column 'Features' holds NaN in slot 0 (F0)", Assert.Throws<InvalidDataException>(() => toys.Evaluate(missing)).Message);
    }
}
