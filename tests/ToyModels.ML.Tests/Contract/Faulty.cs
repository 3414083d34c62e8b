using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>A step that passes everything on to a sound one, but for what a test breaks.</summary>
internal sealed class FaultyEstimator(IEstimator<ITransformer> sound) : IEstimator<ITransformer>
{
    internal Func<SchemaShape, SchemaShape>? Promise { get; init; }

    internal Func<IDataView, ITransformer>? FitOf { get; init; }

    internal Func<ITransformer, ITransformer> Transformer { get; init; } = static t => t;

    public ITransformer Fit(IDataView input) => FitOf is not null ? FitOf(input) : Transformer(sound.Fit(input));

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Promise is not null ? Promise(inputSchema) : sound.GetOutputSchema(inputSchema);
}

internal sealed class FaultyTransformer(ITransformer sound) : ITransformer
{
    internal Func<IDataView, IDataView>? View { get; init; }

    internal Func<DataViewSchema, DataViewSchema>? Schema { get; init; }

    internal Func<DataViewSchema, IRowToRowMapper>? Mapper { get; init; }

    internal ICanSaveModel? Saved { get; init; }

    public bool IsRowToRowMapper { get; init; } = sound.IsRowToRowMapper;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Schema is not null ? Schema(inputSchema) : sound.GetOutputSchema(inputSchema);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Mapper is not null ? Mapper(inputSchema) : sound.GetRowToRowMapper(inputSchema);

    public IDataView Transform(IDataView input) => View is not null ? View(input) : sound.Transform(input);

    public void Save(ModelSaveContext ctx) => (Saved ?? sound).Save(ctx);
}

internal sealed class FaultyMapper(IRowToRowMapper sound) : IRowToRowMapper
{
    internal Func<IEnumerable<DataViewSchema.Column>, IEnumerable<DataViewSchema.Column>>? Dependencies { get; init; }

    public DataViewSchema InputSchema => sound.InputSchema;

    public DataViewSchema OutputSchema => sound.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        Dependencies is not null ? Dependencies(dependingColumns) : sound.GetDependencies(dependingColumns);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => sound.GetRow(input, activeColumns);
}

internal sealed class FaultyView(IDataView sound) : IDataView
{
    internal Func<DataViewRowCursor, DataViewRowCursor> Cursor { get; init; } = static c => c;

    internal Func<IEnumerable<DataViewSchema.Column>, Random?, DataViewRowCursor>? Open { get; init; }

    internal Func<IEnumerable<DataViewSchema.Column>, DataViewRowCursor[]>? Shares { get; init; }

    internal Func<long?>? RowCount { get; init; }

    public bool CanShuffle { get; init; } = sound.CanShuffle;

    public DataViewSchema Schema => sound.Schema;

    public long? GetRowCount() => RowCount is not null ? RowCount() : sound.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        Cursor(Open is not null ? Open(columnsNeeded, rand) : sound.GetRowCursor(columnsNeeded, rand));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        Shares is not null ? Shares(columnsNeeded) : [.. sound.GetRowCursorSet(columnsNeeded, n, rand).Select(Cursor)];
}

internal sealed class FaultyCursor(DataViewRowCursor sound) : DataViewRowCursor
{
    private bool _started;
    private int _ended;

    internal long? PositionBefore { get; init; }

    internal long PositionAfter { get; init; } = -1;

    internal bool StartsAgain { get; init; }

    internal Func<DataViewSchema.Column, Delegate?> Getter { get; init; } = static _ => null;

    /// <summary>Hands out the getter without a look at the type that is asked for.</summary>
    internal bool IsCareless { get; init; }

    internal ValueGetter<DataViewRowId>? Id { get; init; }

    internal Predicate<DataViewSchema.Column>? Active { get; init; }

    public override DataViewSchema Schema => sound.Schema;

    public override long Position => !_started ? PositionBefore ?? sound.Position : _ended > 0 ? PositionAfter : sound.Position;

    public override long Batch => sound.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => Active?.Invoke(column) ?? sound.IsColumnActive(column);

    public override bool MoveNext()
    {
        _started = true;
        if (sound.MoveNext())
        {
            return true;
        }

        return ++_ended > 1 && StartsAgain;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        IsCareless ? (ValueGetter<TValue>)Getter(column)!
        : Getter(column) is ValueGetter<TValue> own ? own
        : sound.GetGetter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => Id ?? sound.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            sound.Dispose();
        }

        base.Dispose(disposing);
    }
}
