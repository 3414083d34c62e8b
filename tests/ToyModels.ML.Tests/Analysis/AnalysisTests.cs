using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>From a sweep to tables, to data frames and back. The regions are the snippets of docs/analysis.md.</summary>
public sealed class AnalysisTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sweep_becomes_tables_and_the_tables_an_analysis()
    {
        var cancellationToken = CancellationToken.None;
        var csvPath = _folder.PathOf("models.csv");
        var sweepFolder = _folder.PathOf("sweep");

        #region sweep
        var models = _mlContext.ToyModels().Sweep(new SweepOptions
        {
            Sizes = [new(Features: 20, Hidden: 5)],
            Densities = [1, 0.1f, 0.01f],
            Importances = [Importance.Geometric(0.7f)],
            Kinds = [ToyModelKind.Linear, ToyModelKind.ReluOutput],
            Seeds = [1, 2],
            Steps = 500,
            Folder = sweepFolder,
            CancellationToken = cancellationToken,
        });
        #endregion

        Assert.Equal(12, models.Count);

        #region tables
        IDataView modelTable = _mlContext.ToyModels().ModelMetrics(models);
        IDataView featureTable = _mlContext.ToyModels().FeatureMetrics(models);
        #endregion

        Assert.Equal(12, _mlContext.Data.CreateEnumerable<ModelMetricsRow>(modelTable, false).Count());
        Assert.Equal(240, _mlContext.Data.CreateEnumerable<ModelFeatureMetricsRow>(featureTable, false).Count());

        #region frames
        var frame = _mlContext.ToyModels().ModelMetricsFrame(models);
        var features = _mlContext.ToyModels().FeatureMetricsFrame(models);

        var relu = frame.Filter(frame["Kind"].ElementwiseEquals("relu-output"));
        var byLoss = relu.OrderBy("EvaluationLoss");
        var represented = relu.GroupBy<float>("MeanDensity").Mean("FeaturesRepresented");
        var joined = features.Merge<int>(frame, "Model", "Model", "", "_model", JoinAlgorithm.Inner);
        #endregion

        Assert.Equal(6, byLoss.Rows.Count);
        var counts = represented.Rows.ToDictionary(r => (float)r["MeanDensity"], r => (double)r["FeaturesRepresented"]);
        Assert.True(counts[0.01f] > counts[1], $"{counts[0.01f]} of 20 features at density 0.01, {counts[1]} at 1");
        Assert.Equal(240, joined.Rows.Count);

        #region csv
        DataFrame.SaveCsv(frame, csvPath, cultureInfo: CultureInfo.InvariantCulture);
        var read = DataFrame.LoadCsv(csvPath, dataTypes: [.. frame.Columns.Select(c => c.DataType)], cultureInfo: CultureInfo.InvariantCulture);
        #endregion

        Assert.All(frame.Columns, c => Assert.Equal(c.Cast<object>(), read[c.Name].Cast<object>()));

        #region back
        var pipeline = _mlContext.Transforms.Concatenate("Features", "Norm", "Interference", "Dimensionality")
            .Append(_mlContext.Transforms.NormalizeMinMax("Features"))
            .Append(_mlContext.Clustering.Trainers.KMeans(numberOfClusters: 3));
        var clusters = pipeline.Fit(features).Transform(features);
        #endregion

        Assert.Equal(240, clusters.Column("Score").Length);
    }

    [Fact]
    public void A_sweep_hands_over_what_becomes_a_phase_diagram()
    {
        var threads = 2;

        #region phases
        var phases = new Dictionary<(float Density, Importance Importance), string>();
        var diagram = new SweepOptions
        {
            Sizes = [new(Features: 2, Hidden: 1)],
            Densities = [1, 0.3f, 0.1f, 0.03f],
            Importances = [Importance.Given(1, 0.1f), Importance.Given(1, 1), Importance.Given(1, 10)],
            Restarts = 3,
            Steps = 500,
            Threads = threads,
        };
        _mlContext.ToyModels().Sweep(diagram, (cell, model) =>
            phases[(cell.Distribution.Densities[0], cell.Model.Importance!)] = model.Metrics.FeaturesRepresented == 2 ? "superposed" : "one alone");
        #endregion

        Assert.Equal(12, phases.Count);
        Assert.Equal(diagram.Cells().Select(c => (c.Distribution.Densities[0], c.Model.Importance!)).ToHashSet(), phases.Keys.ToHashSet());
    }

    [Fact]
    public void A_model_is_followed_on_its_way()
    {
        var data = _mlContext.ToyModels().Generate(new FeatureDistribution(5, 0.3f), 2000, seed: 1);

        #region snapshots
        var pipeline = _mlContext.ToyModels().ToyModel(new() { Model = new() { Hidden = 2, Steps = 500, Seed = 1, Snapshots = SnapshotSteps.Every(100, last: 500) } });
        var model = pipeline.Fit(data);
        var dimensions = model.Snapshots.Select(s => (
            s.Step,
            ModelMetrics.Measure(s.Model, model.Result.Importances.AsSpan(), model.Result.Densities.AsSpan()).TotalDimensionality));
        #endregion

        Assert.Equal([0, 100, 200, 300, 400, 500], dimensions.Select(d => d.Step));
        Assert.Equal(model.Metrics.TotalDimensionality, dimensions.Last().TotalDimensionality);

        using var file = new MemoryStream();
        _mlContext.Model.Save(model, data.Schema, file);
        file.Position = 0;
        var loaded = (ToyModelTransformer)_mlContext.Model.Load(file, out _);
        Assert.Equal(model.Snapshots.Select(s => (s.Step, s.Model.Weights[3])), loaded.Snapshots.Select(s => (s.Step, s.Model.Weights[3])));
        Assert.Equal(model.Options, loaded.Options);
    }

    [Fact]
    public void A_feature_is_taken_away_and_what_the_others_feel_is_seen()
    {
        var data = _mlContext.ToyModels().Generate(new FeatureDistribution(5, 0.3f), 2000, seed: 1);

        #region interference
        var pipeline = _mlContext.ToyModels().ToyModel(hidden: 2, steps: 200, seed: 1)
            .Append(_mlContext.ToyModels().ReceivedInterference("Interference"));
        var model = pipeline.Fit(data);
        var received = model.Transform(data);
        #endregion

        #region ablation
        var ablated = _mlContext.ToyModels().Ablate(["F0"]).Fit(data).Transform(data);
        var scaled = _mlContext.ToyModels().Intervene([FeatureIntervention.Scale("F1", 2), FeatureIntervention.Set(3, 0.5f)]).Fit(data).Transform(data);
        var without = model.Transform(ablated);
        #endregion

        var (before, after, doubled) = (received.Column("Interference"), without.Column("Interference"), scaled.Column("Features"));
        var rows = data.Column("Features");
        for (var r = 0; r < 100; r++)
        {
            Assert.Equal((2 * rows[r][1], 0.5f), (doubled[r][1], doubled[r][3]));
            Assert.Equal(rows[r][0] != 0, before[r][2] != after[r][2]);
        }
    }
}
