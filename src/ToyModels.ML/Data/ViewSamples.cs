using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The rows of any view as a trainer reads them: one cursor, in order, pass after pass.</summary>
internal sealed class ViewSamples : SampleSource
{
    private readonly IDataView _view;
    private readonly DataViewSchema.Column _column;
    private readonly bool _shuffle;

    private ViewSamples(IDataView view, DataViewSchema.Column column, ImmutableArray<string> names, bool shuffle)
    {
        _view = view;
        _column = column;
        _shuffle = shuffle && view.CanShuffle;
        Rows = new RowReading(column.Name, names.Length, names);

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

    public override int FeatureCount => Rows.Count;

    public override long? RowCount { get; }

    public override ImmutableArray<float> Importances { get; }

    public override ImmutableArray<float> Densities { get; }

    /// <summary>The rows in their own order, where they are few enough to be kept.</summary>
    internal KeptRows Kept { get; } = new();

    /// <summary>Checks the rows.</summary>
    internal RowReading Rows { get; }

    public override SampleReader OpenTraining(int? epochs, int seed) => new ViewReader(this, epochs, _shuffle ? seed : null);

    public override SampleReader OpenEvaluation() => new ViewReader(this, 1, null);

    /// <summary>The rows of a column. A generated view that is read in its own order is sampled without going through a cursor, to the same bits.</summary>
    internal static (SampleSource Samples, ImmutableArray<string> FeatureNames) Of(IDataView view, string column, bool shuffle)
    {
        var found = SchemaErrors.RequireVector(view.Schema, SchemaErrors.FeatureRole, column);
        var names = Annotated.FeatureNames(found, ((VectorDataViewType)found.Type).Size);
        return (view is GeneratedView generated && !shuffle ? generated.ToSamples() : new ViewSamples(view, found, names, shuffle), names);
    }

    /// <summary>One cursor over the rows, in the order that the random decides; in their own for null.</summary>
    internal DataViewRowCursor OpenCursor(Random? random, out ValueGetter<VBuffer<float>> getter)
    {
        var cursor = _view.GetRowCursor([_column], random);
        getter = cursor.GetGetter<VBuffer<float>>(_column);
        return cursor;
    }

    internal static InvalidDataException Empty(string column) =>
        new($"Column '{column}' has no rows; a model needs at least one row to learn from.");

    /// <summary>The seed of pass e: two rounds of a 64-bit finaliser (Steele, Lea and Flood 2014) keep seeds and passes apart.</summary>
    internal static int PassSeed(int seed, int pass)
    {
        var key = Mix.Finalise(((ulong)(uint)seed << 32) | (uint)pass);
        return (int)(Mix.Finalise(key) >> 33);
    }
}
