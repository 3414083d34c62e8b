namespace ToyModels.ML;

/// <summary>
/// Names of the column annotations that travel with toy-model data: what the data know about their features, and the weights on every
/// column that a <see cref="ToyModelTransformer"/> adds.
/// </summary>
public static class ToyModelAnnotations
{
    /// <summary>Name of each slot: Vector&lt;Text&gt;; ML.NET's own kind.</summary>
    public const string SlotNames = "SlotNames";

    /// <summary>Importance I_i of each feature: Vector&lt;Single, n&gt;.</summary>
    public const string Importance = "ToyModels.Importance";

    /// <summary>Density p_i of each feature: Vector&lt;Single, n&gt;.</summary>
    public const string Density = "ToyModels.Density";

    /// <summary>Weights W of the model, feature-major, W_i at [i·m, (i+1)·m): Vector&lt;Single, m·n&gt;.</summary>
    public const string Weights = "ToyModels.Weights";

    /// <summary>Output bias b of the model: Vector&lt;Single, n&gt;.</summary>
    public const string Bias = "ToyModels.Bias";

    /// <summary>Name of each feature, on columns whose slots are not the features too: Vector&lt;Text, n&gt;.</summary>
    public const string FeatureNames = "ToyModels.FeatureNames";

    /// <summary>Name of the model's <see cref="ToyModelKind"/>: Text.</summary>
    public const string Kind = "ToyModels.Kind";

    /// <summary>Name of the <see cref="LossReduction"/> that the model was trained with: Text.</summary>
    public const string Reduction = "ToyModels.Reduction";
}
