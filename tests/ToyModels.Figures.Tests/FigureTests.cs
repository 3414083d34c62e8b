using System.Buffers.Binary;

namespace ToyModels.Figures.Tests;

public sealed class FigureTests
{
    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void Every_figure_has_the_same_bytes_each_time(string name)
    {
        var first = Samples.Draw(name);
        var second = Samples.Draw(name);
        Assert.Equal(first.ToSvg(), second.ToSvg());
        Assert.Equal(first.ToSvg(), first.ToSvg());
        Assert.Equal(first.ToPng(), second.ToPng());
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void Every_png_has_the_promised_size(string name)
    {
        var figure = Samples.Draw(name);
        var png = figure.ToPng();
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((figure.Width, figure.Height), Size(png));
    }

    [Fact]
    public void Scale_multiplies_the_pixels() => Assert.Equal((2 * 640, 2 * 380), Size(Samples.Card(5).ToPng(2)));

    [Fact]
    public void Figures_can_be_drawn_by_many_threads_at_once()
    {
        var figure = Samples.Card(8);
        var (svg, png) = (figure.ToSvg(), figure.ToPng());
        Parallel.For(0, 8, _ =>
        {
            Assert.Equal(svg, figure.ToSvg());
            Assert.Equal(png, figure.ToPng());
        });
    }

    [Fact]
    public void Figures_keep_their_own_copy_of_the_data()
    {
        var matrix = Samples.Wave(9);
        var figure = HeatMap.Draw(matrix, 3, 3);
        var before = figure.ToPng();
        Array.Clear(matrix);
        Assert.Equal(before, figure.ToPng());
    }

    [Theory]
    [InlineData("figure.svg")]
    [InlineData("figure.PNG")]
    public void Save_writes_what_the_extension_says(string name)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, name);
            var figure = Samples.Card(3);
            figure.Save(path);
            var expected = name.EndsWith("svg", StringComparison.Ordinal) ? System.Text.Encoding.UTF8.GetBytes(figure.ToSvg()) : figure.ToPng();
            Assert.Equal(expected, File.ReadAllBytes(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Save_refuses_other_extensions()
    {
        var error = Assert.Throws<ArgumentException>(() => Samples.Card(3).Save("figure.jpeg"));
        Assert.Contains("'.jpeg'", error.Message, StringComparison.Ordinal);
        Assert.Contains(".svg or .png", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Scales_outside_their_range_are_refused(int scale) => Assert.Throws<ArgumentOutOfRangeException>(() => Samples.Card(3).ToPng(scale));

    [Fact]
    public void A_figure_without_room_for_its_body_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Samples.Card(3, new ModelCardOptions { Width = 60, Height = 60, Title = "a title" }));
        Assert.Contains("60 × 60", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCardOptions { Width = 59 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeatMapOptions { Height = 20_000 });
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void Every_figure_tells_what_it_shows(string name)
    {
        var text = Samples.Draw(name).AltText;
        Assert.True(text.Length > 20, text);
        Assert.EndsWith(".", text, StringComparison.Ordinal);
    }

    private static (int Width, int Height) Size(ReadOnlySpan<byte> png) =>
        (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..]));
}
