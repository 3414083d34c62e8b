using System.Runtime.Intrinsics;

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
    [InlineData(2000, 64, 0.002f, "GramGradient")]
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

    [Theory]
    [InlineData(400, 30, 0.1f, true)]
    [InlineData(200, 20, 0.1f, true)]
    [InlineData(400, 30, 0.9f, false)]
    [InlineData(20, 5, 0.2f, false)]
    public void Dense_products_go_by_the_non_zeros_of_rows_where_that_is_cheaper(int features, int hidden, float density, bool expected)
    {
        var options = new ToyModelOptions { Hidden = hidden, BatchSize = 1024, Seed = 1 };
        var instance = new TrainingInstance(options, new GeneratedSamples(new FeatureDistribution(features, density), 1));
        using var engine = Engines.Create(instance, Importance.Uniform().Resolve(features).AsSpan(), 1);
        var listsInputs = engine switch
        {
            DenseGradient<Simd128, Vector128<float>, Vector128<int>> dense => dense.ListsInputs,
            DenseGradient<Simd256, Vector256<float>, Vector256<int>> dense => dense.ListsInputs,
            DenseGradient<Simd512, Vector512<float>, Vector512<int>> dense => dense.ListsInputs,
            _ => throw new InvalidOperationException($"The engine is a {engine.GetType().Name}."),
        };
        Assert.Equal(expected, listsInputs);
    }
}
