namespace ToyModels.Figures.Tests;

public sealed class ChartTests
{
    [Fact]
    public void Several_series_are_named_in_the_key_and_one_is_not()
    {
        var keys = LineChart.Draw([Samples.Loss("first", 1), Samples.Loss("second", 2)]).Keys;
        Assert.Equal(["first", "second"], keys.Cast<SeriesKey>().Select(k => k.Name));
        Assert.Equal(2, keys.Cast<SeriesKey>().Select(k => k.Color).Distinct().Count());
        Assert.Empty(LineChart.Draw([Samples.Loss("first", 1)]).Keys);
    }

    [Fact]
    public void Points_that_are_not_finite_are_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => new Series("loss", [1, 2], [0, double.NaN]));
        Assert.Contains("Point 1 of series 'loss' is (2, NaN)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Series_without_points_name_or_partner_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Series("loss", [], []));
        Assert.Throws<ArgumentException>(() => new Series(" ", [1], [1]));
        Assert.Contains("one for each x of series 'loss'", Assert.Throws<ArgumentException>(() => new Series("loss", [1, 2], [1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => LineChart.Draw([]));
    }

    [Fact]
    public void Logarithmic_charts_refuse_zero()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            ScatterChart.Draw([new Series("loss", [0, 1], [1, 1])], new ChartOptions { X = new ChartAxis { Logarithmic = true } }));
        Assert.Contains("Point 0 of series 'loss' has x = 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_points_and_references_differ()
    {
        Series[] data = [Samples.Loss("a", 1)];
        var line = LineChart.Draw(data).ToPng();
        Assert.NotEqual(line, ScatterChart.Draw(data).ToPng());
        Assert.NotEqual(line, LineChart.Draw(data, new ChartOptions { Y = new ChartAxis { References = [new(0.5, "1/2")] } }).ToPng());
        Assert.Equal(line, LineChart.Draw(data, new ChartOptions { Y = new ChartAxis { References = [new(50, "far")] } }).ToPng());
    }

    [Fact]
    public void Alternative_text_names_axes_and_series()
    {
        var text = LineChart.Draw(
            [Samples.Loss("1 − S = 0.1", 4)],
            new ChartOptions { X = new ChartAxis { Label = "step", Logarithmic = true }, Y = new ChartAxis { Label = "loss" } }).AltText;
        Assert.Equal("Line chart of loss over step (logarithmic) for 1 − S = 0.1; y from 0.04 to 4.", text);
    }
}
