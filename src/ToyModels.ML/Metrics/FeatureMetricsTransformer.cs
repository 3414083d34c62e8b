using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Turns the rows of a toy model's output into one row a feature. Immutable and thread-safe.</summary>
public sealed class FeatureMetricsTransformer : ITransformer
{
    internal const string Role = "model output";
    internal const string Step = "FeatureMetrics";

    private readonly MLContext _mlContext;

    internal FeatureMetricsTransformer(MLContext mlContext, string inputColumnName, MetricsOptions options)
    {
        _mlContext = mlContext;
        InputColumnName = inputColumnName;
        Options = options;
    }

    /// <summary>The column whose annotations hold the model.</summary>
    public string InputColumnName { get; }

    /// <summary>The thresholds behind components and labels.</summary>
    public MetricsOptions Options { get; }

    /// <summary>False: the rows that come out are features, not the rows that go in.</summary>
    public bool IsRowToRowMapper => false;

    /// <summary>The schema of the table.</summary>
    /// <param name="inputSchema">The schema that a toy model delivers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing.</exception>
    /// <exception cref="InvalidOperationException">The column does not come straight from a toy model.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Model(inputSchema);
        return _mlContext.Data.LoadFromEnumerable(Array.Empty<FeatureMetricsRow>()).Schema;
    }

    /// <summary>Never: a table of features cannot be had row by row.</summary>
    /// <param name="inputSchema">Not used.</param>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) =>
        throw new InvalidOperationException(
            "FeatureMetrics turns rows into one row a feature, so it cannot map single rows. "
            + "To serve predictions, fit and save the pipeline without FeatureMetrics.");

    /// <summary>The table of features; the rows themselves are not read.</summary>
    /// <param name="input">Rows that a toy model has transformed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing.</exception>
    /// <exception cref="InvalidOperationException">The column does not come straight from a toy model.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var found = Model(input.Schema);
        var metrics = ModelMetrics.Measure(found.Model, found.Importances.AsSpan(), found.Densities.AsSpan(), Options);
        return MetricsTables.Features(_mlContext, metrics, found.FeatureNames);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(ctx, this);

    internal AnnotatedModel Model(DataViewSchema schema) => AnnotatedModel.Of(SchemaErrors.Require(schema, Role, InputColumnName), Step);
}
