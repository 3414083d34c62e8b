using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>A step that sets or scales single features of every row, and leaves the others as they are: ablation where one is set to 0.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Vector of Single of fixed size, dense or sparse, finite</description></item>
/// <item><term>Output column data type</term><description>The same; sparse rows stay sparse. Slot names are kept, importances too, but not densities, which
/// the step changes</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>None but this one</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
public sealed class FeatureInterventionEstimator : IEstimator<FeatureInterventionTransformer>
{
    private readonly MLContext _mlContext;
    private readonly FeatureInterventionTransformer _transformer;

    internal FeatureInterventionEstimator(
        MLContext mlContext, ImmutableArray<FeatureIntervention> interventions, string outputColumnName, string inputColumnName)
    {
        _mlContext = mlContext;
        _transformer = new FeatureInterventionTransformer(interventions, outputColumnName, inputColumnName);
    }

    /// <summary>Checks that the features are there; nothing is learned.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The column is missing or is not a fixed-size vector of Single, or it has no feature of a number or name that is told.
    /// </exception>
    public FeatureInterventionTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema that the transformer will deliver.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or is not a fixed-size vector of Single.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var column = SchemaErrors.RequireFeatures(inputSchema, _transformer.InputColumnName);
        var kept = column.Annotations
            .Where(a => a.Kind == SchemaShape.Column.VectorKind.Vector)
            .Where(a => a.Name == ToyModelAnnotations.SlotNames ? a.ItemType is TextDataViewType : a.ItemType.Equals(NumberDataViewType.Single))
            .Select(a => a.Name)
            .ToArray();
        return Shapes.WithVectorColumn(
            _mlContext,
            inputSchema,
            _transformer.OutputColumnName,
            kept.Contains(ToyModelAnnotations.SlotNames),
            kept.Contains(ToyModelAnnotations.Importance) && !kept.Contains(ToyModelAnnotations.Weights));
    }
}
