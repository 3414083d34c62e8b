using EstimatorContracts;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public sealed class ReceivedInterferenceStepTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_column_is_what_each_feature_receives_from_the_others_and_bears_their_names()
    {
        foreach (var data in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            var fitted = _ml.ToyModels().ToyModel(Contexts.AllColumns()).Append(_ml.ToyModels().ReceivedInterference()).Fit(data);
            var gram = ((IEnumerable<ITransformer>)fitted).OfType<ToyModelTransformer>().Single().Metrics.Gram();

            var view = fitted.Transform(data);

            var rows = view.Column("Interference");
            for (var r = 0; r < rows.Length; r++)
            {
                var x = Views.Row(r);
                for (var i = 0; i < 5; i++)
                {
                    Assert.Equal(Enumerable.Range(0, 5).Where(j => j != i).Sum(j => gram[(i * 5) + j] * x[j]), rows[r][i], 1e-6);
                }
            }

            Assert.Equal(["F0", "F1", "F2", "F3", "F4"], Annotated.Names(view.Schema["Interference"], "SlotNames", 5)!.Value.ToArray());
        }
    }

    [Theory]
    [InlineData("Hidden")]
    [InlineData("Loss")]
    public void The_step_keeps_the_contract(string model)
    {
        foreach (var data in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            var rows = Contexts.Fit(_ml).Transform(data);

            EstimatorContract.Verify(new ContractSubject(_ml.ToyModels().ReceivedInterference("Received", model), rows)
            {
                LoadingContext = Contexts.Registered,
                Inputs = [new InputColumn(model), new InputColumn("Features", NumberDataViewType.Single, TextDataViewType.Instance, new VectorDataViewType(NumberDataViewType.Single))],
            });
        }
    }

    [Fact]
    public void Single_rows_and_a_loaded_chain_give_the_same_bits()
    {
        var data = Views.Dense(_ml);
        var saved = _ml.ToyModels().ToyModel(Contexts.AllColumns()).Append(_ml.ToyModels().ReceivedInterference("Received", "Loss")).Fit(data);
        var expected = Program.Bits(saved.Transform(data).Column("Received"));

        _ml.Model.Save(saved, data.Schema, _folder.PathOf("model.zip"));
        var ml = new MLContext();
        ml.ToyModels();
        var loaded = ml.Model.Load(_folder.PathOf("model.zip"), out var schema);

        Assert.Equal(expected, Program.Bits(loaded.Transform(data).Column("Received")));
        var step = ((IEnumerable<ITransformer>)loaded).OfType<ReceivedInterferenceTransformer>().Single();
        Assert.Equal(("Received", "Loss", "Features"), (step.OutputColumnName, step.ModelColumnName, step.FeatureColumnName));
        using var engine = ml.Model.CreatePredictionEngine<Views.DenseRow, Prediction>(loaded, schema);
        Assert.Equal(expected, Program.Bits([.. Enumerable.Range(0, 40).Select(r => engine.Predict(new() { Features = Views.Row(r) }).Received)]));
    }

    [Fact]
    public void Columns_that_are_not_there_or_not_of_a_model_are_refused()
    {
        var data = Contexts.Fit(_ml).Transform(Views.Dense(_ml));
        var toys = _ml.ToyModels();

        Assert.Contains("directly after the step ToyModel", Assert.Throws<InvalidOperationException>(() => toys.ReceivedInterference("R", "Features").Fit(data)).Message);
        Assert.StartsWith("Could not find model output column 'Nope'", Assert.Throws<ArgumentOutOfRangeException>(() => toys.ReceivedInterference("R", "Nope").Fit(data)).Message);
        Assert.StartsWith(
            "Schema mismatch for feature column 'Hidden': expected Vector<Single, 5>, got Vector<Single, 2>",
            Assert.Throws<ArgumentOutOfRangeException>(() => toys.ReceivedInterference("R", "Hidden", "Hidden").Fit(data)).Message);
        Assert.Throws<ArgumentException>(() => toys.ReceivedInterference(" "));
    }

    [Fact]
    public void A_missing_value_is_refused_where_it_is_read()
    {
        var fitted = Contexts.Fit(_ml);
        var data = fitted.Transform(Views.Dense(_ml, [Views.Row(0), [0, float.NaN, 0, 0, 0]], 5));

        var e = Assert.Throws<InvalidDataException>(() => _ml.ToyModels().ReceivedInterference().Fit(data).Transform(data).Column("Interference"));

        Assert.StartsWith("Row 1 of column 'Features' holds NaN in slot 1 (F1)", e.Message);
    }

    private sealed class Prediction
    {
        [VectorType(5)]
        public float[] Received { get; set; } = [];
    }
}
