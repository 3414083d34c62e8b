using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class TransformerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(ToyModelKind.Linear, LossReduction.SumOverFeatures)]
    [InlineData(ToyModelKind.ReluOutput, LossReduction.MeanOverFeatures)]
    public void Columns_are_the_model_s_own_numbers(ToyModelKind kind, LossReduction reduction)
    {
        var importance = Importance.Given(1, 2, 0.5f, 4, 1);
        var options = Contexts.AllColumns();
        var fitted = Contexts.Fit(_ml, options with { Model = options.Model with { Kind = kind, Reduction = reduction, Importance = importance } });

        var view = fitted.Transform(Views.Dense(_ml));

        var (hidden, reconstruction, loss) = (view.Column("Hidden"), view.Column("Reconstruction"), view.Scalars("Loss"));
        for (var r = 0; r < 40; r++)
        {
            var x = Views.Row(r);
            var h = new float[2];
            var y = new float[5];
            fitted.Model.Encode(x, h);
            fitted.Model.Reconstruct(x, y);
            Assert.Equal(h, hidden[r]);
            Assert.Equal(y, reconstruction[r]);
            var expected = Enumerable.Range(0, 5).Sum(i => new[] { 1, 2, 0.5, 4, 1 }[i] * Math.Pow((double)x[i] - y[i], 2));
            Assert.Equal(reduction == LossReduction.MeanOverFeatures ? expected / 5 : expected, loss[r], 1e-6);
        }
    }

    [Fact]
    public void Sparse_rows_give_the_same_bits_as_dense_rows()
    {
        var fitted = Contexts.Fit(_ml);
        var (dense, sparse) = (fitted.Transform(Views.Dense(_ml)), fitted.Transform(Views.Sparse(_ml)));

        Assert.Equal(Program.Bits(dense.Column("Hidden")), Program.Bits(sparse.Column("Hidden")));
        Assert.Equal(Program.Bits(dense.Column("Reconstruction")), Program.Bits(sparse.Column("Reconstruction")));
        Assert.Equal(dense.Scalars("Loss"), sparse.Scalars("Loss"));
    }

    [Fact]
    public void Transforming_twice_and_from_many_threads_gives_the_same_rows()
    {
        var fitted = Contexts.Fit(_ml);
        var view = fitted.Transform(Views.Dense(_ml, 300));
        var expected = Program.Bits(view.Column("Reconstruction"));

        var read = new string[8];
        Parallel.For(0, read.Length, t => read[t] = Program.Bits((t % 2 == 0 ? view : fitted.Transform(Views.Dense(_ml, 300))).Column("Reconstruction")));

        Assert.All(read, bits => Assert.Equal(expected, bits));
    }

    [Fact]
    public void Only_columns_that_are_asked_for_are_active_and_nothing_else_is_read()
    {
        var fitted = Contexts.Fit(_ml);
        var source = new CountingView(Views.Dense(_ml));
        var view = fitted.Transform(source);

        using var cursor = view.GetRowCursor([view.Schema["Hidden"]]);

        Assert.Equal(["Features"], source.Asked);
        Assert.True(cursor.IsColumnActive(view.Schema["Hidden"]));
        Assert.All(new[] { "Features", "Id", "Reconstruction", "Loss" }, name => Assert.False(cursor.IsColumnActive(view.Schema[name])));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Reconstruction"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]));

        using var ids = view.GetRowCursor([view.Schema["Id"]]);
        Assert.Equal(["Id"], source.Asked);
    }

    [Fact]
    public void Features_are_fetched_once_a_row_however_many_columns_need_them()
    {
        var fitted = Contexts.Fit(_ml);
        var source = new CountingView(Views.Dense(_ml, 10));
        var view = fitted.Transform(source);
        using var cursor = view.GetRowCursor([view.Schema["Hidden"], view.Schema["Reconstruction"], view.Schema["Loss"]]);
        var hidden = cursor.GetGetter<VBuffer<float>>(view.Schema["Hidden"]);
        var reconstruction = cursor.GetGetter<VBuffer<float>>(view.Schema["Reconstruction"]);
        var loss = cursor.GetGetter<float>(view.Schema["Loss"]);
        VBuffer<float> vector = default;
        var scalar = 0f;

        while (cursor.MoveNext())
        {
            loss(ref scalar);
            hidden(ref vector);
            reconstruction(ref vector);
            loss(ref scalar);
        }

        Assert.Equal(10, source.Fetched);
    }

    [Fact]
    public void Rows_with_missing_values_are_refused_by_row_column_and_slot()
    {
        var view = Contexts.Fit(_ml).Transform(Views.Dense(_ml, [Views.Row(0), Views.Row(1), [0, 0, float.NaN, 0, 0]], 5));

        var e = Assert.Throws<InvalidDataException>(() => view.Column("Hidden"));

        Assert.StartsWith("Row 2 of column 'Features' holds NaN in slot 2 (F2)", e.Message);
    }

    [Fact]
    public void Parameters_are_handed_out_by_feature_and_by_neuron_into_memory_that_is_there()
    {
        var fitted = Contexts.Fit(_ml);
        VBuffer<float> values = default;

        for (var feature = 0; feature < 5; feature++)
        {
            fitted.GetFeatureWeights(feature, ref values);
            Assert.Equal(fitted.Model.Direction(feature).ToArray(), values.DenseValues());
        }

        fitted.GetNeuronWeights(1, ref values);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => fitted.Model.Direction(i)[1]), values.DenseValues());
        fitted.GetBias(ref values);
        Assert.Equal(fitted.Model.Bias.ToArray(), values.DenseValues());
        fitted.GetImportance(ref values);
        Assert.Equal(fitted.Result.Importances, values.DenseValues());
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => fitted.GetFeatureWeights(5, ref values));
        Assert.StartsWith("The model has 5 features, numbered from 0 to 4.", e.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => fitted.GetNeuronWeights(-1, ref values));
    }

    [Fact]
    public void A_row_of_another_schema_is_refused()
    {
        var fitted = Contexts.Fit(_ml);
        var (view, other) = (Views.Dense(_ml), Views.Dense(_ml));
        var mapper = fitted.GetRowToRowMapper(view.Schema);
        using var cursor = other.GetRowCursor(other.Schema);

        Assert.Throws<ArgumentException>(() => mapper.GetRow(cursor, mapper.OutputSchema));
    }

    [Fact]
    public void Predicting_single_rows_gives_the_bits_of_the_view()
    {
        var fitted = Contexts.Fit(_ml);
        var engine = _ml.Model.CreatePredictionEngine<Views.DenseRow, Prediction>(fitted, inputSchemaDefinition: Views.Definition<Views.DenseRow>());

        var predicted = Enumerable.Range(0, 20).Select(r => engine.Predict(new Views.DenseRow { Features = Views.Row(r) }).Hidden).ToArray();

        Assert.Equal(Program.Bits(fitted.Transform(Views.Dense(_ml, 20)).Column("Hidden")), Program.Bits(predicted));
    }

    internal sealed class Prediction
    {
        public float[] Hidden { get; set; } = [];
    }
}
