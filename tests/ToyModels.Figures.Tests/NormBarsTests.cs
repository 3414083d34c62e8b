namespace ToyModels.Figures.Tests;

public sealed class NormBarsTests
{
    [Fact]
    public void Bad_numbers_are_refused_with_their_feature()
    {
        Assert.Contains("norms is -1 at feature 1", Assert.Throws<ArgumentException>(() => NormBars.Draw([0, -1], [0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("interference is NaN at feature 0", Assert.Throws<ArgumentException>(() => NormBars.Draw([0, 1], [float.NaN, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("has 1 elements, but must have 2", Assert.Throws<ArgumentException>(() => NormBars.Draw([0, 1], [0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => NormBars.Draw([], []));
    }

    [Fact]
    public void Alternative_text_counts_represented_and_swamped_features()
    {
        var text = NormBars.Draw([1, 0.9f, 0.2f], [0, 1, 3]).AltText;
        Assert.Contains("3 features", text, StringComparison.Ordinal);
        Assert.Contains("2 have a norm above 0.5", text, StringComparison.Ordinal);
        Assert.Contains("2 have an interference of 1 or more", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Axis_holds_one_and_the_longest_bar()
    {
        Assert.Equal(1.05, NormBars.Limit([0.1f, 0]), 1e-6);
        Assert.Equal(2.1, NormBars.Limit([2, 0]), 1e-6);
    }
}
