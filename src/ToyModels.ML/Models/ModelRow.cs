using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>One row with the model's columns. Features, h and x' are computed once a row, however many columns need them;
/// those of a block of rows together, where the cursor has one at hand, to the same bits.</summary>
internal sealed class ModelRow : DataViewRow
{
    private readonly ModelMapper _mapper;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly RowModel _model;
    private readonly IRowForward _forward;
    private readonly BlockCursor? _blocks;
    private readonly ValueGetter<VBuffer<float>>? _getFeatures;
    private readonly int _n;
    private readonly int _m;
    private readonly float[] _hidden;
    private readonly float[] _reconstruction;
    private readonly float[] _dense;
    private VBuffer<float> _features;

    // Of which row, or each stretch of rows of which block, these are.
    private readonly long[] _hiddenOf;
    private readonly long[] _reconstructionOf;

    internal ModelRow(ModelMapper mapper, DataViewRow input, bool[] active)
    {
        _mapper = mapper;
        _input = input;
        _active = active;
        _model = mapper.Model;
        _forward = _model.CreateForward();
        (_n, _m) = (_model.FeatureNames.Length, _model.HiddenCount);
        var isAnyOwn = mapper.IsAnyOwn(active);
        _blocks = isAnyOwn && _model.Blocks is not null ? input as BlockCursor : null;
        _getFeatures = isAnyOwn && _blocks is null ? input.GetGetter<VBuffer<float>>(mapper.Input) : null;
        var rows = _blocks?.Capacity ?? 1;
        _hiddenOf = [.. Enumerable.Repeat(-1L, ((rows - 1) / BlockCursor.StretchRows) + 1)];
        _reconstructionOf = [.. _hiddenOf];
        _hidden = new float[rows * _m];
        _reconstruction = new float[mapper.NeedsReconstruction(active) ? rows * _n : 0];
        _dense = new float[_n];
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => RowAccess.IsActive(_active, column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowAccess.RequireActive(_active, column);
        return column.Index < _mapper.InputSchema.Count
            ? _input.GetGetter<TValue>(_mapper.InputSchema[column.Index])
            : RowAccess.Typed<TValue>(_mapper.Getter(this, column.Index));
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    internal void GetHidden(ref VBuffer<float> destination) => ToyModelTransformer.Copy(Hidden(), ref destination);

    internal void GetReconstruction(ref VBuffer<float> destination) => ToyModelTransformer.Copy(Reconstruction(), ref destination);

    internal void GetLoss(ref float destination)
    {
        var reconstruction = Reconstruction();
        if (_blocks is null)
        {
            _features.CopyTo(_dense);
        }
        else
        {
            _blocks.CopyCurrentTo(_dense);
        }

        destination = (float)ReconstructionLoss.OfRow(_dense, reconstruction, _model.Importances.AsSpan(), _model.Reduction);
    }

    private ReadOnlySpan<float> Hidden()
    {
        var row = _blocks is null ? EncodeRow() : EncodeBlock(_blocks);
        return _hidden.AsSpan(row * _m, _m);
    }

    private ReadOnlySpan<float> Reconstruction()
    {
        var row = _blocks is null ? EncodeRow() : EncodeBlock(_blocks);
        var stretch = (int)((uint)row / BlockCursor.StretchRows);
        if (_reconstructionOf[stretch] != _hiddenOf[stretch])
        {
            if (_blocks is null)
            {
                _forward.Decode(_hidden, _reconstruction);
            }
            else
            {
                var (first, rows) = Stretch(_blocks, stretch);
                _model.Blocks!.DecodeBatch(
                    _hidden.AsSpan(first * _m, rows * _m), _reconstruction.AsSpan(first * _n, rows * _n));
            }

            _reconstructionOf[stretch] = _hiddenOf[stretch];
        }

        return _reconstruction.AsSpan(row * _n, _n);
    }

    private int EncodeRow()
    {
        RowAccess.RequirePosition(Position);
        if (_hiddenOf[0] != Position)
        {
            _getFeatures!(ref _features);
            _mapper.Rows.Require(_features, Position);
            _forward.Encode(_features, _hidden);
            _hiddenOf[0] = Position;
        }

        return 0;
    }

    /// <summary>Encodes the stretch of the current row, and tells the row's place in its block.</summary>
    private int EncodeBlock(BlockCursor blocks)
    {
        if (blocks.Row < 0)
        {
            blocks.Enter();
        }

        var row = blocks.Row;
        var stretch = (int)((uint)row / BlockCursor.StretchRows);
        if (_hiddenOf[stretch] != blocks.Block)
        {
            var (first, rows) = Stretch(blocks, stretch);
            blocks.Encode(_model.Blocks!, first, rows, _hidden.AsSpan(first * _m, rows * _m));
            _hiddenOf[stretch] = blocks.Block;
        }

        // A product with NaN or infinity is not finite, whatever the weight, nor is any sum that it goes into: h_0 tells of every feature.
        if (!float.IsFinite(_hidden[row * _m]))
        {
            blocks.RequireFinite();
        }

        return row;
    }

    private static (int First, int Rows) Stretch(BlockCursor blocks, int stretch)
    {
        var first = stretch * BlockCursor.StretchRows;
        return (first, Math.Min(BlockCursor.StretchRows, blocks.Count - first));
    }
}
