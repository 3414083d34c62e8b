using SkiaSharp;

namespace ToyModels.Figures.Tests;

public sealed class FeatureArrowsTests
{
    [Fact]
    public void Only_two_hidden_dimensions_can_be_drawn()
    {
        var model = new ToyModel(ToyModelKind.ReluOutput, 3, new float[6], new float[2]);
        var error = Assert.Throws<ArgumentException>(() => FeatureArrows.Draw(model, [1, 1]));
        Assert.Contains("m = 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_gives_the_picture_of_its_weights()
    {
        var model = new ToyModel(ToyModelKind.ReluOutput, 2, Samples.Polygon(5), new float[5]);
        float[] importances = [1, 0.9f, 0.8f, 0.7f, 0.6f];
        Assert.Equal(FeatureArrows.Draw(Samples.Polygon(5), importances).ToPng(), FeatureArrows.Draw(model, importances).ToPng());
    }

    [Fact]
    public void Arrows_run_from_the_origin_to_the_weights_darker_where_importance_is_higher()
    {
        using var pixels = SKBitmap.Decode(FeatureArrows.Draw([1, 0, 0, 1], [1, 0.5f], new FeatureArrowsOptions { Limit = 1.5f, Width = 400, Height = 424 }).ToPng());
        var (origin, unit) = Frame(pixels, limit: 1.5f);
        Assert.Equal(ColorMap.Sequential.Rgb(0), Samples.Rgb(pixels.GetPixel(origin.X + (unit / 2), origin.Y)));
        Assert.Equal(ColorMap.Sequential.Rgb(1), Samples.Rgb(pixels.GetPixel(origin.X, origin.Y - (unit / 2))));
        Assert.NotEqual(ColorMap.Sequential.Rgb(0), Samples.Rgb(pixels.GetPixel(origin.X - (unit / 2), origin.Y)));
        Assert.NotEqual(ColorMap.Sequential.Rgb(1), Samples.Rgb(pixels.GetPixel(origin.X, origin.Y - unit - 4)));
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Contains("row 1, column 0", Assert.Throws<ArgumentException>(() => FeatureArrows.Draw([0, 0, float.NaN, 0], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FeatureArrows.Draw([0, 0], [1, 1]));
        Assert.Throws<ArgumentException>(() => FeatureArrows.Draw([0, 0], [-1]));
        Assert.Throws<ArgumentException>(() => FeatureArrows.Draw([0, 0], [1], new FeatureArrowsOptions { FeatureNames = [] }));
    }

    [Fact]
    public void One_importance_needs_no_scale()
    {
        Assert.Empty(FeatureArrows.Draw(Samples.Polygon(3), [1, 1, 1]).Keys);
        Assert.Single(FeatureArrows.Draw(Samples.Polygon(3), [1, 1, 0.5f]).Keys);
    }

    /// <summary>The middle of the data area and the pixels of one unit, from the frame in the picture.</summary>
    private static (SKPointI Origin, int Unit) Frame(SKBitmap pixels, float limit)
    {
        var frame = Samples.Rgb(new SKColor(Ink.Frame.R, Ink.Frame.G, Ink.Frame.B));
        var row = Enumerable.Range(0, pixels.Height).First(y => Enumerable.Range(0, pixels.Width).Count(x => Near(pixels.GetPixel(x, y), frame)) > pixels.Width / 2);
        var xs = Enumerable.Range(0, pixels.Width).Where(x => Near(pixels.GetPixel(x, row), frame)).ToList();
        var side = xs[^1] - xs[0];
        return (new SKPointI(xs[0] + (side / 2), row + (side / 2)), (int)(side / 2 / limit));

        static bool Near(SKColor a, int rgb) => Math.Abs(a.Red - (rgb >> 16)) < 45 && Math.Abs(a.Green - ((rgb >> 8) & 255)) < 45 && a.Red < 235;
    }
}
