namespace ToyModels.Tests;

public class NearOrthogonalityTests
{
    [Theory]
    [InlineData(3, 2, 0.5)]
    [InlineData(4, 3, 1.0 / 3)]
    [InlineData(6, 3, 0.4472135954999579)]
    [InlineData(5, 1, 1)]
    [InlineData(5, 5, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(0, 3, 0)]
    public void Welch_bound_has_its_known_values(int vectors, int dimensions, double bound) =>
        Assert.Equal(bound, NearOrthogonality.WelchBound(vectors, dimensions), 1e-15);

    [Fact]
    public void Six_axes_of_the_icosahedron_attain_the_Welch_bound()
    {
        var metrics = Polytopes.Measure(Polytopes.IcosahedronAxes);
        Assert.Equal(metrics.WelchBound, metrics.Coherence, 1e-6);
    }

    [Fact]
    public void Counts_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NearOrthogonality.WelchBound(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearOrthogonality.WelchBound(2, 0));
    }
}
