using System.Runtime.InteropServices;

namespace ToyModels.Tests.Models;

public sealed class ToyModelBatchesTests
{
    private static readonly ToyModel _model = new(ToyModelKind.ReluOutput, 3, InitialWeights.XavierNormal(11, 3, 1, 0), new float[11]);

    [Fact]
    public void Rows_of_a_batch_have_the_bits_that_they_have_alone()
    {
        var features = Rows(7);
        float[] hidden = new float[7 * 3], reconstruction = new float[7 * 11], decoded = new float[7 * 11];
        _model.EncodeBatch(features, hidden);
        _model.ReconstructBatch(features, reconstruction);
        _model.DecodeBatch(hidden, decoded);
        float[] h = new float[3], x = new float[11];
        for (var row = 0; row < 7; row++)
        {
            _model.Encode(features.AsSpan(row * 11, 11), h);
            _model.Reconstruct(features.AsSpan(row * 11, 11), x);
            Assert.Equal(h, hidden.AsSpan(row * 3, 3));
            Assert.Equal(x, reconstruction.AsSpan(row * 11, 11));
        }

        Assert.Equal(reconstruction, decoded);
        Assert.Contains(reconstruction, value => value > 0);
    }

    [Theory]
    [InlineData(ToyModelKind.ReluOutput, 100, 20, 1)]
    [InlineData(ToyModelKind.Linear, 100, 20, 0.1f)]
    [InlineData(ToyModelKind.ReluOutput, 8, 8, 0.5f)]
    [InlineData(ToyModelKind.ReluOutput, 37, 9, 0.3f)]
    [InlineData(ToyModelKind.ReluOutput, 33, 65, 0.2f)]
    [InlineData(ToyModelKind.Linear, 65, 7, 0.02f)]
    [InlineData(ToyModelKind.ReluOutput, 5, 64, 0.9f)]
    public void Tiles_of_rows_have_the_bits_of_written_out_chains(ToyModelKind kind, int n, int m, float density)
    {
        const int Count = 131;
        var model = new ToyModel(kind, m, InitialWeights.XavierNormal(n, m, 3, 0), InitialWeights.XavierNormal(n, 1, 4, 0));
        var random = new Random(5);
        var features = Enumerable.Range(0, Count * n).Select(_ => random.NextSingle() < density ? random.NextSingle() - 0.5f : 0).ToArray();
        float[] hidden = new float[Count * m], decoded = new float[Count * n], reconstruction = new float[Count * n];

        model.EncodeBatch(features, hidden);
        model.DecodeBatch(hidden, decoded);
        model.ReconstructBatch(features, reconstruction);

        for (var row = 0; row < Count; row++)
        {
            var h = new float[m];
            for (var i = 0; i < n; i++)
            {
                for (var k = 0; k < m; k++)
                {
                    h[k] = MathF.FusedMultiplyAdd(features[(row * n) + i], model.Direction(i)[k], h[k]);
                }
            }

            var y = model.Bias.ToArray();
            for (var k = 0; k < m; k++)
            {
                for (var i = 0; i < n; i++)
                {
                    y[i] = MathF.FusedMultiplyAdd(h[k], model.Direction(i)[k], y[i]);
                }
            }

            AssertBits(h, hidden.AsSpan(row * m, m));
            AssertBits([.. y.Select(v => kind == ToyModelKind.ReluOutput && !(v > 0) ? 0 : v)], decoded.AsSpan(row * n, n));
            AssertBits(decoded.AsSpan(row * n, n), reconstruction.AsSpan(row * n, n));
        }
    }

    [Theory]
    [InlineData(40, 20, 0.5f)]
    [InlineData(100, 20, 0.01f)]
    [InlineData(40, 70, 0.1f)]
    public void Four_rows_that_lie_apart_have_the_bits_that_they_have_alone(int n, int m, float density)
    {
        var model = new ToyModel(ToyModelKind.Linear, m, InitialWeights.XavierNormal(n, m, 3, 0), new float[n]);
        var random = new Random(5);
        var rows = Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, n).Select(_ => random.NextSingle() < density ? random.NextSingle() : 0).ToArray()).ToArray();
        float[] hidden = new float[4 * m], alone = new float[m];

        model.EncodeTile(rows[0], rows[1], rows[2], rows[3], hidden);

        for (var row = 0; row < 4; row++)
        {
            model.Encode(rows[row], alone);
            AssertBits(alone, hidden.AsSpan(row * m, m));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void Products_too_small_for_a_number_leave_no_minus_zero(int m)
    {
        const int N = 12;
        var model = new ToyModel(ToyModelKind.Linear, m, [.. Enumerable.Repeat(1e-30f, N * m)], new float[N]);
        float[] row = [0, -1e-30f, .. new float[N - 2]], alone = new float[m], sparse = new float[m], batch = new float[5 * m];

        model.Encode(row, alone);
        model.Encode([1], [-1e-30f], sparse);
        model.EncodeBatch([.. Enumerable.Repeat(row, 5).SelectMany(r => r)], batch);

        AssertBits(new float[m], alone);
        AssertBits(new float[m], sparse);
        AssertBits(new float[5 * m], batch);
    }

    [Fact]
    public void Sparse_rows_have_the_bits_of_dense_ones()
    {
        var features = Rows(7);
        List<int> starts = [0], indices = [];
        List<float> values = [];
        for (var row = 0; row < 7; row++)
        {
            for (var i = 0; i < 11; i++)
            {
                if (features[(row * 11) + i] != 0)
                {
                    indices.Add(i);
                    values.Add(features[(row * 11) + i]);
                }
            }

            starts.Add(indices.Count);
        }

        float[] dense = new float[7 * 3], sparse = new float[7 * 3];
        _model.EncodeBatch(features, dense);
        _model.EncodeBatch([.. starts], [.. indices], [.. values], sparse);
        Assert.Equal(dense, sparse);
    }

    [Fact]
    public void Batches_that_are_no_whole_rows_are_refused_with_their_sizes()
    {
        var exception = Assert.Throws<ArgumentException>(() => _model.EncodeBatch(new float[12], new float[3]));
        Assert.Contains("features has 12 elements, but must hold whole rows of 11", exception.Message);
        exception = Assert.Throws<ArgumentException>(() => _model.DecodeBatch(new float[6], new float[11]));
        Assert.Contains("reconstruction has 11 elements, but must have 22: 2 rows of 11", exception.Message);
        Assert.Throws<ArgumentException>(() => _model.ReconstructBatch(new float[11], new float[22]));
        Assert.Throws<ArgumentException>(() => _model.EncodeBatch([0, 1], [0], [1], new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.EncodeBatch([0, 1], [11], [1], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.EncodeBatch([0, 2], [0], [1], new float[3]));
    }

    private static void AssertBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected), MemoryMarshal.Cast<float, int>(actual));

    private static float[] Rows(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count * 11).Select(_ => random.Next(3) == 0 ? random.NextSingle() : 0)];
    }
}
