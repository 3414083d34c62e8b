namespace ToyModels.Tests.Features;

public sealed class ImportanceTests
{
    [Fact]
    public void Geometric_importance_is_powers_of_the_ratio() =>
        Assert.Equal([1, 0.7f, 0.7f * 0.7f], Importance.Geometric(0.7f).Resolve(3), (a, b) => MathF.Abs(a - b) < 1e-7f);

    [Fact]
    public void Log_spaced_importance_runs_from_first_to_last()
    {
        var values = Importance.LogSpaced(1, 0.01f).Resolve(100);
        Assert.Equal(1, values[0]);
        Assert.Equal(0.01f, values[99]);
        Assert.Equal(Math.Pow(100, -50 / 99.0), values[50], 1e-7);
        Assert.Equal<float>([0.5f], Importance.LogSpaced(0.5f, 7).Resolve(1));
    }

    [Fact]
    public void Given_importance_fits_its_own_length_only()
    {
        Assert.Equal<float>([2, 1], Importance.Given(2, 1).Resolve(2));
        var exception = Assert.Throws<ArgumentException>(() => Importance.Given(2, 1).Resolve(3));
        Assert.Contains("2 elements, but must have 3", exception.Message);
    }

    [Fact]
    public void At_least_one_importance_is_positive()
    {
        Assert.Throws<ArgumentException>(() => Importance.Given(0, 0));
        Assert.Throws<ArgumentException>(() => Importance.Given());
        Assert.Equal<float>([0, 1], Importance.Given(0, 1).Resolve(2));
    }

    [Fact]
    public void Equal_rules_are_equal()
    {
        Assert.Equal(Importance.Given(1, 2), Importance.Given(1, 2));
        Assert.NotEqual(Importance.Given(1, 2), Importance.Given(2, 1));
        Assert.Equal(Importance.Geometric(0.7f), Importance.Geometric(0.7f));
    }
}
