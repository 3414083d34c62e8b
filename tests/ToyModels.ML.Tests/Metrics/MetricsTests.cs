using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class MetricsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void The_feature_table_holds_the_metrics_of_the_model_and_the_slot_names_of_the_data()
    {
        var definition = Views.Definition<Views.DenseRow>();
        var names = new[] { "cat", "dog", "", "bird", "fish" };
        definition["Features"].AddAnnotation(
            "SlotNames", new VBuffer<ReadOnlyMemory<char>>(5, [.. names.Select(n => n.AsMemory())]), new VectorDataViewType(TextDataViewType.Instance, 5));
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 9).Select(r => new Views.DenseRow { Features = Views.Row(r) }).ToArray(), definition);
        var fitted = _ml.ToyModels().ToyModel(Contexts.AllColumns()).Fit(data);

        var rows = _ml.Data.CreateEnumerable<FeatureMetricsRow>(_ml.ToyModels().FeatureMetrics(fitted), reuseRowObject: false).ToArray();

        Assert.Equal(["cat", "dog", "F2", "bird", "fish"], rows.Select(r => r.Name));
        var metrics = ModelMetrics.Measure(fitted.Model, fitted.Result.Importances.AsSpan(), fitted.Result.Densities.AsSpan());
        Assert.Equal(metrics.Features, rows.Select(r => new FeatureMetrics(
            r.Feature, r.Importance, r.Density, r.Bias, r.Norm, r.Interference, r.ExpectedInterference, r.Polysemanticity, r.Dimensionality, r.Component, r.Label)));
    }

    [Fact]
    public void Types_of_both_tables_are_tidy()
    {
        var fitted = Contexts.Fit(_ml);

        Assert.Equal(
            "Feature Int32, Name String, Importance Single, Density Single, Bias Single, Norm Single, Interference Single, ExpectedInterference Single, Polysemanticity Single, Dimensionality Single, Component Int32, Label String",
            Types(_ml.ToyModels().FeatureMetrics(fitted)));
        Assert.Equal("I Int32, J Int32, Dot Single, Cosine Single", Types(_ml.ToyModels().PairMetrics(fitted)));

        static string Types(IDataView view) => string.Join(", ", view.Schema.Select(c => $"{c.Name} {c.Type}"));
    }

    [Fact]
    public void Thresholds_are_the_caller_s()
    {
        var fitted = Contexts.Fit(_ml);

        var rows = _ml.Data.CreateEnumerable<FeatureMetricsRow>(
            _ml.ToyModels().FeatureMetrics(fitted, new MetricsOptions { RepresentedNorm = 100 }), reuseRowObject: false);

        Assert.All(rows, r => Assert.Equal(GeometryLabel.NotLearned, r.Label));
    }

    [Fact]
    public void Data_frames_hold_all_rows()
    {
        var data = _ml.ToyModels().Generate(new FeatureDistribution(120, 0.5f), 100, seed: 1);
        var fitted = _ml.ToyModels().ToyModel(Contexts.AllColumns(hidden: 3)).Fit(data);

        var (features, pairs) = (_ml.ToyModels().FeatureMetricsFrame(fitted), _ml.ToyModels().PairMetricsFrame(fitted));

        Assert.Equal(120, features.Rows.Count);
        Assert.Equal(120 * 119 / 2, pairs.Rows.Count);
        Assert.Equal(fitted.Metrics.Features.Select(f => (float?)f.Norm), (SingleDataFrameColumn)features["Norm"]);
        Assert.Equal(fitted.Metrics.Pairs().Select(p => (float?)p.Cosine), (SingleDataFrameColumn)pairs["Cosine"]);
        Assert.Equal(fitted.Metrics.Features.Max(f => f.Norm), features.OrderByDescending("Norm")["Norm"][0]);
        Assert.NotEmpty(features.GroupBy("Label").Count().Rows);
    }

    [Theory]
    [InlineData("Hidden")]
    [InlineData("Reconstruction")]
    [InlineData("Loss")]
    public void As_a_step_of_a_pipeline_the_table_is_the_same(string column)
    {
        var chain = _ml.ToyModels().ToyModel(Contexts.AllColumns()).Append(_ml.ToyModels().FeatureMetrics(column));

        var fitted = chain.Fit(Views.Dense(_ml));

        var model = ((IEnumerable<ITransformer>)fitted).OfType<ToyModelTransformer>().Single();
        Assert.Equal(Lines(_ml.ToyModels().FeatureMetrics(model)), Lines(fitted.Transform(Views.Dense(_ml))));
        Assert.False(((ITransformer)fitted).IsRowToRowMapper);

        string Lines(IDataView view) =>
            string.Join('\n', _ml.Data.CreateEnumerable<FeatureMetricsRow>(view, false).Select(r => System.Text.Json.JsonSerializer.Serialize(r)));
    }

    [Fact]
    public void The_step_cannot_serve_single_rows_and_says_what_to_do()
    {
        var view = Contexts.Fit(_ml).Transform(Views.Dense(_ml));
        var step = _ml.ToyModels().FeatureMetrics().Fit(view);

        var e = Assert.Throws<InvalidOperationException>(() => step.GetRowToRowMapper(view.Schema));

        Assert.Contains("save the pipeline without FeatureMetrics", e.Message);
    }

    [Fact]
    public void Away_from_its_model_the_step_names_the_one_to_stand_after()
    {
        var chain = _ml.ToyModels().ToyModel(Contexts.AllColumns())
            .Append(_ml.Transforms.NormalizeMinMax("Hidden"))
            .Append(_ml.ToyModels().FeatureMetrics());

        Assert.Contains("directly after the step ToyModel", Assert.Throws<InvalidOperationException>(() => chain.Fit(Views.Dense(_ml))).Message);
        Assert.Contains("directly after the step ToyModel", Assert.Throws<InvalidOperationException>(() => _ml.ToyModels().FeatureMetrics("Features").Fit(Views.Dense(_ml))).Message);
        var fitted = _ml.ToyModels().FeatureMetrics().Fit(Contexts.Fit(_ml).Transform(Views.Dense(_ml)));
        Assert.Throws<ArgumentOutOfRangeException>(() => fitted.Transform(Views.Dense(_ml)));
        Assert.Throws<ArgumentOutOfRangeException>(() => fitted.GetOutputSchema(Views.Dense(_ml).Schema));
    }
}
