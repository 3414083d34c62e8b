namespace ToyModels;

/// <summary>
/// One toy model and how it is trained. The defaults are those of Elhage et al. 2022 and its public notebook: ReLU output,
/// importance 1, AdamW at learning rate 1e-3, batches of 1024, 10 000 steps, Xavier-normal weights, zero biases.
/// </summary>
public sealed record ToyModelOptions
{
    /// <summary>Number of steps where neither <see cref="Steps"/> nor <see cref="Epochs"/> is given.</summary>
    public const int DefaultSteps = 10_000;

    // Trainers keep weights and biases in one array, up to a whole number of vectors.
    private static readonly int _mostParameters = Array.MaxLength / Lanes.Count * Lanes.Count;

    /// <summary>The forward pass; default <see cref="ToyModelKind.ReluOutput"/>.</summary>
    public ToyModelKind Kind { get; init => field = Guard.Defined(value, nameof(Kind)); } = ToyModelKind.ReluOutput;

    /// <summary>Number of hidden dimensions m, at least 1. m below the number of features n makes a bottleneck.</summary>
    public required int Hidden { get; init => field = Guard.AtLeast(value, 1, nameof(Hidden)); }

    /// <summary>The importances I_i; null takes those that the data carry, and 1 where they carry none.</summary>
    public Importance? Importance { get; init; }

    /// <summary>Number of optimiser steps, at least 1; null means <see cref="DefaultSteps"/> unless <see cref="Epochs"/> is given. Not both.</summary>
    public int? Steps { get; init => field = value is { } v ? Guard.AtLeast(v, 1, nameof(Steps)) : null; }

    /// <summary>Number of passes over the rows, at least 1, in place of <see cref="Steps"/>.</summary>
    public int? Epochs { get; init => field = value is { } v ? Guard.AtLeast(v, 1, nameof(Epochs)) : null; }

    /// <summary>Rows a step, at least 1; default 1024.</summary>
    public int BatchSize { get; init => field = Guard.AtLeast(value, 1, nameof(BatchSize)); } = 1024;

    /// <summary>The step rule; default AdamW at 1e-3 with weight decay 0.01.</summary>
    public OptimizerOptions Optimizer { get; init => field = value ?? throw new ArgumentNullException(nameof(Optimizer)); } = OptimizerOptions.AdamW;

    /// <summary>The loss that is minimised and reported; default <see cref="LossReduction.SumOverFeatures"/>.</summary>
    public LossReduction Reduction { get; init => field = Guard.Defined(value, nameof(Reduction)); } = LossReduction.SumOverFeatures;

    /// <summary>Independent trainings from different initial weights, at least 1; the one of lowest evaluation loss is kept. Default 1.</summary>
    public int Restarts { get; init => field = Guard.AtLeast(value, 1, nameof(Restarts)); } = 1;

    /// <summary>Seed of the initial weights and of shuffling; null draws one, which the result tells.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Steps at which the model is kept beside the last one, in each restart: see <see cref="RestartResult.Snapshots"/>. From 0, the initial weights,
    /// to the last step; with <see cref="Epochs"/>, steps that the rows do not last for are never reached. They change no bit of the training, and
    /// cost a copy of the weights each. Null, the default, for none; an empty list is null.
    /// </summary>
    public SnapshotSteps? Snapshots { get; init => field = value is { Count: 0 } ? null : value; }

    /// <summary>Throws where options contradict each other.</summary>
    /// <exception cref="ArgumentException">
    /// Both <see cref="Steps"/> and <see cref="Epochs"/> are given, or <see cref="Snapshots"/> go beyond the last step.
    /// </exception>
    public void Validate()
    {
        if (Steps is not null && Epochs is not null)
        {
            throw new ArgumentException($"Steps ({Steps}) and Epochs ({Epochs}) are both given; give one of them.", nameof(Steps));
        }

        var last = Steps ?? DefaultSteps;
        if (Epochs is null && Snapshots is { } snapshots && snapshots[^1] > last)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Snapshots asks for step {snapshots[^1]}, but the training ends at step {last}. Give steps from 0 to {last}, or more Steps."),
                nameof(Snapshots));
        }
    }

    /// <summary>Throws where options contradict each other, or cannot be had for so many features.</summary>
    /// <param name="featureCount">Number of features n, at least 1.</param>
    /// <exception cref="ArgumentException">
    /// As in <see cref="Validate()"/>; importances are given for another number of features; or the n·m weights
    /// and n biases are more numbers than one array can hold.
    /// </exception>
    public void Validate(int featureCount)
    {
        Validate();
        Guard.AtLeast(featureCount, 1);
        Importance?.Resolve(featureCount);
        if (((long)featureCount * Hidden) + featureCount is var parameters && parameters > _mostParameters)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Hidden is {Hidden}: with {featureCount} features that makes {parameters} weights and biases, ")
                + FormattableString.Invariant($"and a model can have at most {_mostParameters}. Use fewer hidden dimensions or fewer features."),
                nameof(featureCount));
        }
    }
}
