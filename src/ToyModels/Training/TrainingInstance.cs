namespace ToyModels;

/// <summary>One model to train, with the rows that it learns from.</summary>
/// <param name="Options">The model and how it is trained.</param>
/// <param name="Samples">Its rows.</param>
public sealed record TrainingInstance(ToyModelOptions Options, SampleSource Samples);
