namespace ToyModels;

/// <summary>A position in a stream of rows. Serves one thread.</summary>
public abstract class SampleReader : IDisposable
{
    /// <summary>Reads the next rows.</summary>
    /// <param name="destination">
    /// Feature-major: feature i of the s-th row read goes to <c>destination[i·stride + s]</c>. Every element is written: those past the rows read become 0.
    /// </param>
    /// <param name="samples">Rows wanted, from 1 to <paramref name="stride"/>.</param>
    /// <param name="stride">Distance between features, a multiple of 16.</param>
    /// <returns>Rows read: <paramref name="samples"/>, or fewer where the stream ends; 0 past the end.</returns>
    /// <exception cref="InvalidDataException">A value is NaN or infinite; the message names row and column.</exception>
    public abstract int Read(Span<float> destination, int samples, int stride);

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
