using System.Collections.Immutable;

namespace ToyModels.ML;

/// <summary>
/// A sweep: every combination of sizes, kinds, importances, densities and seeds is one model, trained on features of that one density. What
/// defines the models comes first, where and how they are computed after: that changes no bit of them.
/// </summary>
public sealed record SweepOptions
{
    /// <summary>Sizes (n, m), at least one.</summary>
    public required ImmutableArray<SweepSize> Sizes { get; init; }

    /// <summary>Densities p = 1 − S, in [0, 1], at least one.</summary>
    public required ImmutableArray<float> Densities { get; init; }

    /// <summary>Importances, at least one; default 1 for every feature.</summary>
    public ImmutableArray<Importance> Importances { get; init; } = [Importance.Uniform()];

    /// <summary>Forward passes, at least one; default <see cref="ToyModelKind.ReluOutput"/>.</summary>
    public ImmutableArray<ToyModelKind> Kinds { get; init; } = [ToyModelKind.ReluOutput];

    /// <summary>Seeds of rows and initial weights, at least one; default 0.</summary>
    public ImmutableArray<int> Seeds { get; init; } = [0];

    /// <summary>How values that are present are distributed; default <see cref="ValueRange.Unit"/>.</summary>
    public ValueRange Range { get; init; } = ValueRange.Unit;

    /// <summary>Optimiser steps of each model, at least 1; default <see cref="ToyModelOptions.DefaultSteps"/>.</summary>
    public int Steps { get; init; } = ToyModelOptions.DefaultSteps;

    /// <summary>Rows a step, at least 1; default 1024.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>The step rule; default AdamW at 1e-3 with weight decay 0.01.</summary>
    public OptimizerOptions Optimizer { get; init; } = OptimizerOptions.AdamW;

    /// <summary>The loss that is minimised and reported; default <see cref="LossReduction.SumOverFeatures"/>.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.SumOverFeatures;

    /// <summary>Trainings of each model, the best of which is kept, at least 1; default 1.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Steps at which each training keeps its model beside the last one; null, the default, for none: see <see cref="ToyModelOptions.Snapshots"/>.</summary>
    public SnapshotSteps? Snapshots { get; init; }

    /// <summary>
    /// A folder that keeps every finished model; null, the default, for none. A second call with the same definition takes them up and trains the
    /// others alone; the folder of another definition is refused.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Models that are trained at the same time, at least 1; null, the default, for one a core.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Trains the models; null, the default, for <see cref="ToyModelTrainer"/> with one thread a model. It is called from <see cref="Threads"/>
    /// threads at the same time, with <see cref="CellsPerCall"/> models a call.
    /// </summary>
    public IToyModelTrainer? Trainer { get; init; }

    /// <summary>Models a call of the trainer, at least 1; default 1. What a call has not finished is lost when the sweep is cancelled.</summary>
    public int CellsPerCall { get; init; } = 1;

    /// <summary>Receives a report after each model, from worker threads; null, the default, for none.</summary>
    public IProgress<SweepProgress>? Progress { get; init; }

    /// <summary>Stops the sweep: models that are finished stay in the folder, and the call throws.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The cells in their order: sizes, kinds, importances, densities, and seeds fastest.</summary>
    /// <exception cref="ArgumentException">A list is empty, a value is out of range, or importances are given for another number of features.</exception>
    public ImmutableArray<SweepCell> Cells()
    {
        RequireAny(Sizes, nameof(Sizes));
        RequireAny(Densities, nameof(Densities));
        RequireAny(Importances, nameof(Importances));
        RequireAny(Kinds, nameof(Kinds));
        RequireAny(Seeds, nameof(Seeds));
        var cells =
            from size in Sizes
            from kind in Kinds
            from importance in Importances
            from density in Densities
            from seed in Seeds
            select (size, density, new ToyModelOptions
            {
                Kind = kind,
                Hidden = size.Hidden,
                Importance = importance ?? throw new ArgumentException("Importances holds null; give Importance.Uniform() for importance 1.", nameof(Importances)),
                Steps = Steps,
                BatchSize = BatchSize,
                Optimizer = Optimizer,
                Reduction = Reduction,
                Restarts = Restarts,
                Seed = seed,
                Snapshots = Snapshots,
            });
        return [.. cells.Select((cell, number) => Cell(number, cell.size.Features, cell.density, cell.Item3))];
    }

    /// <summary>Throws where something cannot be had.</summary>
    /// <exception cref="ArgumentException">As in <see cref="Cells"/>, or how it is computed is out of range.</exception>
    internal ImmutableArray<SweepCell> Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads ?? 1, 1, nameof(Threads));
        ArgumentOutOfRangeException.ThrowIfLessThan(CellsPerCall, 1, nameof(CellsPerCall));
        if (Folder is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(Folder, nameof(Folder));
        }

        return Cells();
    }

    private SweepCell Cell(int number, int features, float density, ToyModelOptions model)
    {
        model.Validate(features);
        return new SweepCell(number, new FeatureDistribution(features, density, Range), (long)Steps * BatchSize, model);
    }

    private static void RequireAny<T>(ImmutableArray<T> values, string name)
    {
        if (values.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{name} is empty; give at least one.", name);
        }
    }
}
