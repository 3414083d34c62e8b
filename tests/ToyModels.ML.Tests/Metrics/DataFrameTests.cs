using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>The tables as data frames: what an analyst does with them.</summary>
public class DataFrameTests
{
    private static readonly MLContext _ml = new(seed: 1);

    private static readonly Lazy<IReadOnlyList<ToyModelTransformer>> _models = new(() => _ml.ToyModels().Sweep(new SweepOptions
    {
        Sizes = [new(60, 5), new(40, 4)],
        Densities = [1, 0.1f, 0.01f],
        Importances = [Importance.Uniform(), Importance.Geometric(0.9f)],
        Seeds = [1, 2],
        Steps = 10,
        BatchSize = 64,
    }));

    private static ToyModelsCatalog Toys => _ml.ToyModels();

    [Fact]
    public void The_table_of_models_has_a_row_a_model_and_the_sweep_s_parameters_as_columns()
    {
        var rows = _ml.Data.CreateEnumerable<ModelMetricsRow>(Toys.ModelMetrics(_models.Value), false).ToArray();

        Assert.Equal(24, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var (row, model) = (rows[i], _models.Value[i]);
            Assert.Equal((i, i < 12 ? 60 : 40, i < 12 ? 5 : 4, "relu-output"), (row.Model, row.FeatureCount, row.HiddenCount, row.Kind));
            Assert.Equal((i % 12 < 6 ? "uniform 1" : "geometric 0.9", new[] { 1, 0.1f, 0.01f }[i % 6 / 2], (i % 2) + 1), (row.ImportanceRule, row.MeanDensity, row.Seed));
            Assert.Equal((10, "Completed", model.EvaluationLoss), (row.StepsDone, row.StopReason, row.EvaluationLoss));
            var m = model.Metrics;
            Assert.Equal(
                (m.SquaredFrobeniusNorm, m.DimensionsPerFeature, m.FeaturesRepresented, m.ComponentCount, m.TotalDimensionality, m.Coherence, m.WelchBound),
                (row.SquaredFrobeniusNorm, row.DimensionsPerFeature, row.FeaturesRepresented, row.ComponentCount, row.TotalDimensionality, row.Coherence, row.WelchBound));
        }
    }

    [Fact]
    public void The_table_of_features_has_a_row_a_feature_of_a_model_and_the_same_metrics_as_the_model_alone()
    {
        var view = Toys.FeatureMetrics(_models.Value);
        var rows = _ml.Data.CreateEnumerable<ModelFeatureMetricsRow>(view, false).ToArray();

        Assert.Equal((12 * 60) + (12 * 40), rows.Length);
        Assert.Equal(
            "Model Int32, FeatureCount Int32, HiddenCount Int32, Kind String, ImportanceRule String, MeanDensity Single, Seed Int32, Feature Int32, Name String, Importance Single, "
            + "Density Single, Bias Single, Norm Single, Interference Single, ExpectedInterference Single, Polysemanticity Single, Dimensionality Single, Component Int32, Label String",
            string.Join(", ", view.Schema.Select(c => $"{c.Name} {c.Type}")));
        var last = rows[^40..];
        Assert.All(last, r => Assert.Equal((23, 40, 4, "geometric 0.9", 0.01f, 2), (r.Model, r.FeatureCount, r.HiddenCount, r.ImportanceRule, r.MeanDensity, r.Seed)));
        Assert.Equal(_models.Value[^1].Metrics.Features.Select(f => (f.Feature, f.Norm, f.Label)), last.Select(r => (r.Feature, r.Norm, r.Label)));
    }

    [Fact]
    public void Thresholds_reach_every_model()
    {
        var rows = _ml.Data.CreateEnumerable<ModelMetricsRow>(Toys.ModelMetrics(_models.Value, new MetricsOptions { RepresentedNorm = 100 }), false);

        Assert.All(rows, r => Assert.Equal(0, r.FeaturesRepresented));
        Assert.Equal([GeometryLabel.NotLearned], Toys.FeatureMetricsFrame(_models.Value, new MetricsOptions { RepresentedNorm = 100 })["Label"].Cast<string>().Distinct());
    }

