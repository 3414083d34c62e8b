namespace ToyModels.Figures.Tests;

public sealed class SmallMultiplesTests
{
    [Fact]
    public void A_scale_that_panels_share_is_drawn_once()
    {
        var grid = SmallMultiples.Draw([Samples.Card(4), Samples.Card(5), NormBars.Draw([1], [0])]);
        Assert.Equal(Samples.Card(4).Keys.AsEnumerable(), grid.Keys);
    }

    [Fact]
    public void Main_figure_has_the_width_that_is_asked_for()
    {
        var panels = Enumerable.Range(0, 14).Select(i => Samples.Card(20)).ToList();
        var grid = SmallMultiples.Draw(panels, new SmallMultiplesOptions
        {
            Columns = 2,
            Title = "n = 20, m = 5, I = 0.7ⁱ",
            ColumnHeadings = ["linear", "ReLU"],
            RowHeadings = ["1", "0.3", "0.1", "0.03", "0.01", "0.003", "0.001"],
            Width = 1200,
            PanelHeight = 200,
        });
        Assert.Equal(1200, grid.Width);
        Assert.InRange(grid.Height, 7 * 200, (7 * 200) + 250);
        Assert.Contains("14 panels in 7 rows and 2 columns", grid.AltText, StringComparison.Ordinal);
        Assert.Contains("linear, ReLU", grid.AltText, StringComparison.Ordinal);
        Assert.InRange(grid.ToSvg().Length, 1, 400_000);
    }

    [Fact]
    public void Panels_keep_their_size_where_none_is_asked_for()
    {
        var panel = Samples.Card(4);
        var one = SmallMultiples.Draw([panel], new SmallMultiplesOptions { Columns = 1 });
        Assert.Equal(panel.Width, one.Width);
        var two = SmallMultiples.Draw([panel, panel]);
        Assert.True(two.Width > 2 * panel.BodySize.Width);
        Assert.Equal(one.Height, two.Height);
    }

    [Fact]
    public void Panel_titles_show_where_there_are_no_headings()
    {
        var panel = Samples.Card(4, new ModelCardOptions { Title = "panel" });
        var plain = SmallMultiples.Draw([panel], new SmallMultiplesOptions { Columns = 1 });
        var hidden = SmallMultiples.Draw([panel], new SmallMultiplesOptions { Columns = 1, PanelTitles = false });
        Assert.True(plain.Height > hidden.Height);
        var headed = SmallMultiples.Draw([panel], new SmallMultiplesOptions { Columns = 1, RowHeadings = ["row"] });
        Assert.Equal(hidden.Height, headed.Height);
    }

    [Fact]
    public void Headings_that_do_not_fit_are_refused()
    {
        Figure[] panels = [Samples.Card(4), Samples.Card(4), Samples.Card(4)];
        var error = Assert.Throws<ArgumentException>(() => SmallMultiples.Draw(panels, new SmallMultiplesOptions { RowHeadings = ["one"] }));
        Assert.Contains("has 1 elements, but must have 2: one for each row", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SmallMultiples.Draw(panels, new SmallMultiplesOptions { ColumnHeadings = ["one"] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SmallMultiples.Draw([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmallMultiplesOptions { Columns = 0 });
    }
}
