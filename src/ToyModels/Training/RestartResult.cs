using System.Collections.Immutable;

namespace ToyModels;

/// <summary>One of the trainings of an instance.</summary>
/// <param name="Restart">Its number, from 0.</param>
/// <param name="Model">The trained model.</param>
/// <param name="EvaluationLoss">
/// Loss on the fixed evaluation sample, in the training's reduction; +∞ for a training that diverged, NaN never.
/// </param>
/// <param name="StepsDone">Optimiser steps behind <paramref name="Model"/>.</param>
/// <param name="StopReason">Why it stopped.</param>
/// <param name="LossHistory">The recorded batch losses.</param>
public sealed record RestartResult(
    int Restart,
    ToyModel Model,
    float EvaluationLoss,
    int StepsDone,
    StopReason StopReason,
    ImmutableArray<LossPoint> LossHistory)
{
    /// <summary>
    /// The models at the steps of <see cref="ToyModelOptions.Snapshots"/>, in ascending order: those that were reached, and of a training that
    /// diverged those up to <see cref="StepsDone"/>. Empty where none was asked for.
    /// </summary>
    public ImmutableArray<ModelSnapshot> Snapshots { get; init; } = [];
}
