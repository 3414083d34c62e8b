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

    private static float[] Rows(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count * 11).Select(_ => random.Next(3) == 0 ? random.NextSingle() : 0)];
    }
}
