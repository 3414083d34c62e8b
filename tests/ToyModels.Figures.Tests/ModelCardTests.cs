namespace ToyModels.Figures.Tests;

public sealed class ModelCardTests
{
    [Fact]
    public void Card_of_a_result_is_the_card_of_its_numbers()
    {
        var result = Samples.Result(6, 3, Importance.Geometric(0.7f), [.. Enumerable.Repeat(0.01f, 6)]);
        var metrics = ModelMetrics.Measure(result.Model, result.Importances.AsSpan(), result.Densities.AsSpan());
        var card = ModelCard.Draw(result, metrics);
        Assert.Equal("n = 6, m = 3, I = 0.7ⁱ, 1 − S = 0.01", card.Title);
        var numbers = ModelCard.Draw(
            metrics.Gram(),
            result.Model.Bias,
            [.. metrics.Features.Select(f => f.Norm)],
            [.. metrics.Features.Select(f => f.Interference)],
            new ModelCardOptions { Title = card.Title });
        Assert.Equal(numbers.ToPng(), card.ToPng());
        Assert.Equal("mine", ModelCard.Draw(result, metrics, new ModelCardOptions { Title = "mine" }).Title);
    }

    [Fact]
    public void Every_part_shows()
    {
        float[] gram = [1, 0, 0, 1], bias = [0, 0], norms = [1, 1], interference = [0, 0];
        var card = ModelCard.Draw(gram, bias, norms, interference).ToPng();
        Assert.NotEqual(card, ModelCard.Draw([1, 0.5f, 0.5f, 1], bias, norms, interference).ToPng());
        Assert.NotEqual(card, ModelCard.Draw(gram, [0.5f, 0], norms, interference).ToPng());
        Assert.NotEqual(card, ModelCard.Draw(gram, bias, [1, 0.5f], interference).ToPng());
        Assert.NotEqual(card, ModelCard.Draw(gram, bias, norms, [0, 0.5f]).ToPng());
    }

    [Fact]
    public void Parts_of_different_sizes_are_refused()
    {
        Assert.Contains("2 rows times 2 columns", Assert.Throws<ArgumentException>(() => ModelCard.Draw(new float[3], new float[2], new float[2], new float[2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ModelCard.Draw(new float[4], new float[2], new float[3], new float[2]));
        Assert.Contains("bias is NaN at feature 1", Assert.Throws<ArgumentException>(() => ModelCard.Draw(new float[4], [0, float.NaN], new float[2], new float[2])).Message, StringComparison.Ordinal);
    }
}
