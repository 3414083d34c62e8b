namespace ToyModels;

/// <summary>An engine whose chunks are feature-major matrices: feature i of row s at [i·stride + s], zero from the rows read to the stride.</summary>
internal abstract class DenseEngine : GradientEngine
{
    private readonly PinnedBuffer _chunk;
    private int _rows;

    protected DenseEngine(int features, int batch)
    {
        Features = features;

        // A block of the sampler's, but at least 256 so that sums over samples pay, and no more than a batch.
        ChunkRows = Math.Min(batch, Math.Max(256, FeatureSampler.RowsPerBlock(features)));

        // One cache line more than the rows: features that lie a power of two apart would fall into the same few cache sets.
        Stride = Lanes.RoundUp(ChunkRows) + Lanes.Count;
        _chunk = new PinnedBuffer((long)features * Stride);
    }

    internal override int ChunkRows { get; }

    /// <summary>Number of features n.</summary>
    protected int Features { get; }

    /// <summary>Distance between features in a chunk.</summary>
    protected int Stride { get; }

    internal override int Read(SampleReader reader, int rows) => _rows = reader.Read(_chunk.Span, rows, Stride);

    internal override void Accumulate(float scale, ref double loss) => loss += Accumulate(_chunk, _rows, scale);

    internal override void AddLoss(ref double loss) => loss += Loss(_chunk, _rows);

    internal override void CountPresent(Span<long> present)
    {
        for (var i = 0; i < Features; i++)
        {
            present[i] += _rows - _chunk.Span.Slice(i * Stride, _rows).Count(0f);
        }
    }

    /// <summary>See <see cref="GradientEngine.Accumulate"/>.</summary>
    protected abstract double Accumulate(PinnedBuffer chunk, int rows, float scale);

    /// <summary>See <see cref="GradientEngine.AddLoss"/>.</summary>
    protected abstract double Loss(PinnedBuffer chunk, int rows);
}
