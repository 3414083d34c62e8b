namespace ToyModels;

/// <summary>An engine whose chunks are feature-major matrices: feature i of row s at [i·stride + s], zero from the rows read to the stride.</summary>
internal abstract class DenseEngine : GradientEngine
{
    private readonly PinnedBuffer _chunk;
    private int _rows;

    /// <param name="features">Number of features n.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="chunkRows">Rows of a chunk at least: it is no smaller than one of the sampler's blocks, and no larger than a batch.</param>
    protected DenseEngine(int features, int batch, int chunkRows)
    {
        Features = features;
        ChunkRows = Math.Min(batch, Math.Max(chunkRows, FeatureSampler.RowsPerBlock(features)));

        // One cache line more than the rows: features that lie a power of two apart would fall into the same few cache sets.
        Stride = Lanes.RoundUp(ChunkRows) + Lanes.Count;
        _chunk = new PinnedBuffer((long)features * Stride);
    }

    internal override int ChunkRows { get; }

    /// <summary>Number of features n.</summary>
    protected int Features { get; }

    /// <summary>Distance between features in a chunk.</summary>
    protected int Stride { get; }

    internal override int Read(SampleReader reader, int rows) => Fill(reader, _chunk, rows, out _rows);

    internal override void Accumulate(float scale, ref double loss) => Accumulate(_chunk, _rows, scale, ref loss);

    internal override void AddLoss(ref double loss) => AddLoss(_chunk, _rows, ref loss);

    internal override void CountPresent(Span<long> present)
    {
        for (var i = 0; i < Features; i++)
        {
            present[i] += _rows - _chunk.Span.Slice(i * Stride, _rows).Count(0f);
        }
    }

    /// <summary>Reads the next chunk.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="chunk">Receives them.</param>
    /// <param name="rows">Rows wanted.</param>
    /// <param name="kept">Rows that the chunk then holds: fewer than were read where some need no computing of their own.</param>
    /// <returns>Rows read.</returns>
    protected virtual int Fill(SampleReader reader, PinnedBuffer chunk, int rows, out int kept) => kept = reader.ReadShared(chunk, rows, Stride, Team);

    /// <summary>See <see cref="GradientEngine.Accumulate"/>.</summary>
    protected abstract void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss);

    /// <summary>See <see cref="GradientEngine.AddLoss"/>.</summary>
    protected abstract void AddLoss(PinnedBuffer chunk, int rows, ref double loss);
}
