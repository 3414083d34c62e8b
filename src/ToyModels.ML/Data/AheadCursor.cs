using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Hands out the rows of a cursor of which one column alone is read, and fetches a block of them when the first value is asked for. What goes wrong
/// with a row is told when that row is handed out, as if it had been fetched then.
/// </summary>
internal sealed class AheadCursor : BlockCursor
{
    // Values of a block at most, so that it stays in the first-level cache beside the weights of a small model.
    private const int Values = 4096;

    private readonly DataViewRowCursor _input;
    private readonly RowReading _reading;
    private readonly ValueGetter<VBuffer<float>> _getRow;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly VBuffer<float>[] _rows;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private long _position = -1;

    // Of the rows that the input has moved over, the fetched ones, of which Count have the right size; 0 as long as the current row was not fetched.
    private int _moved;
    private int _fetched;
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
        _rows = new VBuffer<float>[Math.Clamp(Values / reading.Count & -4, 4, StretchRows)];
        _ids = new DataViewRowId[_rows.Length];
        _batches = new long[_rows.Length];
    }

    public override DataViewSchema Schema => _input.Schema;

    public override long Position => _position;

    public override long Batch => _moved == 0 ? _input.Batch : _batches[_current];

    internal override int Capacity => _rows.Length;

    public override bool IsColumnActive(DataViewSchema.Column column) => _input.IsColumnActive(column);

    public override bool MoveNext()
    {
        if (_current + 1 < _moved)
        {
            _current++;
            _position++;
            Row = _current < Count ? _current : -1;
            return true;
        }

        if (_moveFailure is { } failure)
        {
            _moveFailure = null;
            failure.Throw();
        }

        (_moved, _fetched, _current, _fetchFailure) = (0, 0, 0, null);
        (Count, Row) = (0, -1);
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

    internal override void Enter()
    {
        Fetch();
        if (_current >= Count)
        {
            _reading.Require(_rows[_current], _position);
        }
    }

    internal override void RequireFinite() => _reading.Require(_rows[_current], _position);

    internal override void Encode(ToyModel model, int first, int rows, Span<float> hidden)
    {
        var m = model.HiddenCount;
        for (var row = 0; row < rows;)
        {
            var tile = _rows.AsSpan(row);
            if (ToyModel.IsWide(m) && row + 4 <= rows && tile[0].IsDense && tile[1].IsDense && tile[2].IsDense && tile[3].IsDense)
            {
                model.EncodeTile(tile[0].GetValues(), tile[1].GetValues(), tile[2].GetValues(), tile[3].GetValues(), hidden.Slice(row * m, 4 * m));
                row += 4;
            }
            else
            {
                model.Encode(tile[0], hidden.Slice(row * m, m));
                row++;
            }
        }
    }

    internal override void CopyCurrentTo(Span<float> features) => _rows[_current].CopyTo(features);

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
        var (rows, count) = (_rows, _reading.Count);
        _getRow(ref rows[0]);
        Note(0);
        Block++;
        var (fetched, fit, isFetching) = (1, rows[0].Length == count ? 1 : 0, false);
        try
        {
            for (; fit == fetched && fetched < rows.Length && _input.MoveNext(); isFetching = false)
            {
                isFetching = true;
                Note(fetched);
                _getRow(ref rows[fetched]);
                fit += rows[fetched++].Length == count ? 1 : 0;
            }

            _hasEnded = fit == fetched && fetched < rows.Length;
            _moved = fetched;
        }
        catch (Exception e)
        {
            var failure = ExceptionDispatchInfo.Capture(e);
            _moved = isFetching ? fetched + 1 : fetched;
            _fetchFailure = isFetching ? failure : null;
            _moveFailure = isFetching ? null : failure;
        }

        (_fetched, Count) = (fetched, fit);
        Row = fit > 0 ? 0 : -1;
    }

    /// <summary>Notes what else is to be known of the input's row.</summary>
    private void Note(int row)
    {
        _getId(ref _ids[row]);
        _batches[row] = _input.Batch;
    }
}
