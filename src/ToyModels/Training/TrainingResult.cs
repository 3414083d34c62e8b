using System.Collections.Immutable;

namespace ToyModels;

/// <summary>A trained instance: the best of its restarts, and everything that is needed to tell how it came about.</summary>
public sealed class TrainingResult
{
    /// <param name="options">The options as they were used, seed resolved.</param>
    /// <param name="importances">n importances as they were used.</param>
    /// <param name="densities">n densities: the distribution's own, or the fraction of non-zeros seen in the first pass.</param>
    /// <param name="restarts">All restarts in their order, at least one.</param>
    /// <exception cref="ArgumentException">The seed is not resolved, there is no restart, or a length is not n.</exception>
    public TrainingResult(ToyModelOptions options, ImmutableArray<float> importances, ImmutableArray<float> densities, ImmutableArray<RestartResult> restarts)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Seed is not { } seed)
        {
            throw new ArgumentException("options.Seed is null; a result tells the seed that was used.", nameof(options));
        }

        if (restarts.IsDefaultOrEmpty)
        {
            throw new ArgumentException("restarts is empty; a result has at least one.", nameof(restarts));
        }

        var n = restarts[0].Model.FeatureCount;
        Guard.Length(importances.Length, n, nameof(importances), "one for each feature");
        Guard.Length(densities.Length, n, nameof(densities), "one for each feature");
        Options = options;
        Seed = seed;
        Importances = importances;
        Densities = densities;
        Restarts = restarts;
        Best = restarts.MinBy(r => r.EvaluationLoss)!;
    }

    /// <summary>The options as they were used, seed resolved.</summary>
    public ToyModelOptions Options { get; }

    /// <summary>The seed that was used.</summary>
    public int Seed { get; }

    /// <summary>n importances as they were used.</summary>
    public ImmutableArray<float> Importances { get; }

    /// <summary>n densities of the data.</summary>
    public ImmutableArray<float> Densities { get; }

    /// <summary>All restarts in their order.</summary>
    public ImmutableArray<RestartResult> Restarts { get; }

    /// <summary>The restart of lowest evaluation loss; of equals the first.</summary>
    public RestartResult Best { get; }

    /// <summary>The model of the best restart.</summary>
    public ToyModel Model => Best.Model;
}
