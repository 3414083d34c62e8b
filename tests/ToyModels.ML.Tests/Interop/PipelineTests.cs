using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>A toy model among ML.NET's own steps. The regions are the snippets of docs/mlnet.md.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Numbers_of_a_csv_are_normalised_squeezed_and_learned_from()
    {
        var path = WriteWines(300);

        #region csv
        var data = _mlContext.Data.LoadFromTextFile<Wine>(path, separatorChar: ',', hasHeader: true);
        var split = _mlContext.Data.TrainTestSplit(data, testFraction: 0.2);

        var pipeline = _mlContext.Transforms.Concatenate("Features", "Acidity", "Sugar", "Chlorides", "Sulphates", "Alcohol")
            .Append(_mlContext.Transforms.NormalizeMinMax("Features"))
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.ToyModels().ToyModel(hidden: 3, steps: 500, seed: 1))
            .Append(_mlContext.Regression.Trainers.Sdca(labelColumnName: "Quality", featureColumnName: "Hidden"));

        var model = pipeline.Fit(split.TrainSet);
        var metrics = _mlContext.Regression.Evaluate(model.Transform(split.TestSet), labelColumnName: "Quality");
        #endregion

        Assert.InRange(metrics.RSquared, 0.3, 1);
    }

    [Fact]
    public void Text_becomes_tens_of_thousands_of_sparse_slots_and_then_a_few_directions()
    {
        var reviews = Enumerable.Range(0, 60)
            .Select(r => new Review { Text = r % 2 == 0 ? $"plum cherry oak nr{r}" : $"lemon grass stone nr{r}" }).ToArray();

        #region text
        var data = _mlContext.Data.LoadFromEnumerable(reviews);

        var pipeline = _mlContext.Transforms.Text.ProduceHashedWordBags("Features", "Text", numberOfBits: 15)
            .Append(_mlContext.ToyModels().ToyModel(new()
            {
                Model = new() { Hidden = 4, Steps = 100, BatchSize = 60, Seed = 1, Optimizer = new() { LearningRate = 1e-2f } },
            }))
            .Append(_mlContext.Clustering.Trainers.KMeans("Hidden", numberOfClusters: 2));

        var model = pipeline.Fit(data);
        #endregion

        var clusters = model.Transform(data).GetColumn<uint>("PredictedLabel").ToArray();
        Assert.Single(clusters.Where((_, r) => r % 2 == 0).Distinct());
        Assert.NotEqual(clusters[0], clusters[1]);
    }

    [Fact]
    public void Trainers_take_the_reconstruction_and_cross_validation_the_whole_chain()
    {
        var data = _mlContext.Data.LoadFromTextFile<Wine>(WriteWines(200), separatorChar: ',', hasHeader: true);

        #region cross-validation
        var pipeline = _mlContext.Transforms.Concatenate("Features", "Acidity", "Sugar", "Chlorides", "Sulphates", "Alcohol")
            .Append(_mlContext.Transforms.NormalizeMinMax("Features"))
            .Append(_mlContext.ToyModels().ToyModel(hidden: 3, reconstructionColumnName: "Reconstruction", steps: 200, seed: 1))
            .Append(_mlContext.Transforms.ProjectToPrincipalComponents("Pca", "Features", rank: 3, seed: 1))
            .Append(_mlContext.Transforms.Concatenate("Both", "Reconstruction", "Pca"))
            .Append(_mlContext.Regression.Trainers.LbfgsPoissonRegression(labelColumnName: "Quality", featureColumnName: "Both"));

        var folds = _mlContext.Regression.CrossValidate(data, pipeline, numberOfFolds: 3, labelColumnName: "Quality");
        #endregion

        Assert.Equal(3, folds.Count);
        Assert.All(folds, f => Assert.InRange(f.Metrics.RSquared, 0.2, 1));
    }

    [Fact]
    public void A_data_frame_goes_in_and_comes_out()
    {
        #region dataframe
        var frame = new DataFrame(
            new SingleDataFrameColumn("A", Enumerable.Range(0, 100).Select(r => r % 3 == 0 ? 1f : 0f)),
            new SingleDataFrameColumn("B", Enumerable.Range(0, 100).Select(r => r % 5 == 0 ? 1f : 0f)),
            new SingleDataFrameColumn("C", Enumerable.Range(0, 100).Select(r => r % 7 == 0 ? 1f : 0f)));

        // A data frame forgets the size of its vectors, so it keeps scalars, and the pipeline makes the vector.
        var model = _mlContext.Transforms.Concatenate("Features", "A", "B", "C")
            .Append(_mlContext.ToyModels().ToyModel(hidden: 2, lossColumnName: "Loss", steps: 200, seed: 1))
            .Fit(frame);

        var losses = _mlContext.Transforms.SelectColumns("A", "B", "C", "Loss").Fit(model.Transform(frame)).Transform(model.Transform(frame)).ToDataFrame(-1);
        var worst = losses.OrderByDescending("Loss").Head(5);
        #endregion

        Assert.Equal(100, losses.Rows.Count);
        Assert.Equal(losses["Loss"].Max(), worst["Loss"][0]);
    }

    [Fact]
    public void A_vector_that_lost_its_size_is_refused_with_the_cure_and_the_cure_works()
    {
        var rows = Enumerable.Range(0, 40).Select(r => new Unsized { Values = Views.Row(r) }).ToArray();

        #region size
        var data = _mlContext.Data.LoadFromEnumerable(rows); // Values is a float[] without [VectorType]: a VarVector<Single>

        var pipeline = _mlContext.Transforms.CustomMapping<Unsized, Sized>(static (from, to) => to.Features = from.Values, contractName: null)
            .Append(_mlContext.ToyModels().ToyModel(hidden: 2, steps: 50, seed: 1));
        #endregion

        var e = Assert.Throws<ArgumentOutOfRangeException>(() => _mlContext.ToyModels().ToyModel(2, featureColumnName: "Values").Fit(data));
        Assert.StartsWith("Schema mismatch for feature column 'Values': expected Vector<Single>, got VarVector<Single>: the vector's size is not part of its type.", e.Message);
        Assert.Contains("[VectorType(n)]", e.Message);
        Assert.Equal(40, pipeline.Fit(data).Transform(data).Column("Hidden").Length);
    }

    [Fact]
    public void Transformed_rows_are_filtered_shuffled_cached_and_saved()
    {
        var model = Contexts.Fit(_mlContext);
        var (binary, text) = (_folder.PathOf("rows.idv"), _folder.PathOf("rows.tsv"));
        var data = Views.Dense(_mlContext);

        #region savers
        var transformed = model.Transform(data);
        var surprising = _mlContext.Data.FilterRowsByColumn(transformed, "Loss", lowerBound: 0.1);
        var shuffled = _mlContext.Data.ShuffleRows(_mlContext.Data.Cache(surprising), seed: 1);

        using (var stream = File.Create(binary))
        {
            _mlContext.Data.SaveAsBinary(transformed, stream);
        }

        using (var stream = File.Create(text))
        {
            _mlContext.Data.SaveAsText(transformed, stream);
        }

        var again = _mlContext.Data.LoadFromBinary(binary);
        #endregion

        Assert.Equal(transformed.Scalars("Loss").Where(l => l >= 0.1f), surprising.Scalars("Loss"));
        Assert.Equal(surprising.Scalars("Loss").Order(), shuffled.Scalars("Loss").Order());
        Assert.Equal(transformed.Column("Hidden"), again.Column("Hidden"));
        Assert.Equal(transformed.Column("Reconstruction"), again.Column("Reconstruction"));
        Assert.Equal(40, File.ReadLines(text).Count(l => !l.StartsWith('#') && char.IsAsciiDigit(l[0])));
    }

    [Fact]
    public void A_model_tells_all_that_it_is_and_a_loaded_one_is_equal()
    {
        var data = Views.Dense(_mlContext);
        var path = _folder.PathOf("model.zip");
        var log = new List<string>();

        #region log
        _mlContext.Log += (_, e) =>
        {
            if (e.Source.StartsWith("ToyModel", StringComparison.Ordinal))
            {
                log.Add($"{e.Kind}: {e.RawMessage}");
            }
        };
        #endregion

        #region parameters
        ToyModelTransformer model = _mlContext.ToyModels().ToyModel(hidden: 2, steps: 500, seed: 1).Fit(data);

        VBuffer<float> weights = default, bias = default, importance = default;
        model.GetFeatureWeights(feature: 3, ref weights); // W_3, the direction of a feature: m values
        model.GetNeuronWeights(neuron: 0, ref weights); // row 0 of W, what each feature adds to h_0: n values
        model.GetBias(ref bias); // b: n values
        model.GetImportance(ref importance); // I: n values

        ToyModelOptions options = model.Options; // seed resolved
        var course = model.LossHistory; // step 1, every 50th, the last
        var (seed, reason, loss) = (model.Seed, model.StopReason, model.EvaluationLoss);
        var (library, format) = (model.LibraryVersion, ToyModelTransformer.FormatVersion);
        #endregion

        #region equal
        _mlContext.Model.Save(model, data.Schema, path);
        var isTheSame = model.Equals(_mlContext.Model.Load(path, out _));
        #endregion

        Assert.True(isTheSame);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => model.Model.Direction(i)[0]), weights.DenseValues());
        Assert.Equal(model.Model.Bias.ToArray(), bias.DenseValues());
        Assert.Equal([1, 1, 1, 1, 1], importance.DenseValues());
        Assert.Equal(new ToyModelOptions { Hidden = 2, Steps = 500, Seed = 1 }, options);
        Assert.Equal(Enumerable.Range(0, 11).Select(k => Math.Max(1, 50 * k)), course.Select(point => point.Step));
        Assert.Equal((1, StopReason.Completed, model.Result.Best.EvaluationLoss), (seed, reason, loss));
        Assert.Equal(1, format);
        Assert.NotEmpty(library);
        Assert.StartsWith("Info: training ReluOutput: 5 features, 2 hidden dimensions", log.First(l => l.StartsWith("Info: training", StringComparison.Ordinal)));
        Assert.Equal(10, log.Count(l => l.StartsWith("Info: step", StringComparison.Ordinal)));
    }

    [Fact]
    public void Wines_are_learned_saved_and_predicted_in_a_process_of_its_own()
    {
        var (path, modelPath) = (WriteWines(300), _folder.PathOf("wine.zip"));

        #region train
        var data = _mlContext.Data.LoadFromTextFile<Wine>(path, separatorChar: ',', hasHeader: true);
        var model = _mlContext.Transforms.Concatenate("Features", "Acidity", "Sugar", "Chlorides", "Sulphates", "Alcohol")
            .Append(_mlContext.Transforms.NormalizeMinMax("Features"))
            .Append(_mlContext.ToyModels().ToyModel(hidden: 3, steps: 500, seed: 1))
            .Append(_mlContext.Regression.Trainers.LbfgsPoissonRegression(labelColumnName: "Quality", featureColumnName: "Hidden"))
            .Fit(data);
        _mlContext.Model.Save(model, data.Schema, modelPath);
        #endregion

        var (code, output) = FreshProcess.Run("wine", modelPath);
        var here = _mlContext.Model.CreatePredictionEngine<Wine, WineScore>(model).Predict(new Wine { Acidity = 7, Sugar = 2, Chlorides = 0.1f, Sulphates = 0.5f, Alcohol = 12 });
        Assert.Equal((0, $"{here.Score:R}"), (code, output));
        Assert.InRange(here.Score, 4, 9);
    }

    /// <summary>Wines whose quality hangs on alcohol and acidity, with noise, in the style of the public data set.</summary>
    private string WriteWines(int rows)
    {
        var random = new Random(3);
        var path = _folder.PathOf("wine.csv");
        File.WriteAllLines(path, Enumerable.Range(0, rows).Select(_ =>
        {
            float[] x = [4 + (8 * random.NextSingle()), 10 * random.NextSingle(), 0.2f * random.NextSingle(), random.NextSingle(), 8 + (6 * random.NextSingle())];
            var quality = 3 + (0.5f * (x[4] - 8)) + (0.2f * (12 - x[0])) + (0.3f * random.NextSingle());
            return string.Join(',', x.Append(quality).Select(v => v.ToString("R")));
        }).Prepend("acidity,sugar,chlorides,sulphates,alcohol,quality"));
        return path;
    }

    private sealed class Review
    {
        public string Text { get; set; } = "";
    }

    private sealed class Unsized
    {
        public float[] Values { get; set; } = [];
    }

    private sealed class Sized
    {
        [VectorType(5)]
        public float[] Features { get; set; } = [];
    }
}
