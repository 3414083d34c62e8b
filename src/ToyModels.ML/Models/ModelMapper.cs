using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>A model bound to the schema of the rows that it maps.</summary>
internal sealed class ModelMapper : IRowToRowMapper, IReadsAhead
{
    private readonly int _hidden = -1;
    private readonly int _reconstruction = -1;
    private readonly int _loss = -1;

    internal ModelMapper(RowModel model, DataViewSchema inputSchema)
    {
        var features = model.FeatureNames.Length;
        Input = SchemaErrors.RequireVector(inputSchema, SchemaErrors.FeatureRole, model.Columns.Features, features);
        InputSchema = inputSchema;
        Model = model;
        Rows = new RowReading(Input.Name, features, model.FeatureNames);
        var next = inputSchema.Count;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        if (model.Columns.Hidden is { } hidden)
        {
            var slots = ImmutableArray.CreateRange(Enumerable.Range(0, model.HiddenCount).Select(k => $"H{k}"));
            builder.AddColumn(hidden, new VectorDataViewType(NumberDataViewType.Single, model.HiddenCount), Annotations(model.Annotated, slots));
            _hidden = next++;
        }

        if (model.Columns.Reconstruction is { } reconstruction)
        {
            builder.AddColumn(
                reconstruction, new VectorDataViewType(NumberDataViewType.Single, features), Annotations(model.Annotated, model.FeatureNames));
            _reconstruction = next++;
        }

        if (model.Columns.Loss is { } loss)
        {
            builder.AddColumn(loss, NumberDataViewType.Single, Annotations(model.Annotated, null));
            _loss = next;
        }

        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    internal RowModel Model { get; }

    internal DataViewSchema.Column Input { get; }

    internal RowReading Rows { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var active = RowAccess.Active(OutputSchema, dependingColumns);
        var needsFeatures = IsAnyOwn(active);
        return InputSchema.Where(c => active[c.Index] || (needsFeatures && c.Index == Input.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
        {
            throw new ArgumentException("The row has another schema than the one that the model was bound to.", nameof(input));
        }

        return new ModelRow(this, input, RowAccess.Active(OutputSchema, activeColumns));
    }

    public DataViewRowCursor ReadAhead(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columns)
    {
        // Columns that pass through are read from the input at its own row; only the features are kept for the rows that are handed out later.
        var active = RowAccess.Active(OutputSchema, columns);
        var others = active.AsSpan(0, InputSchema.Count);
        others[Input.Index] = false;
        return Model.Blocks is not null && IsAnyOwn(active) && !others.Contains(true) && input is not BlockCursor ? new AheadCursor(input, Input, Rows) : input;
    }

    internal bool NeedsReconstruction(bool[] active) => (_reconstruction >= 0 && active[_reconstruction]) || (_loss >= 0 && active[_loss]);

    internal bool IsAnyOwn(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);

    /// <summary>The getter of a column that the model adds.</summary>
    internal Delegate Getter(ModelRow row, int column) =>
        column == _hidden ? (ValueGetter<VBuffer<float>>)row.GetHidden
        : column == _reconstruction ? (ValueGetter<VBuffer<float>>)row.GetReconstruction
        : column == _loss ? (ValueGetter<float>)row.GetLoss
        : throw new ArgumentOutOfRangeException(nameof(column));

    private static DataViewSchema.Annotations Annotations(AnnotatedModel? annotated, ImmutableArray<string>? slots)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (slots is { } names)
        {
            builder.Add(ToyModelAnnotations.SlotNames, names);
        }

        annotated?.AddTo(builder);
        return builder.ToAnnotations();
    }
}
