using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>A step that turns the rows of a toy model's output into one row a feature, with the columns of <see cref="FeatureMetricsRow"/>.</summary>
/// <remarks>Stands directly after a <see cref="ToyModelEstimator"/>: the weights reach it as annotations of the columns that the model adds.</remarks>
public sealed class FeatureMetricsEstimator : IEstimator<FeatureMetricsTransformer>
{
    private readonly FeatureMetricsTransformer _transformer;
    private readonly MLContext _mlContext;

    internal FeatureMetricsEstimator(MLContext mlContext, string inputColumnName, MetricsOptions options)
    {
        _mlContext = mlContext;
        _transformer = new FeatureMetricsTransformer(mlContext, OutputColumns.RequireName(inputColumnName, nameof(inputColumnName)), options);
    }

    /// <summary>Checks that the weights are there; nothing is learned.</summary>
    /// <param name="input">Rows that a toy model has transformed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing.</exception>
    /// <exception cref="InvalidOperationException">The column does not come straight from a toy model.</exception>
    public FeatureMetricsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.Model(input.Schema);
        return _transformer;
    }

    /// <summary>The columns of <see cref="FeatureMetricsRow"/>, and no other.</summary>
    /// <param name="inputSchema">The schema that a toy model delivers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing.</exception>
    /// <exception cref="InvalidOperationException">The column does not come straight from a toy model.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var column = SchemaErrors.Require(inputSchema, FeatureMetricsTransformer.Role, _transformer.InputColumnName);
        AnnotatedModel.Require(column.Annotations.Select(a => a.Name), column.Name, FeatureMetricsTransformer.Step);
        return Shapes.Of<FeatureMetricsRow>(_mlContext);
    }
}
