namespace ToyModels;

/// <summary>
/// An engine whose chunks are feature-major matrices: feature i of row s at [i·stride + s], zero behind the rows read up to whole sixteens; what lies further
/// may be of a chunk before. Where a chunk has more rows than should lie side by side, several matrices stand behind each other.
/// </summary>
internal abstract class DenseEngine : GradientEngine
{
    private readonly PinnedBuffer _chunk;
    private int _rows;

    /// <param name="features">Number of features n.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="matrixRows">Rows of a matrix at least: it is no smaller than one of the sampler's blocks, and no larger than a batch.</param>
    /// <param name="chunkRows">Rows of a chunk at least, where several matrices make one.</param>
    protected DenseEngine(int features, int batch, int matrixRows, int chunkRows = 0)
    {
        Features = features;
        MatrixRows = Math.Min(batch, Math.Max(matrixRows, FeatureSampler.RowsPerBlock(features)));
        ChunkRows = Math.Min(batch, Math.Max(chunkRows, MatrixRows));

        // One cache line more than the rows: features that lie a power of two apart would fall into the same few cache sets.
        Stride = Lanes.RoundUp(MatrixRows) + Lanes.Count;
        _chunk = CreateMatrices(features);
    }

    internal override int ChunkRows { get; }

    /// <summary>Number of features n.</summary>
    protected int Features { get; }

    /// <summary>Rows of a matrix; the last may hold fewer.</summary>
    protected int MatrixRows { get; }

    /// <summary>Distance between features in a matrix.</summary>
    protected int Stride { get; }

    /// <summary>Room for as many rows as a chunk, in matrices that lie as its own do.</summary>
    /// <param name="height">Numbers of a row.</param>
    protected PinnedBuffer CreateMatrices(int height) => new((long)((ChunkRows + MatrixRows - 1) / MatrixRows) * height * Stride);

    /// <summary>The samples from row <paramref name="row"/> of a chunk on, up to the end of their matrix.</summary>
    protected unsafe SampleMatrix SamplesFrom(PinnedBuffer matrices, int height, int row) =>
        new(matrices.Pointer + ((nint)(row / MatrixRows) * height * Stride) + (row % MatrixRows), Stride);

    internal override int Read(SampleReader reader, int rows) => Fill(reader, _chunk, rows, out _rows);

    internal override void Accumulate(float scale, ref double loss) => Accumulate(_chunk, _rows, scale, ref loss);

    internal override void AddLoss(ref double loss) => AddLoss(_chunk, _rows, ref loss);

    internal override void CountPresent(Span<long> present)
    {
        for (var first = 0; first < _rows; first += MatrixRows)
        {
            var rows = Math.Min(MatrixRows, _rows - first);
            for (var i = 0; i < Features; i++)
            {
                present[i] += rows - _chunk.Span.Slice((((first / MatrixRows) * Features) + i) * Stride, rows).Count(0f);
            }
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
