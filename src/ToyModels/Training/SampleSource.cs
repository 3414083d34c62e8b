using System.Collections.Immutable;

namespace ToyModels;

/// <summary>The rows that a model learns from. Repeatable and thread-safe: every reader of one source gives the same rows.</summary>
public abstract class SampleSource
{
    /// <summary>Rows of the fixed evaluation sample of generated data.</summary>
    public const int EvaluationRows = 65_536;

    /// <summary>Number of features n.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Rows of one pass; null where only reading tells.</summary>
    public abstract long? RowCount { get; }

    /// <summary>n importances that the data carry; default if none.</summary>
    public virtual ImmutableArray<float> Importances => default;

    /// <summary>n densities that the data carry; default where they are to be counted in the first pass.</summary>
    public virtual ImmutableArray<float> Densities => default;

    /// <summary>Opens the stream of passes over the rows, one after the other.</summary>
    /// <param name="epochs">Number of passes after which the stream ends; null for a stream without end.</param>
    /// <param name="seed">Pass e is shuffled with a seed derived from (seed, e), where the source can and is asked to shuffle.</param>
    public abstract SampleReader OpenTraining(int? epochs, int seed);

    /// <summary>
    /// Opens the fixed sample on which trained models are compared: <see cref="EvaluationRows"/> rows of a stream of their own for
    /// generated data, one pass over the rows otherwise.
    /// </summary>
    public abstract SampleReader OpenEvaluation();
}
