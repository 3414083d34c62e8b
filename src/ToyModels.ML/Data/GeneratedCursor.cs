using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Reads every <paramref name="step"/>-th block of a generated view, from turn <paramref name="first"/>. A block is drawn when its first value
/// is asked for: row after row where it is drawn by its non-zeros, else feature after feature, and its rows are put together a stretch at a time.
/// </summary>
internal sealed class GeneratedCursor(GeneratedView view, bool[] active, BlockOrder order, int first, int step) : BlockCursor
{
    private readonly int _count = view.Sampler.Distribution.Count;
    private readonly int _blockRows = view.Sampler.BlockRows;
    private readonly int[] _order = new int[view.Sampler.BlockRows];
    private readonly bool _isByRows = view.Sampler.IsListed;
    private float[]? _drawn;
    private float[]? _rows;
    private int[]? _indices;
    private float[]? _values;
    private readonly long[] _turned = new long[view.Sampler.BlockRows / StretchRows];
    private long _position = -1;
    private long _turn = first - step;
    private long _block;
    private int _next;

    public override DataViewSchema Schema => view.Schema;

    public override long Position => _position;

    public override long Batch => step == 1 ? 0 : Math.Max(_turn, 0);

    internal override int Capacity => _blockRows;

    private int RowInBlock => _order[_next - 1];

    public override bool IsColumnActive(DataViewSchema.Column column) => RowAccess.IsActive(active, column);

    public override bool MoveNext()
    {
        if (_next == Count && !MoveToNextBlock())
        {
            _position = -1;
            return false;
        }

        _next++;
        _position++;
        Row = Block == _turn ? RowInBlock : -1;
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowAccess.RequireActive(active, column);
        return RowAccess.Typed<TValue>((ValueGetter<VBuffer<float>>)(view.Sparse ? GetSparse : GetDense));
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        RowAccess.RequirePosition(_position);
        id = new DataViewRowId((ulong)((_block * _blockRows) + RowInBlock), 0);
    };

    internal override void Enter()
    {
        RowAccess.RequirePosition(_position);
        if (Block != _turn)
        {
            _rows ??= new float[_count * _blockRows];
            if (_isByRows)
            {
                view.Sampler.FillRows(_block, _rows);
            }
            else
            {
                _drawn ??= new float[_count * _blockRows];
                view.Sampler.FillBlock(_block, _drawn);
            }

            Block = _turn;
        }

        Row = RowInBlock;
    }

    internal override void RequireFinite()
    {
        // What is drawn is finite.
    }

    internal override void Encode(ToyModel model, int first, int rows, Span<float> hidden)
    {
        Turn(first);
        model.EncodeBatch(_rows.AsSpan(first * _count, rows * _count), hidden);
    }

    internal override void CopyCurrentTo(Span<float> features) => CurrentRow().CopyTo(features);

    private bool MoveToNextBlock()
    {
        var blocks = ((view.Rows - 1) / _blockRows) + 1;
        if (_turn >= blocks - step)
        {
            _turn = blocks;
            (_next, Count, Row) = (0, 0, -1);
            return false;
        }

        _turn += step;
        _block = order.Block(_turn);
        Count = (int)Math.Min(_blockRows, view.Rows - (_block * _blockRows));
        order.FillRows(_block, _order.AsSpan(0, Count));
        _next = 0;
        return true;
    }

    private ReadOnlySpan<float> CurrentRow()
    {
        Enter();
        Turn(Row & -StretchRows);
        return _rows.AsSpan(Row * _count, _count);
    }

    /// <summary>Turns a stretch of rows that was drawn feature after feature to row after row, unless that is done.</summary>
    private void Turn(int first)
    {
        if (_isByRows)
        {
            return;
        }

        // A turn's number plus 1: 0 is that of none.
        ref var turned = ref _turned[first / StretchRows];
        if (turned != _turn + 1)
        {
            Tiles.Transpose(_drawn.AsSpan(first), _count, StretchRows, _blockRows, _rows.AsSpan(first * _count), _count);
            turned = _turn + 1;
        }
    }

    private void GetDense(ref VBuffer<float> destination)
    {
        var row = CurrentRow();
        var editor = VBufferEditor.Create(ref destination, _count);
        row.CopyTo(editor.Values);
        destination = editor.Commit();
    }

    private void GetSparse(ref VBuffer<float> destination)
    {
        // No branch here: which values are present cannot be guessed.
        var row = CurrentRow();
        _indices ??= new int[_count];
        _values ??= new float[_count];
        var present = 0;
        for (var i = 0; i < row.Length; i++)
        {
            _indices[present] = i;
            _values[present] = row[i];
            present += row[i] != 0 ? 1 : 0;
        }

        var editor = VBufferEditor.Create(ref destination, _count, present, requireIndicesOnDense: true);
        _indices.AsSpan(0, present).CopyTo(editor.Indices);
        _values.AsSpan(0, present).CopyTo(editor.Values);
        destination = editor.Commit();
    }
}
