using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Adds what each feature receives from the others in a row. Immutable and thread-safe.</summary>
public sealed class ReceivedInterferenceTransformer : ITransformer
{
    internal const string Step = "ReceivedInterference";

    internal ReceivedInterferenceTransformer(string outputColumnName, string modelColumnName, string featureColumnName)
    {
        OutputColumnName = OutputColumns.RequireName(outputColumnName, nameof(outputColumnName));
        ModelColumnName = OutputColumns.RequireName(modelColumnName, nameof(modelColumnName));
        FeatureColumnName = OutputColumns.RequireName(featureColumnName, nameof(featureColumnName));
    }

    /// <summary>The column that is added, a vector of n.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column whose annotations hold the model.</summary>
    public string ModelColumnName { get; }

    /// <summary>The column x, a vector of n.</summary>
    public string FeatureColumnName { get; }

    /// <summary>True: each row gives one row.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The schema that <see cref="Transform"/> delivers.</summary>
    /// <param name="inputSchema">The schema that a toy model delivers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or the feature column is not a vector of n Single.</exception>
    /// <exception cref="InvalidOperationException">The model column does not come straight from a toy model.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>Maps single rows.</summary>
    /// <param name="inputSchema">The schema that a toy model delivers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or the feature column is not a vector of n Single.</exception>
    /// <exception cref="InvalidOperationException">The model column does not come straight from a toy model.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>A lazy view of the rows with the column; a row that holds NaN or infinity is refused when it is read.</summary>
    /// <param name="input">Rows that a toy model has transformed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or the feature column is not a vector of n Single.</exception>
    /// <exception cref="InvalidOperationException">The model column does not come straight from a toy model.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedView(input, Bind(input.Schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(ctx, this);

    private VectorMapper Bind(DataViewSchema schema)
    {
        var found = AnnotatedModel.Of(SchemaErrors.Require(schema, FeatureMetricsTransformer.Role, ModelColumnName), Step);
        var n = found.Model.FeatureCount;
        var features = SchemaErrors.RequireVector(schema, SchemaErrors.FeatureRole, FeatureColumnName, n);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(ToyModelAnnotations.SlotNames, found.FeatureNames);
        return new VectorMapper(
            schema, new RowReading(features.Name, n, found.FeatureNames), features, OutputColumnName, annotations.ToAnnotations(), () => Map(found.Model));
    }

    private static VectorMap Map(ToyModel model)
    {
        var interference = new ReceivedInterference(model);
        return (in VBuffer<float> row, ref VBuffer<float> destination) =>
        {
            var editor = VBufferEditor.Create(ref destination, model.FeatureCount);
            if (row.IsDense)
            {
                interference.OfRow(row.GetValues(), editor.Values);
            }
            else
            {
                interference.OfRow(row.GetIndices(), row.GetValues(), editor.Values);
            }

            destination = editor.Commit();
        };
    }
}
