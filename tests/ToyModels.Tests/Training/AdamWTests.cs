namespace ToyModels.Tests.Training;

public sealed class AdamWTests
{
    [Fact]
    public void Steps_agree_with_the_published_rule_in_double()
    {
        var options = OptimizerOptions.AdamW with { LearningRate = 0.01f, WeightDecay = 0.1f };
        var optimizer = Engines.CreateOptimizer(options, 16);
        var parameters = new float[16];
        parameters[3] = 0.7f;
        double theta = 0.7f, mean = 0, square = 0;
        for (var t = 1; t <= 200; t++)
        {
            var gradient = (float)Math.Sin(t) * 3;
            var gradients = new float[16];
            gradients[3] = gradient / 2;
            optimizer.Step(parameters, gradients, 2);

            theta *= 1 - (0.01 * 0.1);
            mean = (0.9 * mean) + (0.1 * gradient);
            square = (0.999 * square) + (0.001 * gradient * gradient);
            theta -= 0.01 * (mean / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, t))) + 1e-8);
            Assert.Equal(theta, parameters[3], 2e-6);
        }

        Assert.All(parameters.Where((_, i) => i != 3), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Weight_decay_pulls_alone_where_there_is_no_gradient()
    {
        var optimizer = Engines.CreateOptimizer(OptimizerOptions.AdamW with { LearningRate = 0.1f, WeightDecay = 0.5f }, 16);
        var parameters = Enumerable.Repeat(2f, 16).ToArray();
        optimizer.Step(parameters, new float[16], 1);
        Assert.All(parameters, parameter => Assert.Equal(2 * 0.95f, parameter, 1e-6));
    }

    [Fact]
    public void Adam_has_no_weight_decay() => Assert.Equal(0, OptimizerOptions.Adam.WeightDecay);

    [Fact]
    public void Many_parameters_move_the_same_on_several_threads()
    {
        const int count = (1 << 18) + 16;
        var random = new Random(2);
        float[] gradient = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] alone = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())], shared = [.. alone];
        var (one, three) = (Engines.CreateOptimizer(OptimizerOptions.AdamW, count), Engines.CreateOptimizer(OptimizerOptions.AdamW, count));
        using var team = new WorkerTeam(3);
        for (var step = 0; step < 3; step++)
        {
            one.Step(alone, gradient, 0.5f);
            three.Step(shared, gradient, 0.5f, team);
        }

        Assert.Equal(alone, shared);
    }
}
