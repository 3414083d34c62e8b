namespace ToyModels.Pipelines.Tests;

public sealed class ReportPageTests
{
    private static readonly RunFacts _facts = new(
        new StubPipeline(_ => { }),
        new NoOptions(),
        3,
        RunStatus.Complete,
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        61.2,
        "vector256",
        new Dictionary<string, string> { ["toymodels"] = "0.1.0" });

    [Fact]
    public void Every_text_is_escaped()
    {
        const string nasty = "<b>&\"'</b>";
        var report = new Report();
        report.AddSection(nasty)
            .Add(new ReportText(nasty))
            .Add(new ReportFigure("f", "data:image/png;base64,AA==", 10, nasty, nasty))
            .Add(new ReportTable(nasty, [nasty], [[nasty]]));
        var page = Render(report, [Verdict.Check("id", nasty, nasty, nasty, passed: true), Verdict.Skip("other", nasty, nasty, nasty)]);
        Assert.Empty(page.Descendants(WellFormedPage.Html + "b"));
        Assert.Equal(13, page.DescendantsAndSelf().SelectMany(e => e.Nodes().OfType<System.Xml.Linq.XText>().Select(t => t.Value)
            .Concat(e.Attributes("alt").Select(a => a.Value))).Count(v => v == nasty));
    }

    [Fact]
    public void Columns_of_numbers_stand_to_the_right()
    {
        var report = new Report();
        report.AddSection("Numbers").Add(new ReportTable("Caption", ["Name", "Value"], [["a", "1.5e−3"], ["b", "−2"]]));
        var cells = Render(report, []).Descendants(WellFormedPage.Html + "td").Where(c => c.Value is "a" or "1.5e−3" or "−2").ToList();
        Assert.Equal([null, "number", "number"], cells.Select(c => c.Attribute("class")?.Value));
    }

    [Fact]
    public void The_page_tells_how_to_run_it_again_and_how_long_that_takes()
    {
        var page = Render(new Report(), []);
        Assert.Equal("toymodels run stub --seed 3", page.Descendants(WellFormedPage.Html + "pre").Single().Value);
        Assert.Contains(page.Descendants(WellFormedPage.Html + "td"), c => c.Value == "1 min 1 s");
    }

    private static System.Xml.Linq.XElement Render(Report report, IReadOnlyList<Verdict> verdicts)
    {
        var folder = Directory.CreateTempSubdirectory("toymodels-");
        try
        {
            var path = Path.Combine(folder.FullName, "report.html");
            File.WriteAllText(path, ReportPage.Render(_facts, report, verdicts, []));
            return WellFormedPage.Read(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
