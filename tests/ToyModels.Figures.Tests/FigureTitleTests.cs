namespace ToyModels.Figures.Tests;

public sealed class FigureTitleTests
{
    [Fact]
    public void Titles_word_the_configuration()
    {
        Assert.Equal("n = 3, m = 2, I = 1, 1 − S = 0.05", FigureTitle.Of(Samples.Result(3, 2, null, [0.05f, 0.05f, 0.05f])));
        Assert.Equal("n = 3, m = 2, I = 0.9ⁱ, 1 − S = 0.001 … 1", FigureTitle.Of(Samples.Result(3, 2, Importance.Geometric(0.9f), [1, 0.001f, 0.5f])));
        Assert.Equal("n = 2, m = 1, I = 1 … 0.01, 1 − S = 1", FigureTitle.Of(Samples.Result(2, 1, Importance.LogSpaced(1, 0.01f), [1, 1])));
        Assert.Equal("n = 2, m = 1, I = 0.2 … 0.7, 1 − S = 1", FigureTitle.Of(Samples.Result(2, 1, Importance.Given(0.7f, 0.2f), [1, 1])));
    }
}
