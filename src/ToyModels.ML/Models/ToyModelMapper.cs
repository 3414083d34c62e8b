using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>A toy model bound to the schema of the rows that it maps.</summary>
internal sealed class ToyModelMapper : IRowToRowMapper, IReadsAhead
{
    private readonly int _hidden = -1;
    private readonly int _reconstruction = -1;
    private readonly int _loss = -1;

    internal ToyModelMapper(ToyModelTransformer transformer, DataViewSchema inputSchema)
    {
        var model = transformer.Model;
        Input = SchemaErrors.RequireVector(inputSchema, SchemaErrors.FeatureRole, transformer.Columns.Features, model.FeatureCount);
        InputSchema = inputSchema;
        Transformer = transformer;
        Rows = new RowReading(Input.Name, model.FeatureCount, transformer.FeatureNames);
        var next = inputSchema.Count;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        if (transformer.Columns.Hidden is { } hidden)
        {
            var slots = ImmutableArray.CreateRange(Enumerable.Range(0, model.HiddenCount).Select(k => $"H{k}"));
            builder.AddColumn(hidden, new VectorDataViewType(NumberDataViewType.Single, model.HiddenCount), Annotations(transformer, slots));
            _hidden = next++;
        }

        if (transformer.Columns.Reconstruction is { } reconstruction)
        {
            builder.AddColumn(
                reconstruction, new VectorDataViewType(NumberDataViewType.Single, model.FeatureCount), Annotations(transformer, transformer.FeatureNames));
            _reconstruction = next++;
        }

        if (transformer.Columns.Loss is { } loss)
        {
            builder.AddColumn(loss, NumberDataViewType.Single, Annotations(transformer, null));
            _loss = next;
        }

        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    internal ToyModelTransformer Transformer { get; }

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

        return new ToyModelRow(this, input, RowAccess.Active(OutputSchema, activeColumns));
    }

    public DataViewRowCursor ReadAhead(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columns)
    {
        // Columns that pass through are read from the input at its own row; only the features are kept for the rows that are handed out later.
        var active = RowAccess.Active(OutputSchema, columns);
        var others = active.AsSpan(0, InputSchema.Count);
        others[Input.Index] = false;
        return IsAnyOwn(active) && !others.Contains(true) && input is not IRowBlocks ? new AheadCursor(input, Input, Rows) : input;
    }

    internal bool NeedsReconstruction(bool[] active) => (_reconstruction >= 0 && active[_reconstruction]) || (_loss >= 0 && active[_loss]);

    internal bool IsAnyOwn(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);

    /// <summary>The getter of a column that the model adds.</summary>
    internal Delegate Getter(ToyModelRow row, int column) =>
        column == _hidden ? (ValueGetter<VBuffer<float>>)row.GetHidden
        : column == _reconstruction ? (ValueGetter<VBuffer<float>>)row.GetReconstruction
        : column == _loss ? (ValueGetter<float>)row.GetLoss
        : throw new ArgumentOutOfRangeException(nameof(column));

    private static DataViewSchema.Annotations Annotations(ToyModelTransformer transformer, ImmutableArray<string>? slots)
    {
        var result = transformer.Result;
        var builder = new DataViewSchema.Annotations.Builder();
        if (slots is { } names)
        {
            builder.Add(ToyModelAnnotations.SlotNames, names);
        }

        builder.Add(ToyModelAnnotations.Weights, [.. result.Model.Weights]);
        builder.Add(ToyModelAnnotations.Bias, [.. result.Model.Bias]);
        builder.Add(ToyModelAnnotations.Importance, result.Importances);
        builder.Add(ToyModelAnnotations.Density, result.Densities);
        builder.Add(ToyModelAnnotations.FeatureNames, transformer.FeatureNames);
        builder.Add(ToyModelAnnotations.Kind, result.Model.Kind.ToString());
        builder.Add(ToyModelAnnotations.Reduction, result.Options.Reduction.ToString());
        return builder.ToAnnotations();
    }
}
