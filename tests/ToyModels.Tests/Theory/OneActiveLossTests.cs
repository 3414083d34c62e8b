namespace ToyModels.Tests;

public class OneActiveLossTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, -0.3)]
    [InlineData(-0.5, 0.25)]
    [InlineData(-0.5, 0.75)]
    [InlineData(0.3, -0.5)]
    [InlineData(-2, -0.1)]
    [InlineData(1.7, 0.2)]
    public void Squared_relu_is_the_closed_form_and_the_integral(double slope, double bias)
    {
        var closedForm = (Math.Pow(Math.Max(slope + bias, 0), 3) - Math.Pow(Math.Max(bias, 0), 3)) / (3 * slope);
        Assert.Equal(closedForm, OneActiveLoss.SquaredRelu(slope, bias), 1e-14);
        Assert.Equal(Integral(x => Math.Pow(Math.Max((slope * x) + bias, 0), 2)), OneActiveLoss.SquaredRelu(slope, bias), 1e-9);
        Assert.Equal(Integral(x => Math.Pow(x - Math.Max((slope * x) + bias, 0), 2)), OneActiveLoss.OwnError(slope, bias), 1e-9);
    }

    [Theory]
    [InlineData(0.5, 0.25)]
    [InlineData(-0.5, 0)]
    [InlineData(0, 0)]
    public void Flat_line_costs_the_square_of_its_height(double bias, double expected)
    {
        Assert.Equal(expected, OneActiveLoss.SquaredRelu(0, bias), 1e-15);
        Assert.Equal(expected, OneActiveLoss.SquaredRelu(1e-300, bias), 1e-15);
        Assert.Equal(expected, OneActiveLoss.SquaredRelu(1e-12, bias), 1e-11);
    }

    [Fact]
    public void Perfect_model_costs_nothing_and_an_empty_one_a_third_of_an_importance()
    {
        Assert.Equal(0, OneActiveLoss.Of([1, 0, 0, 1], 2, [0, 0]), 1e-15);
        Assert.Equal((1 + 0.5) / 2 / 3, OneActiveLoss.Of([0, 0, 0, 0], 2, [0, 0], [1, 0.5]), 1e-15);
    }

    [Fact]
    public void Loss_is_the_mean_over_rows_of_the_models_own_error()
    {
        var random = new Random(3);
        var (weights, bias) = (Values(random, 4 * 3, 2), Values(random, 4, 0.8));
        double[] importances = [1, 0.7, 0.3, 2];
        var model = new ToyModel(ToyModelKind.ReluOutput, 3, [.. weights.Select(w => (float)w)], [.. bias.Select(b => (float)b)]);
        const int points = 4000;
        var expected = 0.0;
        var (features, reconstruction) = (new float[4], new float[4]);
        for (var i = 0; i < 4; i++)
        {
            for (var t = 0; t < points; t++)
            {
                Array.Clear(features);
                features[i] = (float)((t + 0.5) / points);
                model.Reconstruct(features, reconstruction);
                for (var j = 0; j < 4; j++)
                {
                    expected += importances[j] * Math.Pow(features[j] - reconstruction[j], 2) / (4 * points);
                }
            }
        }

        Assert.Equal(expected, OneActiveLoss.Of(weights, 3, bias, importances), 1e-6);
    }

    [Fact]
    public void Gradient_is_that_of_finite_differences()
    {
        var random = new Random(4);
        for (var trial = 0; trial < 20; trial++)
        {
            var (weights, bias, importances) = (Values(random, 5 * 2, 2), Values(random, 5, 1), Values(random, 5, 1).Select(Math.Abs).ToArray());
            var (weightGradient, biasGradient) = (new double[10], new double[5]);
            var loss = OneActiveLoss.WithGradient(weights, 2, bias, importances, weightGradient, biasGradient);
            Assert.Equal(OneActiveLoss.Of(weights, 2, bias, importances), loss);
            for (var e = 0; e < 10; e++)
            {
                Assert.Equal(Difference(weights, e, () => OneActiveLoss.Of(weights, 2, bias, importances)), weightGradient[e], 1e-7);
            }

            for (var e = 0; e < 5; e++)
            {
                Assert.Equal(Difference(bias, e, () => OneActiveLoss.Of(weights, 2, bias, importances)), biasGradient[e], 1e-7);
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => OneActiveLoss.Of([1, 0, 0], 2, [0, 0]));
        Assert.Throws<ArgumentException>(() => OneActiveLoss.Of([1, 0], 1, [0, 0], [1]));
        Assert.Throws<ArgumentException>(() => OneActiveLoss.WithGradient([1, 0], 1, [0, 0], [], new double[1], new double[2]));
        Assert.Throws<ArgumentException>(() => OneActiveLoss.WithGradient([1, 0], 1, [0, 0], [], new double[2], new double[1]));
    }

    private static double Difference(double[] values, int element, Func<double> function)
    {
        const double step = 1e-5;
        var centre = values[element];
        values[element] = centre + step;
        var above = function();
        values[element] = centre - step;
        var below = function();
        values[element] = centre;
        return (above - below) / (2 * step);
    }

    private static double Integral(Func<double, double> function)
    {
        const int points = 100_000;
        return Enumerable.Range(0, points).Sum(t => function((t + 0.5) / points)) / points;
    }

    private static double[] Values(Random random, int count, double width) => [.. Enumerable.Range(0, count).Select(_ => width * (random.NextDouble() - 0.5))];
}
