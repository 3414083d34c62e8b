using Microsoft.ML;
using ToyModels.ML;

namespace ToyModels.Pipelines.Tests;

public sealed class SuperpositionTests(SuperpositionRun run) : IClassFixture<SuperpositionRun>
{
    private static readonly string[] _sizes = ["n20-m5", "n80-m20"];

    [Fact]
    public void The_folder_holds_a_folder_a_size_and_figures_and_page_at_the_top()
    {
        var expected =
            from size in _sizes
            from file in new[] { "features.csv", "loss.csv", "weights.safetensors" }.Concat(Enumerable.Range(0, 14).Select(i => $"models/{i:000}.zip"))
            select $"{size}/{file}";
        var figures =
            from size in _sizes
            from name in new[] { "features", "linear", "relu-output", "loss" }
            from extension in new[] { "svg", "png" }
            select $"figures/{size}-{name}.{extension}";
        Assert.Equal(
            expected.Concat(figures).Append("report.html").Order(StringComparer.Ordinal),
            run.Workplace.Manifest("out").Files.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_verdict_of_a_shortened_run_is_skipped_with_its_reason()
    {
        var verdicts = run.Workplace.Manifest("out").Verdicts;
        Assert.NotEmpty(verdicts);
        Assert.Equal(verdicts.Count, verdicts.Select(v => v.Id).Distinct().Count());
        Assert.All(verdicts, v => Assert.Equal(
            (VerdictOutcome.Skipped, "steps is 60, published with 10000; batch is 64, published with 1024"), (v.Outcome, v.Reason)));
    }

    [Fact]
    public void Models_come_linear_first_and_from_dense_to_sparse()
    {
        var results = WeightsFile.Read(run.Workplace.PathOf("out/n80-m20/weights.safetensors"));
        Assert.Equal(
            from kind in new[] { ToyModelKind.Linear, ToyModelKind.ReluOutput }
            from density in new[] { 1, 0.3f, 0.1f, 0.03f, 0.01f, 0.003f, 0.001f }
            select (kind, density, 80, 20, 60, StopReason.Completed),
            results.Select(r => (r.Model.Kind, r.Densities[0], r.Model.FeatureCount, r.Model.HiddenCount, r.Best.StepsDone, r.Best.StopReason)));
        Assert.Equal(14, results.Select(r => r.Seed).Distinct().Count());
        Assert.All(results, r => Assert.Equal(Importance.Geometric(0.9f).Resolve(80).ToArray(), r.Importances.ToArray()));
    }

    [Fact]
    public void A_saved_model_serves_what_the_weights_file_holds()
    {
        var ml = new MLContext();
        ml.ToyModels();
        var chain = ml.Model.Load(run.Workplace.PathOf("out/n20-m5/models/010.zip"), out var schema);
        var model = Assert.IsType<ToyModelTransformer>(chain);
        Assert.Equal("Features", schema.Single().Name);
        Assert.Equal(WeightsFile.Read(run.Workplace.PathOf("out/n20-m5/weights.safetensors"))[10].Model.Weights.ToArray(), model.Model.Weights.ToArray());
    }

    [Fact]
    public void The_run_verifies() => Assert.Equal(0, run.Workplace.Invoke("inspect out --verify"));

    [Fact]
    public void The_page_is_well_formed_and_needs_nothing_else()
    {
        var page = WellFormedPage.Read(run.Workplace.PathOf("out/report.html"));
        Assert.Empty(WellFormedPage.OutsideResources(page, run.Workplace.PathOf("out")));
        Assert.Equal(8, page.Descendants(WellFormedPage.Html + "img").Count());
        Assert.Equal(
            "toymodels run superposition --seed 5 --set steps=60 --set batch=64",
            page.Descendants(WellFormedPage.Html + "pre").Single().Value);
    }
}
