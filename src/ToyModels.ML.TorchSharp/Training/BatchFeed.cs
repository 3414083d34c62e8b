using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>
/// Batches of several streams of rows on the device. Rows are read many batches at a time, the next block while the device computes on this
/// one, and moved at once.
/// </summary>
internal sealed class BatchFeed : IDisposable
{
    /// <summary>Numbers of a block, as far as one batch does not take more: 64 MB.</summary>
    private const long BlockNumbers = 1 << 24;

    private readonly SampleReader[] _readers;
    private readonly int _features;
    private readonly int _batch;
    private readonly int _blockRows;
    private readonly int _stride;
    private readonly Device _device;
    private readonly float[] _buffer;
    private long _rowsLeft;
    private Task<int>? _reading;
    private Tensor? _block;
    private int _rows;
    private int _next;

    /// <param name="readers">One for each stream; disposed with this.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="batch">Rows of a batch.</param>
    /// <param name="batches">Batches wanted; null for as many as the streams hold.</param>
    /// <param name="device">Where batches are wanted.</param>
    internal BatchFeed(IEnumerable<SampleReader> readers, int features, int batch, int? batches, Device device)
    {
        _readers = [.. readers];
        _features = features;
        _batch = batch;
        _device = device;
        _rowsLeft = batches is { } count ? (long)count * batch : long.MaxValue;
        var numbers = (long)_readers.Length * features * batch;
        _blockRows = (int)(batch * Math.Min(Math.Clamp(BlockNumbers / numbers, 1, int.MaxValue / batch), batches ?? int.MaxValue));
        _stride = Lanes.RoundUp(_blockRows);
        var length = (long)_readers.Length * features * _stride;
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"A batch of {batch} rows of {features} features is more than one array can hold ({Array.MaxLength} numbers). Lower BatchSize."));
        }

        _buffer = new float[length];
        _reading = Task.Run(Read);
    }

    /// <summary>The next batch, [streams, n, rows], valid until the next call; null at the end of the streams. Only the last one may be short.</summary>
    internal Tensor? Next()
    {
        if (_next == _rows && !MoveToNextBlock())
        {
            return null;
        }

        var rows = Math.Min(_batch, _rows - _next);
        var batch = _block!.narrow(2, _next, rows);
        _next += rows;
        return batch;
    }

    public void Dispose()
    {
        try
        {
            _reading?.Wait();
        }
        catch (AggregateException)
        {
            // Rows that nobody asked for any more.
        }

        _block?.Dispose();
        Array.ForEach(_readers, r => r.Dispose());
    }

    private bool MoveToNextBlock()
    {
        _block?.Dispose();
        _block = null;
        if (_reading is null)
        {
            return false;
        }

        _rows = _reading.GetAwaiter().GetResult();
        _next = 0;
        _reading = null;
        if (_rows == 0)
        {
            return false;
        }

        // The tensor is a copy: the buffer is free for the next block. It outlives the scope of the step that asks for its first batch.
        _block = tensor(_buffer, [_readers.Length, _features, _stride], device: _device).DetachFromDisposeScope();
        _rowsLeft -= _rows;
        _reading = _rowsLeft > 0 && _rows == _blockRows ? Task.Run(Read) : null;
        return true;
    }

    private int Read()
    {
        var wanted = (int)Math.Min(_blockRows, _rowsLeft);
        var read = new int[_readers.Length];
        try
        {
            Parallel.For(0, read.Length, s => read[s] = _readers[s].Read(_buffer.AsSpan(s * _features * _stride, _features * _stride), wanted, _stride));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
        }

        return read.Distinct().Count() == 1
            ? read[0]
            : throw new InvalidDataException($"Streams that are read side by side ended after {string.Join(", ", read)} rows of {wanted}; without Epochs a stream must not end.");
    }
}
