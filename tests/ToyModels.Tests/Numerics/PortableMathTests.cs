using FsCheck.Xunit;

namespace ToyModels.Tests.Numerics;

public sealed class PortableMathTests
{
    [Property]
    public void Logarithm_agrees_with_the_platform(double value)
    {
        var x = Math.Abs(value);
        if (double.IsNormal(x))
        {
            Assert.Equal(Math.Log(x), PortableMath.Log(x), 2e-15 * Math.Max(1, Math.Abs(Math.Log(x))));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0.5)]
    [InlineData(1.0000001)]
    [InlineData(0.9999999)]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    public void Logarithm_is_precise_near_and_far_from_one(double x) =>
        Assert.Equal(Math.Log(x), PortableMath.Log(x), 2e-15 * Math.Abs(Math.Log(x)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0.3)]
    [InlineData(-4.60517)]
    [InlineData(300)]
    [InlineData(-300)]
    public void Exponential_agrees_with_the_platform(double x) => Assert.Equal(1, PortableMath.Exp(x) / Math.Exp(x), 3e-14);
}
