namespace ToyModels.Tests.Training;

public sealed class InitialWeightsTests
{
    [Fact]
    public void Weights_are_normal_with_the_variance_of_Glorot_and_Bengio()
    {
        var weights = InitialWeights.XavierNormal(400, 100, seed: 1, restart: 0);
        var deviation = Math.Sqrt(2.0 / 500);
        var standard = weights.Select(w => w / deviation).ToArray();
        Assert.InRange(standard.Average(), -0.02, 0.02);
        Assert.InRange(standard.Average(z => z * z), 0.98, 1.02);
        Assert.InRange(standard.Average(z => z * z * z * z), 2.85, 3.15);
        Assert.InRange(standard.Count(z => z > 1.6449) / 40_000.0, 0.0465, 0.0535);
    }

    [Fact]
    public void Restarts_and_seeds_start_apart()
    {
        var first = InitialWeights.XavierNormal(5, 2, seed: 1, restart: 0);
        Assert.Equal(first, InitialWeights.XavierNormal(5, 2, seed: 1, restart: 0));
        Assert.Empty(first.Intersect(InitialWeights.XavierNormal(5, 2, seed: 1, restart: 1)));
        Assert.Empty(first.Intersect(InitialWeights.XavierNormal(5, 2, seed: 2, restart: 0)));
    }
}
