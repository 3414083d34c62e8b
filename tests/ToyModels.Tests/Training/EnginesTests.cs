namespace ToyModels.Tests.Training;

public sealed class EnginesTests
{
    [Theory]
    [InlineData(2, 1, 1f, "SmallGradient")]
    [InlineData(5, 2, 0.01f, "SmallGradient")]
    [InlineData(20, 5, 0.5f, "DenseGradient")]
    [InlineData(20, 5, 0.01f, "GramGradient")]
    [InlineData(100, 20, 0.3f, "DenseGradient")]
    [InlineData(20, 5, 0.1f, "GramGradient")]
    [InlineData(8, 2, 0.07f, "GramGradient")]
    [InlineData(20, 5, 0.13f, "DenseGradient")]
    [InlineData(64, 1, 0.1f, "DenseGradient")]
    [InlineData(64, 8, 0.1f, "GramGradient")]
    [InlineData(100, 20, 0.1f, "GramGradient")]
    [InlineData(128, 12, 0.12f, "DenseGradient")]
    [InlineData(400, 30, 0.1f, "DenseGradient")]
    [InlineData(4000, 64, 0.001f, "GramGradient")]
    [InlineData(4200, 64, 0.1f, "LargeGradient")]
    [InlineData(4200, 64, 1f, "DenseGradient")]
    public void The_form_of_a_step_follows_from_shape_and_density(int features, int hidden, float density, string expected)
    {
        var options = new ToyModelOptions { Hidden = hidden, BatchSize = 1024, Seed = 1 };
        var instance = new TrainingInstance(options, new GeneratedSamples(new FeatureDistribution(features, density), 1));
        var form = NameOf(1);
        Assert.StartsWith(expected, form);
        Assert.Equal(form, NameOf(3));

        string NameOf(int threads)
        {
            using var engine = Engines.Create(instance, Importance.Uniform().Resolve(features).AsSpan(), threads);
            return engine.GetType().Name;
        }
    }
}
