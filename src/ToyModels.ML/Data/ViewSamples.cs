using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The rows of any view as a trainer reads them: one cursor, in order, pass after pass.</summary>
internal sealed class ViewSamples : SampleSource
{
    private readonly IDataView _view;
    private readonly DataViewSchema.Column _column;
    private readonly RowReading _rows;
    private readonly bool _shuffle;

    private ViewSamples(IDataView view, DataViewSchema.Column column, ImmutableArray<string> names, bool shuffle)
    {
        _view = view;
        _column = column;
        _shuffle = shuffle && view.CanShuffle;
        _rows = new RowReading(column.Name, names.Length, names);

        // On what a toy model adds, importances and densities are those of that model's features, not of this column's slots.
        if (column.Annotations.Schema.GetColumnOrNull(ToyModelAnnotations.Weights) is null)
        {
            Importances = Annotated.Numbers(column, ToyModelAnnotations.Importance, names.Length);
            Densities = Annotated.Numbers(column, ToyModelAnnotations.Density, names.Length, most: 1);
        }

        RowCount = view.GetRowCount();
        if (RowCount == 0)
        {
            throw Empty(column.Name);
        }
    }

    public override int FeatureCount => _rows.Count;

    public override long? RowCount { get; }

    public override ImmutableArray<float> Importances { get; }

    public override ImmutableArray<float> Densities { get; }

    public override SampleReader OpenTraining(int? epochs, int seed) => new PassReader(this, epochs, _shuffle ? seed : null);

    public override SampleReader OpenEvaluation() => new PassReader(this, 1, null);

    /// <summary>The rows of a column. A generated view that is read in its own order is sampled without going through a cursor, to the same bits.</summary>
    internal static SampleSource Of(IDataView view, string column, bool shuffle, out ImmutableArray<string> featureNames)
    {
        var found = SchemaErrors.RequireVector(view.Schema, SchemaErrors.FeatureRole, column);
        featureNames = Annotated.FeatureNames(found, ((VectorDataViewType)found.Type).Size);
        return view is GeneratedView generated && !shuffle ? generated.ToSamples() : new ViewSamples(view, found, featureNames, shuffle);
    }

    internal static InvalidDataException Empty(string column) =>
        new($"Column '{column}' has no rows; a model needs at least one row to learn from.");

    /// <summary>The seed of pass e: two rounds of a 64-bit finaliser (Steele, Lea and Flood 2014) keep seeds and passes apart.</summary>
    private static int PassSeed(int seed, int pass)
    {
        var key = Mix.Finalise(((ulong)(uint)seed << 32) | (uint)pass);
        return (int)(Mix.Finalise(key) >> 33);
    }

    private sealed class PassReader(ViewSamples samples, int? passes, int? shuffleSeed) : SampleReader
    {
        private const int TileRows = 16;

        private readonly int _count = samples.FeatureCount;
        private readonly float[] _tile = new float[TileRows * samples.FeatureCount];
        private DataViewRowCursor? _cursor;
        private ValueGetter<VBuffer<float>>? _getter;
        private VBuffer<float> _row;
        private int _pass = -1;
        private long _rowsOfPass;
        private bool _ended;

        public override int Read(Span<float> destination, int samples, int stride)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(stride, samples);
            ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, _count * stride);
            destination.Clear();
            var read = 0;
            while (read < samples)
            {
                var rows = ReadTile(Math.Min(TileRows, samples - read));
                if (rows == 0)
                {
                    break;
                }

                Tiles.Transpose(_tile, rows, _count, _count, destination[read..], stride);
                read += rows;
            }

            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _cursor?.Dispose();
            }

            base.Dispose(disposing);
        }

        private int ReadTile(int wanted)
        {
            var rows = 0;
            while (rows < wanted && MoveNext())
            {
                _getter!(ref _row);
                samples._rows.Require(_row, _cursor!.Position, shuffleSeed is null ? "" : $" (in the order of shuffled pass {_pass})");
                _row.CopyTo(_tile.AsSpan(rows * _count, _count));
                rows++;
            }

            return rows;
        }

        private bool MoveNext()
        {
            while (!_ended)
            {
                if (_cursor is not null && _cursor.MoveNext())
                {
                    _rowsOfPass++;
                    return true;
                }

                if (_pass >= 0 && _rowsOfPass == 0)
                {
                    throw Empty(samples._column.Name);
                }

                _ended = ++_pass == passes;
                _cursor?.Dispose();
                _cursor = null;
                if (!_ended)
                {
                    OpenPass();
                }
            }

            return false;
        }

        private void OpenPass()
        {
            _cursor = samples._view.GetRowCursor([samples._column], shuffleSeed is { } seed ? new Random(PassSeed(seed, _pass)) : null);
            _getter = _cursor.GetGetter<VBuffer<float>>(samples._column);
            _rowsOfPass = 0;
        }
    }
}
