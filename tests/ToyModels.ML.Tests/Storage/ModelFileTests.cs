using System.IO.Compression;
using Microsoft.ML;

namespace ToyModels.ML.Tests;

public sealed class ModelFileTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_loaded_model_is_the_saved_model_whole()
    {
        var data = Views.Dense(_ml);
        var saved = Contexts.Fit(_ml, Contexts.AllColumns() with { LossColumnName = "L" });

        var loaded = Assert.IsType<ToyModelTransformer>(Load(Save(saved, data), out var schema));

        Assert.Equal(saved, loaded);
        Assert.Equal(saved.GetHashCode(), loaded.GetHashCode());
        Assert.Equal(data.Schema.Select(c => (c.Name, c.Type.ToString())), schema.Select(c => (c.Name, c.Type.ToString())));
        Assert.Equal(saved.Model.Weights.ToArray(), loaded.Model.Weights.ToArray());
        Assert.Equal(saved.Model.Bias.ToArray(), loaded.Model.Bias.ToArray());
        Assert.Equal(saved.Result.Options, loaded.Result.Options);
        Assert.Equal(saved.Result.Importances.ToArray(), loaded.Result.Importances.ToArray());
        Assert.Equal(saved.Result.Densities.ToArray(), loaded.Result.Densities.ToArray());
        Assert.Equal(saved.LossHistory.ToArray(), loaded.LossHistory.ToArray());
        Assert.Equal(saved.FeatureNames.ToArray(), loaded.FeatureNames.ToArray());
        Assert.Equal(saved.LibraryVersion, loaded.LibraryVersion);
        Assert.Matches(@"^\d+\.\d+", loaded.LibraryVersion);
        Assert.Equal((saved.Seed, saved.StopReason, saved.EvaluationLoss), (loaded.Seed, loaded.StopReason, loaded.EvaluationLoss));
        Assert.Equal(saved.Columns, loaded.Columns);
        Assert.Equal(Lines(saved.GetOutputSchema(data.Schema)), Lines(loaded.GetOutputSchema(data.Schema)));
        Assert.Equal(Program.Bits(saved.Transform(data).Column("Reconstruction")), Program.Bits(loaded.Transform(data).Column("Reconstruction")));
        Assert.Equal(saved.Transform(data).Scalars("L"), loaded.Transform(data).Scalars("L"));
    }

    [Fact]
    public void Models_are_equal_only_where_nothing_differs()
    {
        var data = Views.Dense(_ml);
        var options = Contexts.AllColumns() with { Trainer = null, Model = new() { Hidden = 2, Steps = 60, Seed = 5, BatchSize = 32, Restarts = 2, Importance = Importance.Given(1, 2, 3, 4, 5) } };
        var one = Contexts.Fit(_ml, options);

        Assert.Equal(one, Contexts.Fit(_ml, options with { Trainer = new ToyModelTrainer(1) }));
        Assert.Equal(one, Load(Save(one, data), out _));
        Assert.All(
            [
                options with { LossColumnName = "L" },
                options with { Model = options.Model with { Seed = 6 } },
                options with { Model = options.Model with { Steps = 61 } },
                options with { Model = options.Model with { Restarts = 1 } },
                options with { Model = options.Model with { Importance = Importance.Given(1, 2, 3, 4, 6) } },
            ],
            other => Assert.NotEqual(one, Contexts.Fit(_ml, other)));
        Assert.False(one.Equals(null));
    }

    [Fact]
    public void Saving_a_loaded_model_gives_the_same_payload()
    {
        var first = Save(Contexts.Fit(_ml), Views.Dense(_ml));
        var second = Save(Load(first, out _), Views.Dense(_ml), "again.zip");

        Assert.Equal(Payload(first, "safetensors"), Payload(second, "safetensors"));
        Assert.Equal(Payload(first, "json"), Payload(second, "json"));
    }

    [Fact]
    public void Chains_with_ml_net_s_own_steps_before_and_after_come_back()
    {
        var data = Views.Dense(_ml, column: "Raw");
        var chain = _ml.Transforms.NormalizeMinMax("Scaled", "Raw")
            .Append(_ml.Transforms.Concatenate("Features", "Scaled"))
            .Append(_ml.Transforms.CopyColumns("Copy", "Features"))
            .Append(_ml.ToyModels().ToyModel(Contexts.AllColumns()))
            .Append(_ml.Transforms.NormalizeMinMax("HiddenScaled", "Hidden"))
            .Append(_ml.Clustering.Trainers.KMeans("HiddenScaled", numberOfClusters: 2));
        var saved = chain.Fit(data);

        var loaded = Load(Save(saved, data), out var schema);

        Assert.Equal(["Id", "Raw"], schema.Select(c => c.Name));
        Assert.Equal(Lines(saved.GetOutputSchema(data.Schema)), Lines(loaded.GetOutputSchema(data.Schema)));
        Assert.Equal(Program.Bits(saved.Transform(data).Column("Hidden")), Program.Bits(loaded.Transform(data).Column("Hidden")));
        Assert.Equal(Program.Bits(saved.Transform(data).Column("Score")), Program.Bits(loaded.Transform(data).Column("Score")));
        Assert.IsType<ToyModelTransformer>(((IEnumerable<ITransformer>)loaded).ElementAt(3));
    }

    [Fact]
    public void A_prediction_engine_serves_a_loaded_chain()
    {
        var data = Views.Dense(_ml);
        var saved = _ml.Transforms.CopyColumns("Copy", "Features").Append(_ml.ToyModels().ToyModel(Contexts.AllColumns())).Fit(data);
        var ml = new MLContext();
        ml.ToyModels();
        var loaded = ml.Model.Load(Save(saved, data), out var schema);
        using var engine = ml.Model.CreatePredictionEngine<Views.DenseRow, TransformerTests.Prediction>(loaded, schema);

        var hidden = Enumerable.Range(0, 10).Select(r => engine.Predict(new Views.DenseRow { Features = Views.Row(r) }).Hidden).ToArray();

        Assert.Equal(Program.Bits(saved.Transform(Views.Dense(_ml, 10)).Column("Hidden")), Program.Bits(hidden));
    }

    [Fact]
    public void A_pipeline_that_ends_in_metrics_comes_back()
    {
        var data = Views.Dense(_ml);
        var options = new MetricsOptions { ComponentThreshold = 0.25f, RepresentedNorm = 0.4f };
        var saved = _ml.ToyModels().ToyModel(Contexts.AllColumns()).Append(_ml.ToyModels().FeatureMetrics("Loss", options)).Fit(data);

        var loaded = Load(Save(saved, data), out _);

        Assert.Equal(Table(saved.Transform(data)), Table(loaded.Transform(data)));
        var step = Assert.IsType<FeatureMetricsTransformer>(((IEnumerable<ITransformer>)loaded).Last());
        Assert.Equal(("Loss", options), (step.InputColumnName, step.Options));

        string Table(IDataView view) => string.Join('\n', _ml.Data.CreateEnumerable<FeatureMetricsRow>(view, false).Select(r => System.Text.Json.JsonSerializer.Serialize(r)));
    }

    [Fact]
    public void A_fresh_process_loads_a_model_that_it_never_saw()
    {
        var fitted = Contexts.Fit(_ml);

        var (code, output) = FreshProcess.Run("registered", Save(fitted, Views.Dense(_ml)));

        Assert.Equal((0, Program.Bits(fitted.Transform(Views.Dense(_ml, 3)).Column("Hidden"))), (code, output));
    }

    [Fact]
    public void A_fresh_process_that_does_not_ask_for_the_catalog_is_told_to()
    {
        var (code, output) = FreshProcess.Run("unregistered", Save(Contexts.Fit(_ml), Views.Dense(_ml)));

        Assert.Equal(1, code);
        Assert.Contains("call mlContext.ToyModels()", output);
    }

    [Fact]
    public void A_context_that_was_not_asked_for_the_catalog_is_told_so_in_chains_too()
    {
        var data = Views.Dense(_ml);
        var chain = _ml.Transforms.CopyColumns("Copy", "Features")
            .Append(_ml.ToyModels().ToyModel(Contexts.AllColumns()))
            .Append(_ml.ToyModels().FeatureMetrics());

        var e = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(Save(chain.Fit(data), data), out _));

        Assert.Contains("call mlContext.ToyModels()", Contexts.Unfold(e).Last().Message);
    }

    [Fact]
    public void Asking_for_the_catalog_from_many_threads_does_no_harm()
    {
        var path = Save(Contexts.Fit(_ml), Views.Dense(_ml));
        var ml = new MLContext();

        Parallel.For(0, 16, _ => ml.ToyModels());

        Assert.IsType<ToyModelTransformer>(ml.Model.Load(path, out var _));
    }

    [Theory]
    [InlineData("ToyModel.json", "{\"version\":2}", "this file is newer than this library: its format has version 2")]
    [InlineData("ToyModel.json", "{\"version\":9,\"readableBy\":4}", "version 9, which a reader of version 4 can read, and this library reads versions 1 to 1. Update ToyModels.ML")]
    [InlineData("ToyModel.json", "{\"version\":0}", "its format has version 0")]
    [InlineData("ToyModel.json", "{\"version\":3,\"readableBy\":1}", "its header has no 'features'")]
    [InlineData("ToyModel.json", "{}", "its header has no 'version'")]
    [InlineData("ToyModel.json", "not json", "not a toy model")]
    [InlineData("ToyModel.json", "[1]", "not a toy model")]
    [InlineData("ToyModel.json", "{\"version\":\"1\"}", "not a toy model")]
    [InlineData("ToyModel.json", "{\"version\":1,\"features\":\"F\",\"hidden\":\"H\"}", "not a toy model")]
    [InlineData("ToyModel.json", "{\"version\":1,\"features\":\"F\",\"hidden\":\"H\",\"featureNames\":[\"a\"]}", "must be one model, and a name for each of its 5 features")]
    [InlineData("ToyModel.json", "{\"version\":1,\"features\":\"F\",\"featureNames\":[]}", "name at least one column")]
    [InlineData("ToyModel.safetensors", "garbage", "not a toy model")]
    [InlineData("ToyModel.safetensors", null, "its part 'ToyModel.safetensors' is missing")]
    [InlineData("ToyModel.json", null, "its part 'ToyModel.json' is missing")]
    public void A_damaged_or_newer_file_is_refused_with_a_reason(string part, string? content, string reason)
    {
        var path = Save(Contexts.Fit(_ml), Views.Dense(_ml));
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            var entry = zip.Entries.Single(e => e.Name == part);
            var name = entry.FullName;
            entry.Delete();
            if (content is not null)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(content);
            }
        }

        var e = Assert.ThrowsAny<Exception>(() => Load(path, out _));

        Assert.Contains(Contexts.Unfold(e), x => x is InvalidDataException && x.Message.Contains("not a toy model") && x.Message.Contains(reason));
    }

    [Fact]
    public void A_file_with_a_byte_out_of_place_loads_or_is_refused_with_a_reason()
    {
        var path = Save(Contexts.Fit(_ml), Views.Dense(_ml));
        var payload = Payload(path, "safetensors");
        var random = new Random(7);
        var refused = 0;
        for (var trial = 0; trial < 40; trial++)
        {
            var changed = (byte[])payload.Clone();
            changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
            {
                var entry = zip.Entries.Single(e => e.Name == "ToyModel.safetensors");
                var name = entry.FullName;
                entry.Delete();
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(changed);
            }

            if (Record.Exception(() => Load(path, out _)) is { } e)
            {
                refused++;
                Assert.Contains(Contexts.Unfold(e), x => x is InvalidDataException && x.Message.StartsWith("This is not a toy model", StringComparison.Ordinal));
            }
        }

        Assert.InRange(refused, 10, 40);
    }

    /// <summary>A file of each version of the format, written once and never again: what is read from it must not change.</summary>
    [Fact]
    public void A_file_of_the_first_format_gives_what_it_always_gave()
    {
        var chain = (IEnumerable<ITransformer>)Load(Path.Combine(AppContext.BaseDirectory, "Storage", "Golden", "format-1.zip"), out var schema);

        var model = Assert.IsType<ToyModelTransformer>(chain.First());
        Assert.Equal(("Features", "Vector<Single, 3>"), (schema[0].Name, schema[0].Type.ToString()));
        Assert.Equal("3f4c284e,bf1089ac,bdd636e6,3dc36965,3e841129,3f467e64;3c96a13e,3c92f3bc,3c9416f6", Program.Bits([model.Model.Weights.ToArray(), model.Model.Bias.ToArray()]));
        Assert.Equal([1, 0.5f, 0.25f], model.Result.Importances.ToArray());
        Assert.Equal([0.5f, 0.25f, 0.125f], model.Result.Densities.ToArray());
        Assert.Equal((7, 20, 64, 2, StopReason.Completed), (model.Seed, model.Options.Steps, model.Options.BatchSize, model.Options.Restarts, model.StopReason));
        Assert.Equal(2, model.Result.Restarts.Length);
        Assert.Equal((1, 20), (model.LossHistory[0].Step, model.LossHistory[^1].Step));
        Assert.Equal(("Hidden", "Reconstruction", "Loss", "F2", ""), (model.HiddenColumnName, model.ReconstructionColumnName, model.LossColumnName, model.FeatureNames[2], model.LibraryVersion));
        Assert.Equal(0.25f, Assert.IsType<FeatureMetricsTransformer>(chain.Last()).Options.ComponentThreshold);
    }

    private static string Lines(DataViewSchema schema) =>
        string.Join('\n', schema.Select(c => $"{c.Name}: {c.Type} {string.Join(' ', c.Annotations.Schema.Select(a => $"{a.Name}: {a.Type}"))}"));

    private static ITransformer Load(string path, out DataViewSchema schema)
    {
        var ml = new MLContext();
        ml.ToyModels();
        return ml.Model.Load(path, out schema);
    }

    private static byte[] Payload(string path, string extension)
    {
        using var zip = ZipFile.OpenRead(path);
        using var stream = zip.Entries.Single(e => e.Name.EndsWith(extension, StringComparison.Ordinal)).Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private string Save(ITransformer model, IDataView data, string name = "model.zip")
    {
        var path = _folder.PathOf(name);
        _ml.Model.Save(model, data.Schema, path);
        return path;
    }
}
