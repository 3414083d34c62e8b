using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>A cursor that fetches rows ahead shows nothing of it but its speed.</summary>
public class ReadingAheadTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(5, 2, 0.5f)]
    [InlineData(100, 20, 0.5f)]
    [InlineData(100, 20, 0.02f)]
    [InlineData(40, 70, 0.3f)]
    public void Every_way_to_a_row_gives_the_same_bits(int n, int m, float density)
    {
        const int Count = 300;
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(n, density), Count, seed: 3);
        var fitted = Contexts.Fit(_ml, Contexts.AllColumns(hidden: m), generated);
        var rows = generated.Column("Features");
        var dense = Views.Dense(_ml, rows, n);
        var mixed = Mixed(rows);
        var engine = _ml.Model.CreatePredictionEngine<Views.DenseRow, Prediction>(fitted, inputSchemaDefinition: Views.Definition<Views.DenseRow>(n));
        var predicted = rows.Select(r => engine.Predict(new Views.DenseRow { Features = r })).Select(p => (p.Hidden, p.Reconstruction, p.Loss)).ToArray();

        foreach (var view in (IDataView[])[generated, dense, mixed, _ml.Data.Cache(dense), new CountingView(dense, knowsRowCount: false)])
        {
            var transformed = fitted.Transform(view);
            Assert.Equal(Program.Bits([.. predicted.Select(p => p.Hidden)]), Program.Bits(transformed.Column("Hidden")));
            Assert.Equal(Program.Bits([.. predicted.Select(p => p.Reconstruction)]), Program.Bits(transformed.Column("Reconstruction")));
            Assert.Equal(predicted.Select(p => p.Loss), transformed.Scalars("Loss"));
            var together = Together(transformed);
            Assert.Equal(Program.Bits(rows), Program.Bits([.. together.Select(r => r.Features)]));
            Assert.Equal(Program.Bits([.. predicted.Select(p => p.Reconstruction)]), Program.Bits([.. together.Select(r => r.Reconstruction)]));
        }
    }

    [Fact]
    public void Shuffled_rows_keep_their_ids_and_values()
    {
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(30, 0.5f), 2000, seed: 3);
        var fitted = Contexts.Fit(_ml, data: generated);
        foreach (var view in (IDataView[])[fitted.Transform(generated), fitted.Transform(_ml.Data.Cache(generated))])
        {
            var expected = ById(view, null);

            var shuffled = ById(view, new Random(4));

            Assert.Equal(2000, expected.Count);
            Assert.Equal(2000, shuffled.Count);
            Assert.All(shuffled, row => Assert.Equal(expected[row.Key], row.Value));
            Assert.NotEqual(expected.Keys, shuffled.Keys);
        }
    }

    [Fact]
    public void Every_column_may_be_left_out_at_some_rows_of_a_block_and_asked_for_at_others()
    {
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(30, 0.5f), 1500, seed: 3);
        var fitted = Contexts.Fit(_ml, data: generated);
        foreach (var view in (IDataView[])[fitted.Transform(generated), fitted.Transform(_ml.Data.Cache(generated))])
        {
            var (features, reconstruction) = (view.Column("Features"), view.Column("Reconstruction"));
            using var cursor = view.GetRowCursor([view.Schema["Features"], view.Schema["Reconstruction"]]);
            var getFeatures = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
            var getReconstruction = cursor.GetGetter<VBuffer<float>>(view.Schema["Reconstruction"]);
            VBuffer<float> x = default, y = default;
            for (var row = 0; cursor.MoveNext(); row++)
            {
                // Whole stretches and whole blocks go by without one question, or with one of either kind.
                if (row / 7 % 3 == 0 && row / 300 % 3 != 1)
                {
                    getReconstruction(ref y);
                    Assert.Equal(reconstruction[row], y.DenseValues());
                }

                if (row / 50 % 2 == 0 && row / 300 % 3 != 2)
                {
                    getFeatures(ref x);
                    Assert.Equal(features[row], x.DenseValues());
                }
            }
        }
    }

    [Fact]
    public void Positions_batches_and_ids_are_those_of_rows_read_one_by_one()
    {
        var source = Views.Dense(_ml, 150);
        var transformed = Contexts.Fit(_ml).Transform(source);
        using var input = source.GetRowCursor(source.Schema);
        using var cursor = transformed.GetRowCursor([transformed.Schema["Hidden"]]);
        var (getInputId, getId, getHidden) = (input.GetIdGetter(), cursor.GetIdGetter(), cursor.GetGetter<VBuffer<float>>(transformed.Schema["Hidden"]));
        VBuffer<float> hidden = default;
        DataViewRowId expected = default, id = default;
        Assert.Equal(-1, cursor.Position);

        for (var row = 0; input.MoveNext(); row++)
        {
            Assert.True(cursor.MoveNext());
            for (var time = 0; time < 2; time++)
            {
                getInputId(ref expected);
                getId(ref id);
                Assert.Equal((input.Position, input.Batch, expected), (cursor.Position, cursor.Batch, id));
                if (row % 3 == 0)
                {
                    getHidden(ref hidden);
                }
            }
        }

        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(() => getHidden(ref hidden));
        Assert.Throws<InvalidOperationException>(() => getId(ref id));
    }

    [Fact]
    public void Rows_that_nobody_asks_for_are_not_fetched()
    {
        var source = new CountingView(Views.Dense(_ml, 100));
        var transformed = Contexts.Fit(_ml).Transform(source);
        using var cursor = transformed.GetRowCursor([transformed.Schema["Hidden"]]);
        while (cursor.MoveNext())
        {
        }

        Assert.Equal(0, source.Fetched);
    }

    [Fact]
    public void A_view_that_does_not_know_its_number_of_rows_is_asked_for_one_at_a_time()
    {
        var source = new CountingView(Views.Dense(_ml, 100), knowsRowCount: false);
        var transformed = Contexts.Fit(_ml).Transform(source);
        using var cursor = transformed.GetRowCursor([transformed.Schema["Hidden"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(transformed.Schema["Hidden"]);
        VBuffer<float> hidden = default;

        for (var row = 1; row <= 3; row++)
        {
            Assert.True(cursor.MoveNext());
            getter(ref hidden);
            Assert.Equal(row, source.Fetched);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(99)]
    public void A_bad_row_is_refused_when_it_is_read_and_not_before(int bad)
    {
        var rows = Enumerable.Range(0, 100).Select(r => r == bad ? [0, 0, 0, float.PositiveInfinity, 0] : Views.Row(r));
        var transformed = Contexts.Fit(_ml).Transform(Views.Dense(_ml, rows, 5));

        var e = Assert.Throws<InvalidDataException>(() => ReadUntil(transformed, bad));

        Assert.StartsWith($"Row {bad} of column 'Features' holds ∞ in slot 3 (F3)", e.Message.Replace("Infinity", "∞"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(13, true)]
    [InlineData(13, false)]
    [InlineData(15, true)]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(16, false)]
    public void What_a_row_or_a_move_before_the_model_throws_comes_at_its_row(int bad, bool whenMoving)
    {
        var transformed = Contexts.Fit(_ml).Transform(new FailingView(Views.Dense(_ml, 100), bad, whenMoving));

        var e = Assert.Throws<FormatException>(() => ReadUntil(transformed, bad));

        Assert.Equal($"row {bad}", e.Message);
    }

    [Fact]
    public void A_row_of_another_size_is_refused_at_its_row()
    {
        var transformed = Contexts.Fit(_ml).Transform(new ResizedView(Views.Dense(_ml, 50), 20));

        var e = Assert.Throws<InvalidDataException>(() => ReadUntil(transformed, 20));

        Assert.StartsWith("Row 20 of column 'Features' has 4 values, but the column's type says 5", e.Message);
    }

    [Fact]
    public void A_sum_too_large_for_a_number_is_no_fault_of_the_row()
    {
        var transformed = Contexts.Fit(_ml).Transform(Views.Dense(_ml, Enumerable.Repeat<float[]>([-3e38f, 3e38f, 3e38f, -3e38f, 3e38f], 50), 5));

        Assert.Contains(transformed.Column("Hidden"), h => !float.IsFinite(h[0]));
    }

    /// <summary>Reads h of every row; all before <paramref name="bad"/> must come.</summary>
    private static void ReadUntil(IDataView view, int bad)
    {
        using var cursor = view.GetRowCursor([view.Schema["Hidden"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Hidden"]);
        VBuffer<float> hidden = default;
        for (var row = 0; ; row++)
        {
            try
            {
                Assert.True(cursor.MoveNext());
                getter(ref hidden);
            }
            catch (Exception e) when (e is InvalidDataException or FormatException)
            {
                Assert.Equal(bad, row);
                throw;
            }
        }
    }

    private static Dictionary<ulong, string> ById(IDataView view, Random? random)
    {
        using var cursor = view.GetRowCursor([view.Schema["Hidden"]], random);
        var (getId, getHidden) = (cursor.GetIdGetter(), cursor.GetGetter<VBuffer<float>>(view.Schema["Hidden"]));
        VBuffer<float> hidden = default;
        DataViewRowId id = default;
        var rows = new Dictionary<ulong, string>();
        while (cursor.MoveNext())
        {
            getHidden(ref hidden);
            getId(ref id);
            rows.Add(id.Low, Program.Bits([[.. hidden.DenseValues()]]));
        }

        return rows;
    }

    private static List<(float[] Features, float[] Reconstruction)> Together(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Features"], view.Schema["Reconstruction"]]);
        var features = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        var reconstruction = cursor.GetGetter<VBuffer<float>>(view.Schema["Reconstruction"]);
        VBuffer<float> x = default, y = default;
        var rows = new List<(float[], float[])>();
        while (cursor.MoveNext())
        {
            reconstruction(ref y);
            features(ref x);
            rows.Add(([.. x.DenseValues()], [.. y.DenseValues()]));
        }

        return rows;
    }

    private IDataView Mixed(float[][] rows)
    {
        var n = rows[0].Length;
        return _ml.Data.LoadFromEnumerable(
            rows.Select((r, id) => new Views.SparseRow { Id = id, Features = id % 5 == 2 ? Sparse(r) : new VBuffer<float>(n, r) }).ToArray(),
            Views.Definition<Views.SparseRow>(n));

        static VBuffer<float> Sparse(float[] row)
        {
            var indices = Enumerable.Range(0, row.Length).Where(i => row[i] != 0).ToArray();
            return new(row.Length, indices.Length, [.. indices.Select(i => row[i])], indices);
        }
    }

    private sealed class Prediction
    {
        public float[] Hidden { get; set; } = [];

        public float[] Reconstruction { get; set; } = [];

        public float Loss { get; set; }
    }

    /// <summary>A view that fails at one row: when a cursor moves there, or when its features are fetched.</summary>
    private sealed class FailingView(IDataView view, int bad, bool whenMoving) : ChangedView(view)
    {
        protected override void Moved(long position)
        {
            if (whenMoving && position == bad)
            {
                throw new FormatException($"row {bad}");
            }
        }

        protected override void Fetched(long position, ref VBuffer<float> row)
        {
            if (position == bad)
            {
                throw new FormatException($"row {bad}");
            }
        }
    }

    /// <summary>A view of which one row is shorter than its type says.</summary>
    private sealed class ResizedView(IDataView view, int bad) : ChangedView(view)
    {
        protected override void Moved(long position)
        {
        }

        protected override void Fetched(long position, ref VBuffer<float> row)
        {
            if (position == bad)
            {
                row = new VBuffer<float>(4, [1, 2, 3, 4]);
            }
        }
    }

    private abstract class ChangedView(IDataView view) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => view.Schema;

        public long? GetRowCount() => view.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            new Cursor(this, view.GetRowCursor(columnsNeeded));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];

        protected abstract void Moved(long position);

        protected abstract void Fetched(long position, ref VBuffer<float> row);

        private sealed class Cursor(ChangedView owner, DataViewRowCursor input) : DataViewRowCursor
        {
            public override DataViewSchema Schema => input.Schema;

            public override long Position => input.Position;

            public override long Batch => input.Batch;

            public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

            public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

            public override bool MoveNext()
            {
                var moved = input.MoveNext();
                owner.Moved(input.Position);
                return moved;
            }

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            {
                var getter = input.GetGetter<TValue>(column);
                return typeof(TValue) != typeof(VBuffer<float>) ? getter : (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)((ref VBuffer<float> row) =>
                {
                    ((ValueGetter<VBuffer<float>>)(Delegate)getter)(ref row);
                    owner.Fetched(input.Position, ref row);
                });
            }
        }
    }
}
