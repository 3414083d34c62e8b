using System.Runtime.Intrinsics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>One row with the model's columns. Features, h and x' are computed once a row, however many columns need them.</summary>
internal sealed class ModelRow : DataViewRow
{
    private readonly ModelMapper _mapper;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly RowModel _model;
    private readonly IRowForward _forward;
    private readonly ValueGetter<VBuffer<float>>? _getFeatures;
    private readonly float[] _hidden;
    private readonly float[] _reconstruction;
    private readonly float[] _dense;
    private VBuffer<float> _features;
    private long _hiddenOf = -1;
    private long _reconstructionOf = -1;

    internal ModelRow(ModelMapper mapper, DataViewRow input, bool[] active)
    {
        _mapper = mapper;
        _input = input;
        _active = active;
        _model = mapper.Model;
        _forward = _model.CreateForward();
        _getFeatures = mapper.IsAnyOwn(active) ? input.GetGetter<VBuffer<float>>(mapper.Input) : null;
        _hidden = new float[_model.HiddenCount];
        _reconstruction = new float[_model.FeatureNames.Length];
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
        _features.CopyTo(_dense);
        destination = (float)ReconstructionLoss.OfRow(_dense, reconstruction, _model.Importances.AsSpan(), _model.Reduction);
    }

    /// <summary>Whether all are: 0·x is 0 for a finite x and NaN for any other, and a sum keeps NaN.</summary>
    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        var i = 0;
        var sums = Vector256<float>.Zero;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            sums += Vector256.Create(values[i..]) * Vector256<float>.Zero;
        }

        var sum = Vector256.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += values[i] * 0;
        }

        return sum == 0;
    }

    private ReadOnlySpan<float> Hidden()
    {
        RowAccess.RequirePosition(Position);
        if (_hiddenOf != Position)
        {
            _getFeatures!(ref _features);
            if (_features.Length != _model.FeatureNames.Length || !AreFinite(_features.GetValues()))
            {
                _mapper.Rows.Require(_features, Position);
            }

            _forward.Encode(_features, _hidden);
            _hiddenOf = Position;
        }

        return _hidden;
    }

    private ReadOnlySpan<float> Reconstruction()
    {
        var hidden = Hidden();
        if (_reconstructionOf != Position)
        {
            _forward.Decode(hidden, _reconstruction);
            _reconstructionOf = Position;
        }

        return _reconstruction;
    }
}
