using System.Text;
using System.Xml.Linq;

namespace ToyModels.Figures.Tests;

public sealed class SvgDocumentTests
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace _link = "http://www.w3.org/1999/xlink";

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void Every_svg_stands_alone(string name)
    {
        var figure = Samples.Draw(name);
        var root = XDocument.Parse(figure.ToSvg()).Root!;
        Assert.Equal(_svg + "svg", root.Name);
        Assert.Equal($"0 0 {figure.Width} {figure.Height}", (string?)root.Attribute("viewBox"));
        Assert.Equal("img", (string?)root.Attribute("role"));
        Assert.Equal(figure.Title.Length > 0 ? figure.Title : figure.AltText, root.Element(_svg + "title")!.Value);
        Assert.Equal(figure.AltText, root.Element(_svg + "desc")!.Value);
        Assert.Empty(root.Descendants(_svg + "text"));
        Assert.DoesNotContain("font-family", root.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void Every_reference_leads_to_one_element(string name)
    {
        var root = XDocument.Parse(Samples.Draw(name).ToSvg()).Root!;
        var ids = root.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var references = root.Descendants().Attributes(_link + "href").Select(a => a.Value).Where(v => !v.StartsWith("data:", StringComparison.Ordinal)).Select(v => v[1..])
            .Concat(root.Descendants().Attributes().Where(a => a.Value.StartsWith("url(#", StringComparison.Ordinal)).Select(a => a.Value[5..^1]))
            .ToList();
        Assert.NotEmpty(references);
        Assert.Empty(references.Except(ids));
    }

    [Fact]
    public void Figures_on_one_page_share_no_ids()
    {
        var (a, b) = (Ids(Samples.Card(4)), Ids(Samples.Card(5)));
        Assert.NotEmpty(a);
        Assert.Empty(a.Intersect(b));

        static HashSet<string> Ids(Figure figure) => [.. XDocument.Parse(figure.ToSvg()).Descendants().Attributes("id").Select(i => i.Value)];
    }

    [Fact]
    public void Titles_may_hold_signs_that_xml_reserves()
    {
        var figure = LineChart.Draw([Samples.Loss("a", 1)], new ChartOptions { Title = "‖W‖ < 1 & \"m\" > 2" });
        Assert.Equal(figure.Title, XDocument.Parse(figure.ToSvg()).Root!.Element(_svg + "title")!.Value);
    }

    [Fact]
    public void Letters_are_the_outlines_of_the_typeface_where_skia_puts_them()
    {
        var figure = LineChart.Draw([Samples.Loss("a", 1)], new ChartOptions { Title = "Wᵀ W" });
        var root = XDocument.Parse(figure.ToSvg()).Root!;
        var title = root.Elements(_svg + "g").First();
        using var font = Typeface.Font(100, bold: true);
        var outline = root.Element(_svg + "defs")!.Elements(_svg + "path").ToDictionary(p => (string)p.Attribute("id")!, p => (string)p.Attribute("d")!);
        var uses = title.Elements(_svg + "use").ToList();
        var visible = font.GetGlyphs("WᵀW");
        Assert.Equal(visible.Length, uses.Count);
        foreach (var (glyph, use) in visible.Zip(uses))
        {
            using var path = font.GetGlyphPath(glyph);
            Assert.Equal(path.ToSvgPathData(), outline[((string)use.Attribute(_link + "href")!)[1..]]);
        }

        var width = (float)uses[2].Attribute("x")! - (float)uses[0].Attribute("x")!;
        Assert.Equal(font.MeasureText("Wᵀ "), width, 0.5);
    }

    [Theory]
    [InlineData(20, 60_000)]
    [InlineData(80, 120_000)]
    public void Model_cards_are_small_files(int n, int bytes) => Assert.InRange(Encoding.UTF8.GetByteCount(Samples.Card(n).ToSvg()), 1, bytes);
}
