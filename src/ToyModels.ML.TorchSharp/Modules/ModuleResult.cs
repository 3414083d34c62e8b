using System.Collections.Immutable;

namespace ToyModels.ML;

/// <summary>What came of the training of a module.</summary>
/// <param name="Importances">n importances as they were used.</param>
/// <param name="Densities">n densities of the data.</param>
/// <param name="Reduction">The loss.</param>
/// <param name="Seed">The seed.</param>
/// <param name="StepsDone">Steps behind it.</param>
/// <param name="StopReason">Why it stopped.</param>
/// <param name="EvaluationLoss">Loss on the fixed evaluation sample.</param>
/// <param name="LossHistory">The recorded batch losses.</param>
internal sealed record ModuleResult(
    ImmutableArray<float> Importances,
    ImmutableArray<float> Densities,
    LossReduction Reduction,
    int Seed,
    int StepsDone,
    StopReason StopReason,
    float EvaluationLoss,
    ImmutableArray<LossPoint> LossHistory);
