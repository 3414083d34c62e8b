namespace ToyModels.Tests.Training;

public sealed class AdamWTests
{
    [Fact]
    public void Steps_agree_with_the_published_rule_in_double()
    {
        var options = OptimizerOptions.AdamW with { LearningRate = 0.01f, WeightDecay = 0.1f };
        var optimizer = new AdamW(options, 1);
        var parameter = new[] { 0.7f };
        double theta = 0.7f, mean = 0, square = 0;
        for (var t = 1; t <= 200; t++)
        {
            var gradient = (float)Math.Sin(t) * 3;
            optimizer.BeginStep();
            optimizer.Apply(parameter, [gradient], 1, 0);

            theta *= 1 - (0.01 * 0.1);
            mean = (0.9 * mean) + (0.1 * gradient);
            square = (0.999 * square) + (0.001 * gradient * gradient);
            theta -= 0.01 * (mean / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, t))) + 1e-8);
            Assert.Equal(theta, parameter[0], 2e-6);
        }
    }

    [Fact]
    public void Weight_decay_pulls_alone_where_there_is_no_gradient()
    {
        var optimizer = new AdamW(OptimizerOptions.AdamW with { LearningRate = 0.1f, WeightDecay = 0.5f }, 1);
        var parameter = new[] { 2f };
        optimizer.BeginStep();
        optimizer.Apply(parameter, [0], 1, 0);
        Assert.Equal(2 * 0.95f, parameter[0], 1e-6);
    }

    [Fact]
    public void Adam_has_no_weight_decay() => Assert.Equal(0, OptimizerOptions.Adam.WeightDecay);
}
