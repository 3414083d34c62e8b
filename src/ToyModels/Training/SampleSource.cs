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

    /// <summary>Whole rows that lie in memory. They are not copied, and must not change.</summary>
    /// <param name="values">x of the rows, one after the other: n numbers a row, at least one row.</param>
    /// <param name="features">Number of features n, at least 1.</param>
    /// <param name="shuffle">Whether each pass of a training goes through the rows in an order of its own; default false. The evaluation never does.</param>
    /// <param name="importances">n importances that the data carry; default if none.</param>
    /// <exception cref="ArgumentException">There is no whole number of rows, or none; or importances are not n numbers, zero or positive.</exception>
    /// <exception cref="InvalidDataException">A value is NaN or infinite; the message names row and feature.</exception>
    public static SampleSource FromRows(ReadOnlyMemory<float> values, int features, bool shuffle = false, ImmutableArray<float> importances = default)
    {
        Guard.AtLeast(features, 1);
        return values.Length > 0 && values.Length % features == 0
            ? new DenseRows(values, features, shuffle, importances)
            : throw new ArgumentException($"values has {values.Length} elements; it must have {features} for each row, and at least one row.", nameof(values));
    }

    /// <summary>Rows that lie in memory by their non-zeros, in compressed form (CSR). They are not copied, and must not change.</summary>
    /// <param name="starts">Where each row begins in <paramref name="features"/> and <paramref name="values"/>; one more entry than rows, the last their length.</param>
    /// <param name="features">The features of the non-zeros, from 0 to n−1, ascending within a row.</param>
    /// <param name="values">Their values, as many.</param>
    /// <param name="featureCount">Number of features n, at least 1.</param>
    /// <param name="shuffle">Whether each pass of a training goes through the rows in an order of its own; default false. The evaluation never does.</param>
    /// <param name="importances">n importances that the data carry; default if none.</param>
    /// <exception cref="ArgumentException">There is no row, lengths do not fit, or importances are not n numbers, zero or positive.</exception>
    /// <exception cref="InvalidDataException">
    /// Starts or features do not ascend or are out of range, or a value is NaN or infinite; the message names the row.
    /// </exception>
    public static SampleSource FromSparseRows(
        ReadOnlyMemory<int> starts,
        ReadOnlyMemory<int> features,
        ReadOnlyMemory<float> values,
        int featureCount,
        bool shuffle = false,
        ImmutableArray<float> importances = default)
    {
        Guard.AtLeast(featureCount, 1);
        Guard.Length(values.Length, features.Length, nameof(values), "one for each feature listed");
        if (starts.Length < 2 || starts.Span[0] != 0 || starts.Span[^1] != values.Length)
        {
            throw new ArgumentException(
                $"starts has {starts.Length} entries{(starts.IsEmpty ? "" : $", from {starts.Span[0]} to {starts.Span[^1]}")}; it must have one more than rows, at least two, from 0 to the number of values, {values.Length}.",
                nameof(starts));
        }

        return new SparseRows(starts, features, values, featureCount, shuffle, importances);
    }

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
