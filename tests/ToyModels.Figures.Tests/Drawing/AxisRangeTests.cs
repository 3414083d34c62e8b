namespace ToyModels.Figures.Tests;

public sealed class AxisRangeTests
{
    private static readonly Series[] _data = [new("a", [1, 10], [-1, 1]), new("b", [100, 1000], [0, 3])];

    [Fact]
    public void Limits_hold_the_data_with_a_margin()
    {
        var range = AxisRange.Of(new ChartAxis(), "y", _data, s => s.Y);
        Assert.Equal(-1.2, range.Low, 1e-12);
        Assert.Equal(3.2, range.High, 1e-12);
    }

    [Fact]
    public void Logarithmic_limits_are_exponents()
    {
        var range = AxisRange.Of(new ChartAxis { Logarithmic = true }, "x", _data, s => s.X);
        Assert.Equal(-0.15, range.Low, 1e-12);
        Assert.Equal(3.15, range.High, 1e-12);
        Assert.Equal(2, range.Place(100), 1e-12);
        Assert.True(range.Holds(1000));
        Assert.False(range.Holds(0));
        Assert.False(range.Holds(2000));
    }

    [Fact]
    public void Limits_that_are_given_are_kept()
    {
        var range = AxisRange.Of(new ChartAxis { Minimum = 0, Maximum = 1 }, "y", _data, s => s.Y);
        Assert.Equal((0, 1), (range.Low, range.High));
    }

    [Fact]
    public void Values_that_a_logarithm_cannot_take_are_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => AxisRange.Of(new ChartAxis { Logarithmic = true }, "y", _data, s => s.Y));
        Assert.Contains("Point 0 of series 'a' has y = -1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2.0, 1.0)]
    [InlineData(1.0, 1.0)]
    [InlineData(5.0, null)]
    [InlineData(double.NaN, null)]
    public void Axes_that_cannot_be_drawn_are_refused(double? minimum, double? maximum) =>
        Assert.Throws<ArgumentException>(() => AxisRange.Of(new ChartAxis { Minimum = minimum, Maximum = maximum }, "y", _data, s => s.Y));
}
