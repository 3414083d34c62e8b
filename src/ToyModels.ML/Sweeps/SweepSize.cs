namespace ToyModels.ML;

/// <summary>A size of the models of a sweep.</summary>
/// <param name="Features">Number of features n, at least 1.</param>
/// <param name="Hidden">Number of hidden dimensions m, at least 1.</param>
public readonly record struct SweepSize(int Features, int Hidden);
