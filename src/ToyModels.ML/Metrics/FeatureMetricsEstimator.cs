using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>A step that turns the rows of a toy model's output into one row a feature, with the columns of <see cref="FeatureMetricsRow"/>.</summary>
/// <remarks>
/// <para>Stands directly after a <see cref="ToyModelEstimator"/>: the weights reach it as annotations of the columns that the model adds.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Any column that a toy model adds</description></item>
/// <item><term>Output column data types</term><description>Those of <see cref="FeatureMetricsRow"/>: Int32, Single and Text, scalars only; the columns that go in are gone</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>None but this one</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
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
