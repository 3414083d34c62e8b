using System.Globalization;
using FsCheck.Xunit;
using ScottPlot;

namespace ToyModels.Figures.Tests;

public sealed class TicksTests
{
    [Property]
    public void Linear_ticks_are_round_inside_and_far_enough_apart(double start, double span)
    {
        if (!double.IsFinite(start) || !double.IsFinite(span) || Math.Abs(start) > 1e6 || Math.Abs(span) is < 1e-3 or > 1e6)
        {
            return;
        }

        var (low, high) = (start, start + Math.Abs(span));
        var ticks = Ticks.Linear(low, high, 400, 40).ToList();
        Assert.NotEmpty(ticks);
        var slack = 1e-6 * (high - low);
        Assert.All(ticks, t => Assert.InRange(t.Position, low - slack, high + slack));
        Assert.All(ticks.Zip(ticks.Skip(1)), pair => Assert.True((pair.Second.Position - pair.First.Position) * 400 / (high - low) >= 39.9));
        Assert.All(ticks, t => Assert.Equal(t.Position, Parse(t.Label), slack));
        Assert.Equal(ticks.Count, ticks.Select(t => t.Label).Distinct().Count());
    }

    [Fact]
    public void Linear_ticks_read_as_one_would_write_them()
    {
        Assert.Equal(["0.0", "0.5", "1.0"], Labels(Ticks.Linear(0, 1.2, 240, 60)));
        Assert.Equal(["−2", "0", "2"], Labels(Ticks.Linear(-2, 2, 100, 40)));
        Assert.Equal(["0.00", "0.25", "0.50", "0.75", "1.00"], Labels(Ticks.Linear(0, 1, 100, 22)));
    }

    [Theory]
    [InlineData(0, 3, new[] { "1", "10", "100", "1000" })]
    [InlineData(-3, 0, new[] { "0.001", "0.01", "0.1", "1" })]
    [InlineData(-6, -4, new[] { "10⁻⁶", "10⁻⁵", "0.0001" })]
    [InlineData(4, 6, new[] { "10000", "10⁵", "10⁶" })]
    public void Logarithmic_ticks_stand_at_decades(double low, double high, string[] labels) =>
        Assert.Equal(labels, Labels(Ticks.Logarithmic(low, high, 40 * (float)(high - low), 39)));

    [Fact]
    public void Wide_decades_are_divided_and_narrow_ones_skipped()
    {
        Assert.Equal(["1", "2", "5", "10", "20", "50", "100"], Labels(Ticks.Logarithmic(0, 2, 400, 40)));
        Assert.Equal(["1", "3", "10", "30", "100"], Labels(Ticks.Logarithmic(0, 2, 200, 40)));
        Assert.Equal(["10⁻⁸", "0.0001", "1", "10000", "10⁸"], Labels(Ticks.Logarithmic(-8, 8, 160, 40)));
    }

    [Theory]
    [InlineData(0.7f, "0.7")]
    [InlineData(0.001f, "0.001")]
    [InlineData(-0.25, "−0.25")]
    [InlineData(5e-6, "5·10⁻⁶")]
    [InlineData(0, "0")]
    [InlineData(1.23456, "1.235")]
    public void Numbers_alone_have_four_digits(double value, string text) => Assert.Equal(text, Ticks.Number(value));

    [Property]
    public void Logarithmic_ticks_say_the_power_of_ten_of_their_place(int decade, int decades)
    {
        var (low, high) = ((decade % 4) - 0.3, (decade % 4) + 0.3 + Math.Abs(decades % 4));
        foreach (var tick in Ticks.Logarithmic(low, high, 300, 40).Where(t => t.IsMajor && !t.Label.Contains("10⁻", StringComparison.Ordinal) && !t.Label.Contains("10⁵", StringComparison.Ordinal) && !t.Label.Contains("10⁶", StringComparison.Ordinal) && !t.Label.Contains("10⁷", StringComparison.Ordinal)))
        {
            Assert.InRange(tick.Position, low - 1e-9, high + 1e-9);
            Assert.Equal(Math.Pow(10, tick.Position), Parse(tick.Label), 1e-9 * Math.Pow(10, high));
        }
    }

    private static double Parse(string label) => double.Parse(label.Replace('−', '-'), CultureInfo.InvariantCulture);

    private static List<string> Labels(IEnumerable<Tick> ticks) => [.. ticks.Where(t => t.IsMajor).Select(t => t.Label)];
}
