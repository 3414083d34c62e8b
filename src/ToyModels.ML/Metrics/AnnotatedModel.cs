using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>A toy model as the annotations of a column tell it.</summary>
internal sealed record AnnotatedModel(
    ToyModel Model, ImmutableArray<float> Importances, ImmutableArray<float> Densities, LossReduction Reduction, ImmutableArray<string> FeatureNames)
{
    private static readonly string[] _required =
    [
        ToyModelAnnotations.Weights, ToyModelAnnotations.Bias, ToyModelAnnotations.Importance, ToyModelAnnotations.Density,
        ToyModelAnnotations.FeatureNames, ToyModelAnnotations.Kind, ToyModelAnnotations.Reduction,
    ];

    /// <summary>Refuses a column without the annotations of a toy model.</summary>
    internal static void Require(IEnumerable<string> annotations, string column, string step)
    {
        if (_required.Except(annotations).FirstOrDefault() is { } missing)
        {
            throw new InvalidOperationException(
                $"Column '{column}' has no annotation '{missing}': it does not come straight from a toy model. "
                + $"Put {step} directly after the step ToyModel (ToyModelEstimator), on a column that it adds.");
        }
    }

    /// <summary>Writes them.</summary>
    internal void AddTo(DataViewSchema.Annotations.Builder builder)
    {
        builder.Add(ToyModelAnnotations.Weights, [.. Model.Weights]);
        builder.Add(ToyModelAnnotations.Bias, [.. Model.Bias]);
        builder.Add(ToyModelAnnotations.Importance, Importances);
        builder.Add(ToyModelAnnotations.Density, Densities);
        builder.Add(ToyModelAnnotations.FeatureNames, FeatureNames);
        builder.Add(ToyModelAnnotations.Kind, Model.Kind.ToString());
        builder.Add(ToyModelAnnotations.Reduction, Reduction.ToString());
    }

    internal static AnnotatedModel Of(DataViewSchema.Column column, string step)
    {
        Require(column.Annotations.Schema.Select(a => a.Name), column.Name, step);
        VBuffer<float> bias = default;
        column.Annotations.GetValue(ToyModelAnnotations.Bias, ref bias);
        VBuffer<float> weights = default;
        column.Annotations.GetValue(ToyModelAnnotations.Weights, ref weights);
        var n = bias.Length;
        return new AnnotatedModel(
            new ToyModel(Parse<ToyModelKind>(ToyModelAnnotations.Kind), weights.Length / n, [.. weights.DenseValues()], [.. bias.DenseValues()]),
            Annotated.Numbers(column, ToyModelAnnotations.Importance, n),
            Annotated.Numbers(column, ToyModelAnnotations.Density, n, most: 1),
            Parse<LossReduction>(ToyModelAnnotations.Reduction),
            Annotated.Names(column, ToyModelAnnotations.FeatureNames, n)!.Value);

        T Parse<T>(string name) where T : struct, Enum => Enum.Parse<T>(Annotated.Text(column, name)!);
    }
}
