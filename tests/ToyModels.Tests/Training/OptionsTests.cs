namespace ToyModels.Tests;

public class OptionsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_paper_s_notebook()
    {
        var options = new ToyModelOptions { Hidden = 5 };

        Assert.Equal(
            (ToyModelKind.ReluOutput, null, null, null, 1024, LossReduction.SumOverFeatures, 1, null),
            (options.Kind, options.Importance, options.Steps, options.Epochs, options.BatchSize, options.Reduction, options.Restarts, options.Seed));
        Assert.Equal(10_000, ToyModelOptions.DefaultSteps);
        var o = options.Optimizer;
        Assert.Equal((1e-3f, 0.01f, 0.9f, 0.999f, 1e-8f), (o.LearningRate, o.WeightDecay, o.Beta1, o.Beta2, o.Epsilon));
        Assert.Equal(0, OptimizerOptions.Adam.WeightDecay);
    }

    [Theory]
    [InlineData(50_000, 50_000)]
    [InlineData(2_000_000_000, 2)]
    [InlineData(int.MaxValue, 1)]
    public void More_weights_than_an_array_holds_are_refused_by_name(int features, int hidden)
    {
        var options = new ToyModelOptions { Hidden = hidden };

        var e = Assert.Throws<ArgumentException>(() => options.Validate(features));

        Assert.StartsWith($"Hidden is {hidden}: with {features} features that makes {((long)features * hidden) + features} weights and biases", e.Message);
        options.Validate(1000);
    }

    [Fact]
    public void A_buffer_that_no_array_can_be_is_refused_in_a_sentence()
    {
        var e = Assert.Throws<ArgumentException>(() => new PinnedBuffer(9_000_000L * 272));

        Assert.StartsWith("This training needs 2448000000 numbers in one piece", e.Message);
        Assert.Contains("Use fewer features, fewer hidden dimensions, or a BatchSize below 256.", e.Message);
    }

    [Theory]
    [InlineData(1, 5, 16)]
    [InlineData(1000, 5, 256)]
    [InlineData(40, 5, 48)]
    [InlineData(1000, 100_000, 160)]
    [InlineData(1000, 9_000_000, 16)]
    public void Rows_read_whole_stay_within_an_array_for_any_number_of_features(int samples, int features, int stride)
    {
        Assert.Equal(stride, SampleReader.DenseStride(samples, features));
        Assert.InRange((long)features * stride, 1, Array.MaxLength);
    }

    [Fact]
    public void Rows_of_more_features_than_can_be_read_whole_are_refused() =>
        Assert.StartsWith("features is 200000000;", Assert.Throws<ArgumentException>(() => SampleReader.DenseStride(1, 200_000_000)).Message);

    [Fact]
    public void A_trainer_refuses_them_before_it_trains()
    {
        var instance = new TrainingInstance(new ToyModelOptions { Hidden = 2_000_000, Steps = 1 }, new GeneratedSamples(new FeatureDistribution(2000, 0.1f), 1));

        Assert.Contains("Hidden is 2000000", Assert.Throws<ArgumentException>(() => new ToyModelTrainer(1).Train([instance])).Message);
    }

    [Fact]
    public void Importances_for_another_number_of_features_are_refused()
    {
        var options = new ToyModelOptions { Hidden = 2, Importance = Importance.Given(1, 2) };

        options.Validate(2);
        Assert.Throws<ArgumentException>(() => options.Validate(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Validate(0));
        Assert.Throws<ArgumentException>(() => (options with { Steps = 1, Epochs = 1 }).Validate(2));
    }
}
