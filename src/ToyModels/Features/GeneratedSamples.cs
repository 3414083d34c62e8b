using System.Collections.Immutable;

namespace ToyModels;

/// <summary>
/// Rows drawn from a <see cref="FeatureDistribution"/>, at no memory a row. Training reads stream 0 of the seed; the evaluation sample is
/// stream 1, so that no model is judged on rows that it was trained on.
/// </summary>
public sealed class GeneratedSamples : SampleSource
{
    private const int EvaluationStream = 1;

    /// <param name="distribution">What is drawn.</param>
    /// <param name="seed">Seed of the rows.</param>
    /// <param name="rows">Rows of one pass, at least 1; default: never the same row twice.</param>
    /// <param name="importances">n importances that the data carry; default if none.</param>
    public GeneratedSamples(FeatureDistribution distribution, int seed, long rows = long.MaxValue, ImmutableArray<float> importances = default)
    {
        Sampler = new FeatureSampler(distribution, seed);
        Rows = Guard.AtLeast(rows, 1L);
        if (!importances.IsDefault)
        {
            Guard.Length(importances.Length, distribution.Count, nameof(importances), "one for each feature");
        }

        Importances = importances;
    }

    /// <summary>Draws the training rows.</summary>
    public FeatureSampler Sampler { get; }

    /// <summary>Rows of one pass.</summary>
    public long Rows { get; }

    /// <inheritdoc/>
    public override int FeatureCount => Sampler.Distribution.Count;

    /// <inheritdoc/>
    public override long? RowCount => Rows;

    /// <inheritdoc/>
    public override ImmutableArray<float> Importances { get; }

    /// <inheritdoc/>
    public override ImmutableArray<float> Densities => Sampler.Distribution.Densities;

    /// <inheritdoc/>
    public override SampleReader OpenTraining(int? epochs, int seed) => new GeneratedReader(Sampler, Rows, epochs);

    /// <inheritdoc/>
    public override SampleReader OpenEvaluation() =>
        new GeneratedReader(new FeatureSampler(Sampler.Distribution, Sampler.Seed, EvaluationStream), EvaluationRows, epochs: 1);
}
