using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class ViewSamplesTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(100)]
    public void Batches_walk_the_stream_of_passes_and_span_them(int batch)
    {
        var samples = Samples(Views.Dense(_ml));

        var rows = ReadAll(samples.OpenTraining(3, seed: 1), samples.FeatureCount, batch);

        Assert.Equal(Enumerable.Range(0, 120).Select(r => Views.Row(r % 40)), rows);
    }

    [Fact]
    public void Every_element_of_a_batch_is_written()
    {
        var samples = Samples(Views.Dense(_ml));
        using var reader = samples.OpenTraining(1, seed: 1);
        var batch = new float[5 * 64];
        Array.Fill(batch, float.NaN);

        Assert.Equal(40, reader.Read(batch, 50, 64));

        Assert.DoesNotContain(float.NaN, batch);
        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal(24, batch.AsSpan((i * 64) + 40, 24).Count(0f)));
        Assert.Equal(0, reader.Read(batch, 50, 64));
        Assert.Equal(320, batch.AsSpan().Count(0f));
    }

    [Fact]
    public void Sparse_rows_read_as_dense_rows()
    {
        var (dense, sparse) = (Samples(Views.Dense(_ml)), Samples(Views.Sparse(_ml)));

        Assert.Equal(ReadAll(dense.OpenTraining(2, 1), 5, 7), ReadAll(sparse.OpenTraining(2, 1), 5, 7));
    }

    [Fact]
    public void The_generator_s_own_view_is_recognised_and_sampled_to_the_same_bits_as_row_by_row()
    {
        foreach (var density in new[] { 0.02f, 0.3f, 1f })
        {
            var view = _ml.ToyModels().Generate(new FeatureDistribution(12, density, ValueRange.Symmetric), 2000, seed: 9, Importance.Geometric(0.9f));

            var (recognised, byRow) = (Samples(view), Samples(new CountingView(view)));

            Assert.IsType<GeneratedSamples>(recognised);
            Assert.IsNotType<GeneratedSamples>(byRow);
            Assert.Equal(Program.Bits(ReadAll(recognised.OpenTraining(2, 4), 12, 33)), Program.Bits(ReadAll(byRow.OpenTraining(2, 4), 12, 33)));
            Assert.Equal(recognised.Importances.ToArray(), byRow.Importances.ToArray());
            Assert.Equal(recognised.Densities.ToArray(), byRow.Densities.ToArray());
            Assert.Equal(recognised.RowCount, byRow.RowCount);
        }
    }

    [Fact]
    public void Shuffled_passes_have_orders_of_their_own_that_the_seed_decides()
    {
        var view = _ml.ToyModels().Generate(new FeatureDistribution(5, 1f), 600, seed: 9);
        var samples = Samples(view, shuffle: true);

        var rows = ReadAll(samples.OpenTraining(2, seed: 4), 5, 64);
        var (first, second) = (rows[..600], rows[600..]);

        var plain = view.Column("Features");
        Assert.NotEqual(plain, first);
        Assert.NotEqual(first, second);
        Assert.Equal(plain.Select(r => r[0]).Order(), first.Select(r => r[0]).Order());
        Assert.Equal(plain.Select(r => r[0]).Order(), second.Select(r => r[0]).Order());
        Assert.Equal(rows, ReadAll(samples.OpenTraining(2, seed: 4), 5, 64));
        Assert.NotEqual(rows, ReadAll(samples.OpenTraining(2, seed: 5), 5, 64));
        Assert.Equal(plain, ReadAll(samples.OpenEvaluation(), 5, 64));
    }

    [Fact]
    public void A_view_that_cannot_shuffle_is_read_in_its_own_order()
    {
        var view = new CountingView(Views.Dense(_ml), canShuffle: false);

        Assert.Equal(Enumerable.Range(0, 40).Select(Views.Row), ReadAll(Samples(view, shuffle: true).OpenTraining(1, 4), 5, 16));
    }

    [Fact]
    public void A_small_view_is_read_through_one_cursor_and_none_before_the_first_read()
    {
        var view = new CountingView(Views.Dense(_ml));
        var samples = Samples(view);
        using var reader = samples.OpenTraining(null, 1);
        Assert.Equal(0, view.Cursors);

        reader.Read(new float[5 * 112], 100, 112);
        var evaluation = ReadAll(samples.OpenEvaluation(), 5, 16);

        Assert.Equal(1, view.Cursors);
        Assert.Equal(["Features"], view.Asked);
        Assert.Equal(Enumerable.Range(0, 40).Select(Views.Row), evaluation);
    }

    [Fact]
    public void A_shuffled_view_is_read_through_one_cursor_a_pass()
    {
        var view = new CountingView(_ml.ToyModels().Generate(new FeatureDistribution(5, 1f), 40, seed: 9));
        using var reader = Samples(view, shuffle: true).OpenTraining(null, 1);

        reader.Read(new float[5 * 112], 100, 112);

        Assert.Equal(3, view.Cursors);
    }

    [Fact]
    public void A_view_larger_than_what_is_kept_is_read_through_one_cursor_a_pass_to_the_same_rows()
    {
        // 20 000 rows of 1000 numbers are 80 MB, more than the 64 MB that are kept.
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(1000, 0.5f), 20_000, seed: 9);
        var view = new CountingView(generated);
        using var reader = Samples(view).OpenTraining(2, 1);

        var (first, second) = (Sum(20_000), Sum(20_000));

        Assert.Equal(2, view.Cursors);
        Assert.Equal(first, second);

        double Sum(int rows)
        {
            var (sum, batch) = (0.0, new float[1000 * 512]);
            for (var read = 0; read < rows;)
            {
                read += reader.Read(batch, Math.Min(512, rows - read), 512);
                sum += System.Numerics.Tensors.TensorPrimitives.Sum<float>(batch);
            }

            return sum;
        }
    }

    [Fact]
    public void A_reader_that_stops_early_leaves_it_to_another_to_keep_the_rows()
    {
        var view = new CountingView(Views.Dense(_ml));
        var samples = Samples(view);
        using (var early = samples.OpenTraining(null, 1))
        {
            early.Read(new float[5 * 16], 16, 16);
        }

        ReadAll(samples.OpenTraining(3, 1), 5, 16);
        ReadAll(samples.OpenEvaluation(), 5, 16);

        Assert.Equal(2, view.Cursors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(100)]
    public void Rows_read_by_their_non_zeros_are_those_read_densely(int batch)
    {
        foreach (var view in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            using var reader = Samples(view).OpenTraining(3, seed: 1);
            var sparse = new SparseSamples();
            var (rows, values) = (0, new List<float>());
            while (reader.ReadSparse(sparse, batch, 5) is var read and > 0)
            {
                Assert.Equal(read, sparse.ActiveRows + sparse.EmptyRows);
                for (var row = 0; row < sparse.ActiveRows; row++)
                {
                    var dense = new float[5];
                    for (var e = sparse.Starts[row]; e < sparse.Starts[row + 1]; e++)
                    {
                        dense[sparse.Features[e]] = sparse.Values[e];
                    }

                    values.AddRange(dense);
                }

                rows += read;
            }

            Assert.Equal(120, rows);
            Assert.Equal(Enumerable.Range(0, 120).SelectMany(r => Views.Row(r % 40)), values);
        }
    }

    [Fact]
    public void Reading_densely_and_by_non_zeros_may_alternate_over_kept_rows_too()
    {
        foreach (var view in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            using var reader = Samples(view).OpenTraining(null, seed: 1);
            var (sparse, buffer) = (new SparseSamples(), new float[5 * 16]);
            for (var first = 0; first < 200; first += 20)
            {
                reader.Read(buffer, 10, 16);
                Assert.Equal(Enumerable.Range(first, 10).Select(r => Views.Row(r % 40)[2]), buffer[32..42]);
                reader.ReadSparse(sparse, 10, 5);
                var expected = Enumerable.Range(first + 10, 10).SelectMany(r => Views.Row(r % 40)).Where(v => v != 0);
                Assert.Equal(expected, sparse.Values.ToArray());
            }
        }
    }

    [Fact]
    public void Importance_and_density_are_those_of_the_annotations()
    {
        var plain = Samples(Views.Dense(_ml));
        Assert.True(plain.Importances.IsDefault);
        Assert.True(plain.Densities.IsDefault);

        var definition = Views.Definition<Views.DenseRow>();
        Annotate(definition, ToyModelAnnotations.Importance, 1, 2, 3, 4, 5);
        Annotate(definition, ToyModelAnnotations.Density, 0, 0.25f, 0.5f, 0.75f, 1);
        var samples = Samples(_ml.Data.LoadFromEnumerable([new Views.DenseRow { Features = Views.Row(1) }], definition));

        Assert.Equal([1, 2, 3, 4, 5], samples.Importances.ToArray());
        Assert.Equal([0, 0.25f, 0.5f, 0.75f, 1], samples.Densities.ToArray());
    }

    [Theory]
    [InlineData(ToyModelAnnotations.Density, 1.5f)]
    [InlineData(ToyModelAnnotations.Density, -0.5f)]
    [InlineData(ToyModelAnnotations.Importance, -1f)]
    [InlineData(ToyModelAnnotations.Importance, float.NaN)]
    public void Annotations_out_of_range_are_refused(string name, float value)
    {
        var definition = Views.Definition<Views.DenseRow>();
        Annotate(definition, name, 1, 1, value, 1, 1);
        var view = _ml.Data.LoadFromEnumerable([new Views.DenseRow { Features = Views.Row(1) }], definition);

        var e = Assert.Throws<InvalidDataException>(() => Samples(view));

        Assert.Contains($"'{name}' of column 'Features'", e.Message);
        Assert.Contains("slot 2", e.Message);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void A_row_that_is_not_finite_is_refused_by_row_column_slot_and_name(float value, string text)
    {
        var view = Views.Dense(_ml, Enumerable.Range(0, 30).Select(r => r == 21 ? [0, 0, 0, value, 0] : Views.Row(r)), 5);

        var e = Assert.Throws<InvalidDataException>(() => ReadAll(Samples(view).OpenTraining(1, 1), 5, 16));

        Assert.StartsWith($"Row 21 of column 'Features' holds {text} in slot 3 (F3)", e.Message);
    }

    [Fact]
    public void A_row_of_another_size_is_refused()
    {
        var view = new ShapeShifter(Views.Dense(_ml));

        var e = Assert.Throws<InvalidDataException>(() => ReadAll(Samples(view).OpenTraining(1, 1), 5, 16));

        Assert.StartsWith("Row 0 of column 'Features' has 3 values, but the column's type says 5", e.Message);
    }

    [Fact]
    public void An_empty_view_is_refused_at_once_where_it_says_so_and_at_the_first_read_otherwise()
    {
        var empty = Views.Dense(_ml, 0);

        Assert.Contains("'Features' has no rows", Assert.Throws<InvalidDataException>(() => Samples(empty)).Message);
        var silent = Samples(new CountingView(empty, knowsRowCount: false));
        Assert.Null(silent.RowCount);
        Assert.Contains("'Features' has no rows", Assert.Throws<InvalidDataException>(() => ReadAll(silent.OpenTraining(null, 1), 5, 16)).Message);
    }

    private static void Annotate(SchemaDefinition definition, string name, params float[] values) =>
        definition["Features"].AddAnnotation(name, new VBuffer<float>(values.Length, values), new VectorDataViewType(NumberDataViewType.Single, values.Length));

    private static SampleSource Samples(IDataView view, bool shuffle = false) => ViewSamples.Of(view, "Features", shuffle).Samples;

    private static float[][] ReadAll(SampleReader reader, int count, int batch)
    {
        using (reader)
        {
            var stride = (batch + 15) / 16 * 16;
            var buffer = new float[count * stride];
            var rows = new List<float[]>();
            while (reader.Read(buffer, batch, stride) is var read and > 0)
            {
                rows.AddRange(Enumerable.Range(0, read).Select(s => Enumerable.Range(0, count).Select(i => buffer[(i * stride) + s]).ToArray()));
            }

            return [.. rows];
        }
    }

    /// <summary>A view that breaks the promise of its type.</summary>
    private sealed class ShapeShifter(IDataView view) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => view.Schema;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(view.GetRowCursor(columnsNeeded));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];

        private sealed class Cursor(DataViewRowCursor input) : DataViewRowCursor
        {
            public override DataViewSchema Schema => input.Schema;

            public override long Position => input.Position;

            public override long Batch => input.Batch;

            public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

            public override bool MoveNext() => input.MoveNext();

            public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
                (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)((ref VBuffer<float> row) => row = new VBuffer<float>(3, [1, 2, 3]));
        }
    }
}
