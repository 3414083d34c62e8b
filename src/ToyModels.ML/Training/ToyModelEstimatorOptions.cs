namespace ToyModels.ML;

/// <summary>A toy model as a step of a pipeline: the model, how it is trained, and its columns.</summary>
public sealed record ToyModelEstimatorOptions
{
    /// <summary>The model and how it is trained. Its seed, where null, is drawn from the context when the estimator is made.</summary>
    public required ToyModelOptions Model { get; init => field = value ?? throw new ArgumentNullException(nameof(Model)); }

    /// <summary>Output column for h = Wx, a Vector&lt;Single&gt; of m; null for none. Default "Hidden".</summary>
    public string? HiddenColumnName { get; init; } = "Hidden";

    /// <summary>Output column for x' = f(Wᵀh + b), a Vector&lt;Single&gt; of n; null for none. Default null.</summary>
    public string? ReconstructionColumnName { get; init; }

    /// <summary>Output column for the row's importance-weighted squared error, in the training's reduction, a Single; null for none. Default null.</summary>
    public string? LossColumnName { get; init; }

    /// <summary>Input column x, a Vector&lt;Single&gt; of fixed size n, dense or sparse. Default "Features".</summary>
    public string FeatureColumnName { get; init; } = "Features";

    /// <summary>Whether each pass over the rows comes in an order of its own, derived from the seed, where the view can shuffle. Default false.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Trains the model; null for <see cref="ToyModelTrainer"/>.</summary>
    public IToyModelTrainer? Trainer { get; init; }

    /// <summary>Receives progress, from worker threads; null for none.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Stops the training. Before its first step Fit throws <see cref="OperationCanceledException"/>; later it returns the model reached by
    /// then, with <see cref="StopReason.Cancelled"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }
}
