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
    private readonly IRowBlocks? _blocks;
    private readonly ValueGetter<VBuffer<float>>? _getFeatures;
    private readonly float[] _hidden;
    private readonly float[] _reconstruction;
    private readonly float[] _dense;
    private VBuffer<float> _features;

    // Of which row, or of which block of rows, these are.
    private long _hiddenOf = -1;
    private long _reconstructionOf = -1;

    internal ModelRow(ModelMapper mapper, DataViewRow input, bool[] active)
    {
        _mapper = mapper;
        _input = input;
        _active = active;
        _model = mapper.Model;
        _forward = _model.CreateForward();
        var isAnyOwn = mapper.IsAnyOwn(active);
        _blocks = isAnyOwn && _model.Blocks is not null ? input as IRowBlocks : null;
        _getFeatures = isAnyOwn && _blocks is null ? input.GetGetter<VBuffer<float>>(mapper.Input) : null;
        var rows = _blocks?.Capacity ?? 1;
        _hidden = new float[rows * _model.HiddenCount];
        _reconstruction = new float[mapper.NeedsReconstruction(active) ? rows * _model.FeatureNames.Length : 0];
        _dense = new float[_model.FeatureNames.Length];
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
        return _hidden.AsSpan(row * _model.HiddenCount, _model.HiddenCount);
    }

    private ReadOnlySpan<float> Reconstruction()
    {
        var row = _blocks is null ? EncodeRow() : EncodeBlock(_blocks);
        if (_reconstructionOf != _hiddenOf)
        {
            if (_blocks is null)
            {
                _forward.Decode(_hidden, _reconstruction);
            }
            else
            {
                _model.Blocks!.DecodeBatch(
                    _hidden.AsSpan(0, _blocks.Count * _model.HiddenCount), _reconstruction.AsSpan(0, _blocks.Count * _model.FeatureNames.Length));
            }

            _reconstructionOf = _hiddenOf;
        }

        return _reconstruction.AsSpan(row * _model.FeatureNames.Length, _model.FeatureNames.Length);
    }

    private int EncodeRow()
    {
        RowAccess.RequirePosition(Position);
        if (_hiddenOf != Position)
        {
            _getFeatures!(ref _features);
            _mapper.Rows.Require(_features, Position);
            _forward.Encode(_features, _hidden);
            _hiddenOf = Position;
        }

        return 0;
    }

    /// <summary>Encodes the block of the current row, and tells the row's place in it.</summary>
    private int EncodeBlock(IRowBlocks blocks)
    {
        var block = blocks.Enter(out var row);
        if (_hiddenOf != block)
        {
            blocks.Encode(_model.Blocks!, _hidden.AsSpan(0, blocks.Count * _model.HiddenCount));
            _hiddenOf = block;
        }

        // A product with NaN or infinity is not finite, whatever the weight, nor is any sum that it goes into: h_0 tells of every feature.
        if (!float.IsFinite(_hidden[row * _model.HiddenCount]))
        {
            blocks.RequireFinite();
        }

        return row;
    }
}
