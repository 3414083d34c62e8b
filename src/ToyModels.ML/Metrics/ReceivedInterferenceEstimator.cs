using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>A step that tells, row by row, what each feature receives from the others: Σ_{j≠i} W_i·W_j x_j, see <see cref="ReceivedInterference"/>.</summary>
/// <remarks>
/// <para>Stands behind a <see cref="ToyModelEstimator"/>: the weights reach it as annotations of a column that the model adds, x as the column that the
/// model reads. Rows stay rows, so that it serves single predictions too.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input column data types</term><description>Vector of Single of fixed size n, dense or sparse, finite; and any column that a toy model
/// of n features adds</description></item>
/// <item><term>Output column data type</term><description>Vector of Single of size n, with the features' names as slot names</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>None but this one</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
public sealed class ReceivedInterferenceEstimator : IEstimator<ReceivedInterferenceTransformer>
{
    private readonly MLContext _mlContext;
    private readonly ReceivedInterferenceTransformer _transformer;

    internal ReceivedInterferenceEstimator(MLContext mlContext, string outputColumnName, string modelColumnName, string featureColumnName)
    {
        _mlContext = mlContext;
        _transformer = new ReceivedInterferenceTransformer(outputColumnName, modelColumnName, featureColumnName);
    }

    /// <summary>Checks that the columns are there; nothing is learned.</summary>
    /// <param name="input">Rows that a toy model has transformed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or the feature column is not a vector of n Single.</exception>
    /// <exception cref="InvalidOperationException">The model column does not come straight from a toy model.</exception>
    public ReceivedInterferenceTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema that the transformer will deliver.</summary>
    /// <param name="inputSchema">The schema that a toy model delivers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or the feature column is not a fixed-size vector of Single.</exception>
    /// <exception cref="InvalidOperationException">The model column does not come straight from a toy model.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var model = SchemaErrors.Require(inputSchema, FeatureMetricsTransformer.Role, _transformer.ModelColumnName);
        AnnotatedModel.Require(model.Annotations.Select(a => a.Name), model.Name, ReceivedInterferenceTransformer.Step);
        SchemaErrors.RequireFeatures(inputSchema, _transformer.FeatureColumnName);
        return Shapes.WithVectorColumn(_mlContext, inputSchema, _transformer.OutputColumnName, hasSlotNames: true, hasImportance: false);
    }
}
