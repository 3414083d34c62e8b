using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Reads every <paramref name="step"/>-th block of a generated view, from turn <paramref name="first"/>. A block is drawn when its first value
/// is asked for.
/// </summary>
internal sealed class GeneratedCursor(GeneratedView view, bool[] active, BlockOrder order, int first, int step) : DataViewRowCursor, IRowBlocks
{
    private readonly int _count = view.Sampler.Distribution.Count;
    private readonly int _blockRows = view.Sampler.BlockRows;
    private readonly int[] _order = new int[view.Sampler.BlockRows];
    private float[]? _drawn;
    private float[]? _rows;
    private int[]? _indices;
    private float[]? _values;
    private long _position = -1;
    private long _turn = first - step;
    private long _block;
    private bool _isDrawn;
    private int _rowsInBlock;
    private int _next;

    public override DataViewSchema Schema => view.Schema;

    public override long Position => _position;

    public override long Batch => step == 1 ? 0 : Math.Max(_turn, 0);

    public int Capacity => _blockRows;

    public int Count => _rowsInBlock;

    private int RowInBlock => _order[_next - 1];

    public override bool IsColumnActive(DataViewSchema.Column column) => RowAccess.IsActive(active, column);

    public override bool MoveNext()
    {
        if (_next == _rowsInBlock && !MoveToNextBlock())
        {
            _position = -1;
            return false;
        }

        _next++;
        _position++;
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

    public long Enter(out int row)
    {
        Draw();
        row = RowInBlock;
        return _turn;
    }

    public void RequireFinite()
    {
        // What is drawn is finite.
    }

    public void Encode(ToyModel model, Span<float> hidden) => model.EncodeBatch(_rows.AsSpan(0, _rowsInBlock * _count), hidden);

    public void CopyCurrentTo(Span<float> features) => CurrentRow().CopyTo(features);

    private bool MoveToNextBlock()
    {
        var blocks = ((view.Rows - 1) / _blockRows) + 1;
        if (_turn >= blocks - step)
        {
            _turn = blocks;
            (_next, _rowsInBlock) = (0, 0);
            return false;
        }

        _turn += step;
        _block = order.Block(_turn);
        _rowsInBlock = (int)Math.Min(_blockRows, view.Rows - (_block * _blockRows));
        order.FillRows(_block, _order.AsSpan(0, _rowsInBlock));
        _next = 0;
        _isDrawn = false;
        return true;
    }

    private ReadOnlySpan<float> CurrentRow()
    {
        Draw();
        return _rows.AsSpan(RowInBlock * _count, _count);
    }

    private void Draw()
    {
        RowAccess.RequirePosition(_position);
        if (!_isDrawn)
        {
            _drawn ??= new float[_count * _blockRows];
            _rows ??= new float[_count * _blockRows];
            view.Sampler.FillBlock(_block, _drawn);
            Tiles.Transpose(_drawn, _count, _blockRows, _blockRows, _rows, _count);
            _isDrawn = true;
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
