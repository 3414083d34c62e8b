namespace ToyModels.ML;

/// <summary>One model of a sweep: what it is trained on, and how.</summary>
/// <param name="Number">Its number in the sweep, from 0.</param>
/// <param name="Distribution">The features.</param>
/// <param name="Rows">Rows that are drawn, each used once: steps times batch rows.</param>
/// <param name="Model">The model and its training. Its seed is that of the rows too.</param>
public sealed record SweepCell(int Number, FeatureDistribution Distribution, long Rows, ToyModelOptions Model);
