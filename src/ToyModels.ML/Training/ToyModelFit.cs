using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>One model of <see cref="ToyModelsCatalog.FitMany"/>.</summary>
/// <param name="Options">The model and its columns.</param>
/// <param name="Data">The rows that it learns from.</param>
public sealed record ToyModelFit(ToyModelEstimatorOptions Options, IDataView Data);
