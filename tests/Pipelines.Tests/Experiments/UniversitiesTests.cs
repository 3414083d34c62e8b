using System.Text.Json.Nodes;

namespace ToyModels.Pipelines.Tests;

public sealed class UniversitiesTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public UniversitiesTests() => Assert.Equal(0, _workplace.Invoke("run universities --out out --verify"));

    public void Dispose() => _workplace.Dispose();

    [Fact]
    public void Every_number_of_the_worked_example_passes()
    {
        var verdicts = _workplace.Manifest("out").Verdicts;
        Assert.All(verdicts, v => Assert.Equal(VerdictOutcome.Pass, v.Outcome));
        Assert.Equal(
            ["direction-0", "direction-1", "direction-2", "dot-0-1", "dot-0-2", "dot-1-2", "hidden", "reconstruction"],
            verdicts.Select(v => v.Id));
        Assert.Equal("(0.45, 0.45, −0.9)", verdicts.Single(v => v.Id == "reconstruction").Measured);
    }

    [Fact]
    public void The_folder_holds_weights_model_table_picture_and_page() => Assert.Equal(
        ["features.csv", "figures/universities.png", "figures/universities.svg", "models/000.zip", "report.html", "weights.safetensors"],
        _workplace.Manifest("out").Files.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void The_manifest_has_the_agreed_shape()
    {
        var json = JsonNode.Parse(File.ReadAllText(_workplace.PathOf("out/run.json")))!.AsObject();
        Assert.Equal(["pipeline", "status", "options", "seed", "versions", "instructionSet", "seconds", "files", "verdicts"], json.Select(p => p.Key));
        Assert.Equal("universities", (string?)json["pipeline"]);
        Assert.Equal("complete", (string?)json["status"]);
        Assert.Equal(0, (int)json["seed"]!);
        Assert.Equal("{}", json["options"]!.ToJsonString());
        Assert.Equal(["dotnet", "ml.net", "system", "toymodels"], json["versions"]!.AsObject().Select(p => p.Key));
        Assert.Equal(
            """{"id":"dot-0-1","what":"W of A \u00B7 W of B","expected":"\u22120.5","measured":"\u22120.5","outcome":"pass"}""",
            JsonNode.Parse(json["verdicts"]![3]!.ToJsonString())!.ToJsonString());
        Assert.All(json["files"]!.AsObject(), f => Assert.Matches("^[0-9a-f]{64}$", (string)f.Value!));
    }

    [Fact]
    public void The_page_is_well_formed_and_needs_nothing_else()
    {
        var page = WellFormedPage.Read(_workplace.PathOf("out/report.html"));
        Assert.Empty(WellFormedPage.OutsideResources(page, _workplace.PathOf("out")));
        Assert.All(page.Descendants(WellFormedPage.Html + "img"), i => Assert.NotEqual("", i.Attribute("alt")!.Value));
        Assert.All(_workplace.Manifest("out").Verdicts, v => Assert.Single(page.Descendants(), e => e.Attribute("id")?.Value == v.Id));
    }
}
