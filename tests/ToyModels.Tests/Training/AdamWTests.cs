namespace ToyModels.Tests.Training;

public sealed class AdamWTests
{
    [Fact]
    public void Steps_agree_with_the_published_rule_in_double()
    {
        var options = OptimizerOptions.AdamW with { LearningRate = 0.01f, WeightDecay = 0.1f };
        var optimizer = Engines.CreateOptimizer(options, 16);
        var (parameters, gradients) = (new PinnedBuffer(16), new PinnedBuffer(16));
        parameters.Span[3] = 0.7f;
        double theta = 0.7f, mean = 0, square = 0;
        for (var t = 1; t <= 200; t++)
        {
            var gradient = (float)Math.Sin(t) * 3;
            gradients.Span[3] = gradient / 2;
            optimizer.Step(parameters, gradients, 2);

            theta *= 1 - (0.01 * 0.1);
            mean = (0.9 * mean) + (0.1 * gradient);
            square = (0.999 * square) + (0.001 * gradient * gradient);
            theta -= 0.01 * (mean / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, t))) + 1e-8);
            Assert.Equal(theta, parameters.Span[3], 2e-6);
        }

        Assert.All(parameters.Span.ToArray().Where((_, i) => i != 3), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Weight_decay_pulls_alone_where_there_is_no_gradient()
    {
        var optimizer = Engines.CreateOptimizer(OptimizerOptions.AdamW with { LearningRate = 0.1f, WeightDecay = 0.5f }, 16);
        var parameters = Buffer([.. Enumerable.Repeat(2f, 16)]);
        optimizer.Step(parameters, new PinnedBuffer(16), 1);
        Assert.All(parameters.Span.ToArray(), parameter => Assert.Equal(2 * 0.95f, parameter, 1e-6));
    }

    [Fact]
    public void Adam_has_no_weight_decay() => Assert.Equal(0, OptimizerOptions.Adam.WeightDecay);

    [Theory]
    [InlineData(16)]
    [InlineData((1 << 13) + 16)]
    [InlineData((1 << 18) + 16)]
    public void Parameters_move_the_same_on_several_threads(int count)
    {
        var random = new Random(2);
        var gradient = Buffer([.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)]);
        var alone = Buffer([.. Enumerable.Range(0, count).Select(_ => random.NextSingle())]);
        var shared = Buffer(alone.Span);
        var (one, three) = (Engines.CreateOptimizer(OptimizerOptions.AdamW, count), Engines.CreateOptimizer(OptimizerOptions.AdamW, count));
        using var team = new WorkerTeam(3);
        for (var step = 0; step < 3; step++)
        {
            one.Step(alone, gradient, 0.5f);
            three.Step(shared, gradient, 0.5f, team);
        }

        Assert.Equal(alone.Span, shared.Span);
    }

    [Theory]
    [InlineData(0.9f, 0.999f)]
    [InlineData(0f, 0.5f)]
    public void Rates_of_late_steps_are_those_of_powers_that_were_multiplied_on(float beta1, float beta2)
    {
        var rates = new AdamRates(OptimizerOptions.AdamW with { Beta1 = beta1, Beta2 = beta2 });
        var (power1, power2) = (1.0, 1.0);
        for (var t = 1; t <= 50_000; t++)
        {
            rates.MoveNext();
            power1 *= beta1;
            power2 *= beta2;
            Assert.Equal((float)((double)1e-3f / (1 - power1)), rates.Rate);
            Assert.Equal((float)(1 / Math.Sqrt(1 - power2)), rates.Root);
        }
    }

    private static PinnedBuffer Buffer(ReadOnlySpan<float> values)
    {
        var buffer = new PinnedBuffer(values.Length);
        values.CopyTo(buffer.Span);
        return buffer;
    }
}
