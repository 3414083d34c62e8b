using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class GeneratedViewTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Row_count_is_known_at_once_and_rows_are_as_many()
    {
        var view = Generate(2500);

        Assert.Equal(2500, view.GetRowCount());
        Assert.Equal(2500, view.Column("Features").Length);
        Assert.Equal(long.MaxValue, Generate(long.MaxValue).GetRowCount());
    }

    [Fact]
    public void Two_cursors_give_the_same_rows_and_another_seed_others()
    {
        var view = Generate(2100);

        Assert.Equal(view.Column("Features"), view.Column("Features"));
        Assert.Equal(view.Column("Features"), Generate(2100).Column("Features"));
        Assert.NotEqual(view.Column("Features"), Generate(2100, seed: 8).Column("Features"));
    }

    [Fact]
    public void Many_threads_read_the_same_rows()
    {
        var view = Generate(3000, density: 0.1f);
        var expected = view.Column("Features");

        var read = new float[8][][];
        Parallel.For(0, read.Length, t => read[t] = view.Column("Features"));

        Assert.All(read, rows => Assert.Equal(expected, rows));
    }

    [Theory]
    [InlineData(1f, true)]
    [InlineData(0.3f, true)]
    [InlineData(0.05f, false)]
    [InlineData(0f, false)]
    public void Rows_are_sparse_where_density_is_low(float density, bool isDense)
    {
        var view = Generate(100, density);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema[0]);
        VBuffer<float> row = default;

        Assert.True(cursor.MoveNext());
        getter(ref row);

        Assert.Equal(isDense, row.IsDense);
        Assert.Equal(10, row.Length);
    }

    [Theory]
    [InlineData(0.5f, 0.5f)]
    [InlineData(0.04f, 0.04f)]
    [InlineData(0.05f, 0.01f)]
    [InlineData(0.9f, 0.01f)]
    public void Rows_are_those_of_the_sampler(float firstHalf, float secondHalf)
    {
        var distribution = new FeatureDistribution([.. Enumerable.Range(0, 10).Select(i => i < 5 ? firstHalf : secondHalf)]);
        var view = _ml.ToyModels().Generate(distribution, 2500, seed: 7);
        var sampler = new FeatureSampler(distribution, 7);
        var block = new float[10 * sampler.BlockRows];
        var rows = view.Column("Features");

        for (var r = 0; r < rows.Length; r++)
        {
            if (r % sampler.BlockRows == 0)
            {
                sampler.FillBlock(r / sampler.BlockRows, block);
            }

            Assert.Equal(Enumerable.Range(0, 10).Select(i => block[(i * sampler.BlockRows) + (r % sampler.BlockRows)]), rows[r]);
        }
    }

    [Fact]
    public void Shuffling_gives_every_row_once_with_its_own_id_in_an_order_that_the_random_decides()
    {
        var view = Generate(5000);
        var column = view.Schema[0];
        var plain = view.Column("Features");

        using var cursor = view.GetRowCursor([column], new Random(3));
        var shuffled = WithIds(cursor, column).ToArray();

        Assert.True(view.CanShuffle);
        Assert.Equal(Enumerable.Range(0, 5000).Select(r => (ulong)r), shuffled.Select(r => r.Id).Order());
        Assert.NotEqual(plain, shuffled.Select(r => r.Row));
        Assert.All(shuffled, r => Assert.Equal(plain[r.Id], r.Row));
        Assert.Equal(shuffled.Select(r => r.Row), view.Column("Features", new Random(3)));
        Assert.NotEqual(shuffled.Select(r => r.Row), view.Column("Features", new Random(4)));
    }

    [Fact]
    public void A_shuffled_cursor_set_shares_one_order()
    {
        var view = Generate(5000);
        var column = view.Schema[0];

        var ids = view.GetRowCursorSet([column], 3, new Random(3)).SelectMany(c => WithIds(c, column)).Select(r => r.Id);

        Assert.Equal(Enumerable.Range(0, 5000).Select(r => (ulong)r), ids.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(1000)]
    public void A_shuffled_order_visits_every_block_once(int blocks)
    {
        var order = new BlockOrder(blocks, new Random(11));

        Assert.Equal(Enumerable.Range(0, blocks).Select(b => (long)b), Enumerable.Range(0, blocks).Select(t => order.Block(t)).Order());
    }

    [Fact]
    public void A_cursor_without_columns_counts_rows_and_draws_none()
    {
        var view = Generate(1_000_000);
        using var cursor = view.GetRowCursor([]);

        Assert.False(cursor.IsColumnActive(view.Schema[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema[0]));
        var rows = 0;
        while (cursor.MoveNext())
        {
            rows++;
        }

        Assert.Equal(1_000_000, rows);
    }

    [Fact]
    public void Memory_does_not_grow_with_rows()
    {
        var view = Generate(long.MaxValue, density: 0.01f);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema[0]);
        VBuffer<float> row = default;
        Read(5000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(20_000);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);

        void Read(int rows)
        {
            for (var r = 0; r < rows; r++)
            {
                cursor.MoveNext();
                getter(ref row);
            }
        }
    }

    [Fact]
    public void The_context_decides_a_seed_that_is_not_given()
    {
        Assert.Equal(Unseeded(1), Unseeded(1));
        Assert.NotEqual(Unseeded(1), Unseeded(2));

        static float[][] Unseeded(int contextSeed) =>
            new MLContext(contextSeed).ToyModels().Generate(new FeatureDistribution(10, 0.5f), 20).Column("Features");
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        var toys = _ml.ToyModels();
        var distribution = new FeatureDistribution(3, 0.5f);

        Assert.Throws<ArgumentOutOfRangeException>(() => toys.Generate(distribution, 0));
        Assert.Throws<ArgumentException>(() => toys.Generate(distribution, 1, outputColumnName: ""));
        Assert.Throws<ArgumentException>(() => toys.Generate(distribution, 1, importance: Importance.Given(1, 2)));
        Assert.Throws<ArgumentNullException>(() => toys.Generate(null!, 1));
    }

    private static IEnumerable<(long Batch, long Position, ulong Id, float[] Row)> WithIds(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        var getId = cursor.GetIdGetter();
        VBuffer<float> row = default;
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getter(ref row);
            getId(ref id);
            yield return (cursor.Batch, cursor.Position, id.Low, [.. row.DenseValues()]);
        }
    }

    private IDataView Generate(long rows, float density = 0.5f, int seed = 7) =>
        _ml.ToyModels().Generate(new FeatureDistribution(10, density), rows, seed);
}
