using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Sets or scales single features of every row. Immutable and thread-safe.</summary>
public sealed class FeatureInterventionTransformer : ITransformer
{
    internal FeatureInterventionTransformer(ImmutableArray<FeatureIntervention> interventions, string outputColumnName, string inputColumnName)
    {
        if (interventions.IsDefaultOrEmpty || interventions.Contains(null!))
        {
            throw new ArgumentException("interventions is empty, or one of them is null; tell what is to be done to at least one feature.", nameof(interventions));
        }

        Interventions = interventions;
        OutputColumnName = OutputColumns.RequireName(outputColumnName, nameof(outputColumnName));
        InputColumnName = OutputColumns.RequireName(inputColumnName, nameof(inputColumnName));
    }

    /// <summary>What is done, in this order.</summary>
    public ImmutableArray<FeatureIntervention> Interventions { get; }

    /// <summary>The column that is added.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column that is read.</summary>
    public string InputColumnName { get; }

    /// <summary>True: each row gives one row.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The schema that <see cref="Transform"/> delivers.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The column is missing or is not a fixed-size vector of Single, or it has no feature of a number or name that is told.
    /// </exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>Maps single rows.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The column is missing or is not a fixed-size vector of Single, or it has no feature of a number or name that is told.
    /// </exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>A lazy view of the rows with the column; a row that holds NaN or infinity is refused when it is read.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The column is missing or is not a fixed-size vector of Single, or it has no feature of a number or name that is told.
    /// </exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedView(input, Bind(input.Schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(ctx, this);

    private VectorMapper Bind(DataViewSchema schema)
    {
        var column = SchemaErrors.RequireVector(schema, SchemaErrors.FeatureRole, InputColumnName);
        var n = ((VectorDataViewType)column.Type).Size;
        var names = Annotated.FeatureNames(column, n);
        var steps = Interventions.GroupBy(i => Find(i, names)).OrderBy(g => g.Key).Select(g => (g.Key, g.ToArray())).ToArray();
        return new VectorMapper(schema, new RowReading(column.Name, n, names), column, OutputColumnName, Annotations(column, n), () => new Intervening(steps).Map);
    }

    private int Find(FeatureIntervention intervention, ImmutableArray<string> names)
    {
        if (intervention.Feature is { } number)
        {
            return number < names.Length
                ? number
                : throw SchemaErrors.NoSlot(InputColumnName, $"no feature {number}", $"it has features 0 to {names.Length - 1}");
        }

        var name = intervention.SlotName!;
        var found = names.IndexOf(name);
        return found < 0 ? throw SchemaErrors.NoSlot(InputColumnName, $"no slot named '{name}'", $"its first is '{names[0]}'")
            : names.IndexOf(name, found + 1) >= 0 ? throw SchemaErrors.NoSlot(InputColumnName, $"two slots named '{name}'", $"tell the feature by its number")
            : found;
    }

    private static DataViewSchema.Annotations Annotations(DataViewSchema.Column column, int n)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (Annotated.Names(column, ToyModelAnnotations.SlotNames, n) is { } names)
        {
            annotations.Add(ToyModelAnnotations.SlotNames, names);
        }

        // On what a toy model adds, importances are those of that model's features, not of this column's slots.
        var isOfModel = column.Annotations.Schema.GetColumnOrNull(ToyModelAnnotations.Weights) is not null;
        if (!isOfModel && Annotated.Numbers(column, ToyModelAnnotations.Importance, n) is { IsDefault: false } importances)
        {
            annotations.Add(ToyModelAnnotations.Importance, importances);
        }

        return annotations.ToAnnotations();
    }
}