    [Fact]
    public void Frames_hold_all_rows_and_filter_sort_and_group()
    {
        var features = Toys.FeatureMetricsFrame(_models.Value);
        Assert.Equal(1200, features.Rows.Count);

        var sparse = features.Filter(features["MeanDensity"].ElementwiseLessThan(0.05f));
        Assert.Equal(400, sparse.Rows.Count);

        var sorted = sparse.OrderByDescending("Norm");
        Assert.Equal(sparse["Norm"].Cast<float>().OrderDescending(), sorted["Norm"].Cast<float>());

        var means = features.GroupBy<float>("MeanDensity").Mean("Norm");
        var expected = features.Rows.GroupBy(r => (float)r["MeanDensity"]).ToDictionary(g => g.Key, g => g.Average(r => (double)(float)r["Norm"]));
        Assert.Equal(3, means.Rows.Count);
        Assert.All(means.Rows, r => Assert.Equal(expected[(float)r["MeanDensity"]], (double)r["Norm"], 1e-6));
    }

    [Fact]
    public void The_tables_join_on_the_number_of_the_model()
    {
        var (models, features) = (Toys.ModelMetricsFrame(_models.Value), Toys.FeatureMetricsFrame(_models.Value));

        var joined = features.Merge<int>(models, "Model", "Model", "_feature", "_model", JoinAlgorithm.Inner);

        Assert.Equal(1200, joined.Rows.Count);
        Assert.All(joined.Rows.Take(100), r => Assert.Equal(_models.Value[(int)r["Model_feature"]].EvaluationLoss, (float)r["EvaluationLoss"]));
    }

    [Fact]
    public void A_frame_goes_to_csv_and_comes_back_with_the_same_bits()
    {
        var frame = Toys.ModelMetricsFrame(_models.Value);
        using var csv = new MemoryStream();

        DataFrame.SaveCsv(frame, csv, cultureInfo: CultureInfo.InvariantCulture);
        csv.Position = 0;
        var back = DataFrame.LoadCsv(csv, dataTypes: [.. frame.Columns.Select(c => c.DataType)], cultureInfo: CultureInfo.InvariantCulture);

        Assert.Equal(frame.Columns.Select(c => (c.Name, c.DataType)), back.Columns.Select(c => (c.Name, c.DataType)));
        Assert.All(frame.Columns, c => Assert.Equal(c.Cast<object>(), back[c.Name].Cast<object>()));
    }

    [Fact]
    public void A_frame_goes_back_into_a_pipeline()
    {
        var features = Toys.FeatureMetricsFrame(_models.Value);
        var represented = features.Filter(features["FeatureCount"].ElementwiseEquals(60));
        IDataView view = represented;
        string[] columns = [nameof(FeatureMetricsRow.Norm), nameof(FeatureMetricsRow.Interference), nameof(FeatureMetricsRow.Dimensionality), nameof(FeatureMetricsRow.Bias)];
        var chain = _ml.Transforms.Concatenate("Features", columns)
            .Append(_ml.Transforms.NormalizeMinMax("Features"))
            .Append(Toys.ToyModel(2, steps: 20, seed: 1))
            .Append(_ml.Clustering.Trainers.KMeans("Hidden", numberOfClusters: 3));

        var hidden = chain.Fit(view).Transform(view).Column("Hidden");

        Assert.Equal(720, hidden.Length);
        Assert.All(hidden, h => Assert.Equal(2, h.Length));
        Assert.Contains(hidden, h => h[0] != 0);
    }

    [Fact]
    public void A_column_of_one_s_own_joins_the_frame_and_the_pipeline()
    {
        var frame = Toys.ModelMetricsFrame(_models.Value);
        frame["PerDimension"] = frame["FeaturesRepresented"] / frame["HiddenCount"];
        var ratio = new SingleDataFrameColumn("Ratio", frame.Rows.Select(r => (float)(int)r["FeaturesRepresented"] / (int)r["HiddenCount"]));
        frame.Columns.Add(ratio);

        var view = _ml.Transforms.Concatenate("Features", "Ratio", "EvaluationLoss").Fit(frame).Transform(frame);

        Assert.Equal(_models.Value.Select(m => (float)m.Metrics.FeaturesRepresented / m.Model.HiddenCount), view.Column("Features").Select(f => f[0]));
    }
}
