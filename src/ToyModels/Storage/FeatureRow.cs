namespace ToyModels;

/// <summary>One line of <c>features.csv</c>.</summary>
/// <param name="Instance">Number of the instance in its run, from 0.</param>
/// <param name="Model">Its forward pass.</param>
/// <param name="Metrics">The feature's measures.</param>
public readonly record struct FeatureRow(int Instance, ToyModelKind Model, FeatureMetrics Metrics);
