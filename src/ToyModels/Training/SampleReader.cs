namespace ToyModels;

/// <summary>A position in a stream of rows. Serves one thread.</summary>
public abstract class SampleReader : IDisposable
{
    private const int MostDenseRows = 256;

    /// <summary>Numbers that rows on their way to their non-zeros take at most, but for sixteen rows, the fewest that there can be.</summary>
    private const int MostDenseNumbers = 1 << 24;

    private readonly SparseSamples _listed = new();
    private float[] _dense = [];

    /// <summary>Reads the next rows.</summary>
    /// <param name="destination">
    /// Feature-major: feature i of the s-th row read goes to <c>destination[i·stride + s]</c>. Every element is written: those past the rows read become 0.
    /// </param>
    /// <param name="samples">Rows wanted, from 1 to <paramref name="stride"/>.</param>
    /// <param name="stride">Distance between features, a multiple of 16.</param>
    /// <returns>Rows read: <paramref name="samples"/>, or fewer where the stream ends; 0 past the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not even one row, more rows than the stride, or a destination of fewer than n strides.</exception>
    /// <exception cref="InvalidDataException">A value is NaN or infinite; the message names row and column.</exception>
    public abstract int Read(Span<float> destination, int samples, int stride);

    /// <summary>Reads the next rows by their non-zeros. Calls may alternate with <see cref="Read"/>: both move the same position.</summary>
    /// <param name="destination">Is cleared, then receives the rows.</param>
    /// <param name="samples">Rows wanted, at least 1.</param>
    /// <param name="features">Number of features n.</param>
    /// <returns>Rows read: <paramref name="samples"/>, or fewer where the stream ends; 0 past the end.</returns>
    /// <exception cref="InvalidDataException">A value is NaN or infinite; the message names row and column.</exception>
    public virtual int ReadSparse(SparseSamples destination, int samples, int features)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Clear();
        var stride = DenseStride(samples, features);
        _dense = _dense.Length >= features * stride ? _dense : new float[features * stride];
        var total = 0;
        while (total < samples && Read(_dense, Math.Min(stride, samples - total), stride) is var read and > 0)
        {
            destination.AddDense(_dense, features, read, stride);
            total += read;
        }

        return total;
    }

    /// <summary>Reads the next rows as <see cref="Read"/> does, but may leave the first of them to be drawn by the caller.</summary>
    /// <param name="destination">Receives the rows but for those claimed, and zeros behind them; nothing where all are claimed, which are whole sixteens.</param>
    /// <param name="samples">Rows wanted.</param>
    /// <param name="stride">Distance between features.</param>
    /// <param name="mostBlockRows">Rows of blocks that are claimed, at most.</param>
    /// <param name="claim">The rows left to the caller: they belong to the beginning of the destination.</param>
    /// <returns>Rows read and claimed.</returns>
    internal virtual int ReadOrClaim(Span<float> destination, int samples, int stride, int mostBlockRows, out RowClaim claim)
    {
        claim = default;
        return Read(destination, samples, stride);
    }

    /// <summary>Reads the next rows as <see cref="Read"/> does, by several threads where they can be claimed.</summary>
    internal int ReadShared(PinnedBuffer destination, int samples, int stride, WorkerTeam? team)
    {
        if (team is null)
        {
            return Read(destination.Span, samples, stride);
        }

        var read = ReadOrClaim(destination.Span, samples, stride, samples, out var claim);
        if (claim.Blocks > 0)
        {
            // Two blocks at a time cost less.
            team.Share(
                (claim.Blocks + 1) / 2,
                (_, pair) => claim.Fill(2 * pair, Math.Min(2, claim.Blocks - (2 * pair)), destination.Span[(2 * pair * claim.BlockRows)..], stride));
        }

        return read;
    }

    /// <summary>Reads the next rows, and keeps those that hold a non-zero.</summary>
    /// <param name="destination">Receives them, one after the other; what is behind them is undefined.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="samples">Rows wanted.</param>
    /// <param name="stride">Distance between features, more than the rows by one lane at least.</param>
    /// <param name="kept">How many are kept.</param>
    /// <returns>Rows read.</returns>
    internal virtual unsafe int ReadNonEmpty(PinnedBuffer destination, int features, int samples, int stride, out int kept)
    {
        var read = Read(destination.Span, samples, stride);
        kept = NonEmptyRows.Gather(destination.Pointer, features, read, stride);
        return read;
    }

    /// <summary>Reads the next rows, those of one length side by side.</summary>
    /// <param name="destination">Takes the rows that hold a non-zero.</param>
    /// <param name="samples">Rows wanted.</param>
    /// <param name="features">Number of features n.</param>
    /// <returns>Rows read.</returns>
    internal virtual int ReadByLength(RowsByLength destination, int samples, int features)
    {
        var read = ReadSparse(_listed, samples, features);
        destination.Take(_listed);
        return read;
    }

    /// <summary>How many rows are read at a time to list their non-zeros: a multiple of sixteen, such that they stay within bounds for any n.</summary>
    /// <exception cref="ArgumentException">Sixteen rows are more numbers than an array can hold.</exception>
    internal static int DenseStride(int samples, int features)
    {
        if (features > Array.MaxLength / Lanes.Count)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"features is {features}; rows that are read whole can have at most {Array.MaxLength / Lanes.Count}. ")
                + "Use fewer features, or a source that lists the non-zeros of its rows.",
                nameof(features));
        }

        return Math.Min(Lanes.RoundUp(samples), Math.Clamp(MostDenseNumbers / features / Lanes.Count * Lanes.Count, Lanes.Count, MostDenseRows));
    }

    /// <summary>Throws where rows asked for would not fit where they are to go: readers write past no bound, with or without checks of their own.</summary>
    internal static void RequireRoom(ReadOnlySpan<float> destination, int features, int samples, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, (long)features * stride);
    }

    /// <summary>Zeros behind the rows read, up to the stride.</summary>
    internal static void ClearRest(Span<float> destination, int features, int read, int stride)
    {
        var rest = stride - read;
        for (var i = 0; i < features && rest > 0; i++)
        {
            destination.Slice((i * stride) + read, rest).Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the reader holds.</summary>
    /// <param name="disposing">Whether called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
