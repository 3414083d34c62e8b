using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>What is worked out: one estimator, on rows that it accepts.</summary>
/// <param name="Estimator">The estimator. It is fitted several times.</param>
/// <param name="Rows">Rows that it can be fitted on and that its transformer can transform; a few dozen do.</param>
public sealed record ContractSubject(IEstimator<ITransformer> Estimator, IDataView Rows)
{
    /// <summary>The columns that the estimator reads: each is taken away, and given each type that must be refused.</summary>
    public IReadOnlyList<InputColumn> Inputs { get; init; } = [];

    /// <summary>Whole inputs that must be refused, for reasons other than the type of a column.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>Makes the context that a saved transformer is loaded in, knowing what it has to know of the extension.</summary>
    public Func<MLContext> LoadingContext { get; init; } = static () => new MLContext();
}

/// <summary>A column that an estimator reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Refused">Types of it that must be refused by estimator and transformer.</param>
public sealed record InputColumn(string Name, params DataViewType[] Refused)
{
    /// <summary>Types that only the fitted transformer must refuse, such as a vector of another size.</summary>
    public IReadOnlyList<DataViewType> RefusedOnceFitted { get; init; } = [];
}

/// <summary>An input that must be refused by every call.</summary>
/// <param name="Input">The input.</param>
/// <param name="Exception">Type of the exception.</param>
/// <param name="Text">What its message must contain.</param>
public sealed record Refusal(IDataView Input, Type Exception, string Text);
