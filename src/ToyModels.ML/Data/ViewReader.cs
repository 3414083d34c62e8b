using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Pass after pass over the rows of a view: through one cursor, or over the rows that a pass before has kept. Rows are fetched in blocks that
/// never span passes.
/// </summary>
internal sealed class ViewReader(ViewSamples samples, int? passes, int? shuffleSeed) : SampleReader
{
    private readonly int _count = samples.FeatureCount;
    private readonly RowBlock _fetched = new(samples.FeatureCount);
    private DataViewRowCursor? _cursor;
    private ValueGetter<VBuffer<float>>? _getter;
    private VBuffer<float> _row;
    private KeptRows.Pass? _keeping;
    private IReadOnlyList<RowBlock>? _kept;
    private RowBlock? _block;
    private int _next;
    private int _blocks;
    private int _pass = -1;
    private bool _isPassOpen;
    private bool _ended;

    private string Where => shuffleSeed is null ? "" : $" (in the order of shuffled pass {_pass})";

    public override int Read(Span<float> destination, int samples, int stride)
    {
        RequireRoom(destination, _count, samples, stride);
        var read = 0;
        while (read < samples && Next(samples - read, byNonZeros: false) is var (block, first, rows))
        {
            block.Read(first, rows, destination[read..], stride);
            read += rows;
        }

        ClearRest(destination, _count, read, stride);

        return read;
    }

    public override int ReadSparse(SparseSamples destination, int samples, int features)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Clear();
        var read = 0;
        while (read < samples && Next(samples - read, byNonZeros: true) is var (block, first, rows))
        {
            block.ReadSparse(first, rows, destination);
            read += rows;
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cursor?.Dispose();
            _keeping?.Abandon();
            _keeping = null;
        }

        base.Dispose(disposing);
    }

    /// <summary>The next stretch of rows within one block; null past the last pass.</summary>
    /// <param name="wanted">Rows at most.</param>
    /// <param name="byNonZeros">The form in which they are wanted.</param>
    private (RowBlock Block, int First, int Rows)? Next(int wanted, bool byNonZeros)
    {
        while (_block is null || _next == _block.Rows)
        {
            if (!MoveToNextBlock(byNonZeros))
            {
                return null;
            }
        }

        var first = _next;
        var rows = Math.Min(wanted, _block.Rows - first);
        _next += rows;
        return (_block, first, rows);
    }

    private bool MoveToNextBlock(bool byNonZeros)
    {
        while (!_ended)
        {
            if (_isPassOpen && (_kept is null ? Fetch(byNonZeros) : Replay()))
            {
                _blocks++;
                _next = 0;
                return true;
            }

            EndPass();
            _ended = ++_pass == passes;
            if (!_ended)
            {
                BeginPass();
            }
        }

        return false;
    }

    private bool Replay()
    {
        _block = _blocks < _kept!.Count ? _kept[_blocks] : null;
        return _block is not null;
    }

    private bool Fetch(bool byNonZeros)
    {
        if (!MoveNext())
        {
            _block = null;
            return false;
        }

        _block = _fetched;
        _block.Clear(byNonZeros || !_row.IsDense);
        do
        {
            _block.Add(_row);
        }
        while (!_block.IsFull && MoveNext());
        _block.End();
        _keeping?.Add(_block);
        return true;
    }

    private bool MoveNext()
    {
        if (_cursor is null)
        {
            return false;
        }

        if (!_cursor.MoveNext())
        {
            _cursor.Dispose();
            _cursor = null;
            return false;
        }

        _getter!(ref _row);
        samples.Rows.Require(_row, _cursor.Position, Where);
        return true;
    }

    private void BeginPass()
    {
        _isPassOpen = true;
        _blocks = 0;
        if (shuffleSeed is null)
        {
            _kept = samples.Kept.Blocks;
            _keeping = _kept is null ? samples.Kept.Begin() : null;
        }

        if (_kept is null)
        {
            _cursor = samples.OpenCursor(shuffleSeed is { } seed ? new Random(ViewSamples.PassSeed(seed, _pass)) : null, out _getter);
        }
    }

    private void EndPass()
    {
        if (_isPassOpen && _blocks == 0)
        {
            throw ViewSamples.Empty(samples.Rows.Column);
        }

        _keeping?.Complete();
        _keeping = null;
    }
}
