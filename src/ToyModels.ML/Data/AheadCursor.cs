using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Hands out the rows of a cursor of which one column alone is read, and fetches a block of them when the first value is asked for. What goes wrong
/// with a row is told when that row is handed out, as if it had been fetched then.
/// </summary>
internal sealed class AheadCursor : DataViewRowCursor, IRowBlocks
{
    // Values of a block, so that it stays in the first-level cache beside the weights of a small model.
    private const int Values = 4096;

    private readonly DataViewRowCursor _input;
    private readonly RowReading _reading;
    private readonly ValueGetter<VBuffer<float>> _getRow;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly VBuffer<float>[] _rows;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private float[]? _dense;
    private long _position = -1;
    private long _block;

    // Of the rows that the input has moved over, the fetched ones and those among them that have the right size; 0 as long as the current row was not fetched.
    private int _moved;
    private int _fetched;
    private int _fit;
    private int _current;
    private ExceptionDispatchInfo? _fetchFailure;
    private ExceptionDispatchInfo? _moveFailure;
    private bool _hasEnded;

    /// <param name="input">A cursor of which <paramref name="column"/> is active, and nothing else.</param>
    /// <param name="column">The column that is read.</param>
    /// <param name="reading">Checks its rows.</param>
    internal AheadCursor(DataViewRowCursor input, DataViewSchema.Column column, RowReading reading)
    {
        _input = input;
        _reading = reading;
        _getRow = input.GetGetter<VBuffer<float>>(column);
        _getId = input.GetIdGetter();
        _rows = new VBuffer<float>[Math.Clamp(Values / reading.Count & -4, 4, 64)];
        _ids = new DataViewRowId[_rows.Length];
        _batches = new long[_rows.Length];
    }

    public override DataViewSchema Schema => _input.Schema;

    public override long Position => _position;

    public override long Batch => _moved == 0 ? _input.Batch : _batches[_current];

    public int Capacity => _rows.Length;

    public int Count => _fit;

    public override bool IsColumnActive(DataViewSchema.Column column) => _input.IsColumnActive(column);

    public override bool MoveNext()
    {
        if (_current + 1 < _moved)
        {
            _current++;
            _position++;
            return true;
        }

        if (_moveFailure is { } failure)
        {
            _moveFailure = null;
            failure.Throw();
        }

        (_moved, _fetched, _fit, _current, _fetchFailure) = (0, 0, 0, 0, null);
        _hasEnded = _hasEnded || !_input.MoveNext();
        _position = _hasEnded ? -1 : _position + 1;
        return !_hasEnded;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        // The input refuses what is not active or of another type.
        _ = _input.GetGetter<TValue>(column);
        return RowAccess.Typed<TValue>((ValueGetter<VBuffer<float>>)GetRow);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        RowAccess.RequirePosition(_position);
        if (_moved == 0)
        {
            _getId(ref id);
        }
        else
        {
            id = _ids[_current];
        }
    };

    public long Enter(out int row)
    {
        Fetch();
        if (_current >= _fit)
        {
            _reading.Require(_rows[_current], _position);
        }

        row = _current;
        return _block;
    }

    public void RequireFinite() => _reading.Require(_rows[_current], _position);

    public void Encode(ToyModel model, Span<float> hidden)
    {
        var (n, m) = (model.FeatureCount, model.HiddenCount);
        for (var row = 0; row < _fit;)
        {
            if (!_rows[row].IsDense)
            {
                model.Encode(_rows[row].GetIndices(), _rows[row].GetValues(), hidden.Slice(row * m, m));
                row++;
                continue;
            }

            _dense ??= new float[_rows.Length * n];
            var first = row;
            for (; row < _fit && _rows[row].IsDense; row++)
            {
                _rows[row].GetValues().CopyTo(_dense.AsSpan(row * n, n));
            }

            model.EncodeBatch(_dense.AsSpan(first * n, (row - first) * n), hidden.Slice(first * m, (row - first) * m));
        }
    }

    public void CopyCurrentTo(Span<float> features) => _rows[_current].CopyTo(features);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private void GetRow(ref VBuffer<float> destination)
    {
        Fetch();
        _rows[_current].CopyTo(ref destination);
    }

    /// <summary>Fetches the current row and, where that is not done, as many after it as a block holds.</summary>
    private void Fetch()
    {
        RowAccess.RequirePosition(_position);
        if (_moved > 0)
        {
            if (_current >= _fetched)
            {
                _fetchFailure!.Throw();
            }

            return;
        }

        // What the current row throws goes straight to the caller; what a later one throws waits for its turn.
        _getRow(ref _rows[0]);
        _block++;
        Take();
        while (_fit == _moved && _moved < _rows.Length && MoveAhead())
        {
            try
            {
                _getRow(ref _rows[_moved]);
            }
            catch (Exception e)
            {
                _fetchFailure = ExceptionDispatchInfo.Capture(e);
                Note();
                return;
            }

            Take();
        }
    }

    private bool MoveAhead()
    {
        try
        {
            _hasEnded = !_input.MoveNext();
            return !_hasEnded;
        }
        catch (Exception e)
        {
            _moveFailure = ExceptionDispatchInfo.Capture(e);
            return false;
        }
    }

    /// <summary>The input's row was fetched.</summary>
    private void Take()
    {
        _fit += _rows[_moved].Length == _reading.Count ? 1 : 0;
        _fetched++;
        Note();
    }

    /// <summary>The input's row is one of the block.</summary>
    private void Note()
    {
        _getId(ref _ids[_moved]);
        _batches[_moved] = _input.Batch;
        _moved++;
    }
}
