using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// A trained toy model as a step of a pipeline: adds h, x' and the row's loss to the rows that pass. Immutable and thread-safe; saved and
/// loaded by <c>mlContext.Model</c>, the loading context having been asked for <see cref="ToyModelsExtensions.ToyModels(MLContext)"/> once.
/// </summary>
public sealed class ToyModelTransformer : ITransformer
{
    private readonly Lazy<ModelMetrics> _metrics;

    internal ToyModelTransformer(TrainingResult result, OutputColumns columns, ImmutableArray<string> featureNames)
    {
        Result = result;
        Columns = columns;
        FeatureNames = featureNames;
        _metrics = new Lazy<ModelMetrics>(() => Measure(null));
    }

    /// <summary>The model itself: weights W, bias b, and the forward pass.</summary>
    public ToyModel Model => Result.Model;

    /// <summary>How the model came about: options, importances, densities, all restarts.</summary>
    public TrainingResult Result { get; }

    /// <summary>Every measure of the model's geometry, with the default thresholds.</summary>
    public ModelMetrics Metrics => _metrics.Value;

    /// <summary>The recorded batch losses of the best restart.</summary>
    public ImmutableArray<LossPoint> LossHistory => Result.Best.LossHistory;

    /// <summary>The seed that was used.</summary>
    public int Seed => Result.Seed;

    /// <summary>Why the training stopped.</summary>
    public StopReason StopReason => Result.Best.StopReason;

    /// <summary>Loss on the fixed evaluation sample, in the training's reduction.</summary>
    public float EvaluationLoss => Result.Best.EvaluationLoss;

    /// <summary>n names of the features: the slot names of the data, or F0, F1, …</summary>
    public ImmutableArray<string> FeatureNames { get; }

    /// <summary>Input column x.</summary>
    public string FeatureColumnName => Columns.Features;

    /// <summary>Output column for h; null for none.</summary>
    public string? HiddenColumnName => Columns.Hidden;

    /// <summary>Output column for x'; null for none.</summary>
    public string? ReconstructionColumnName => Columns.Reconstruction;

    /// <summary>Output column for the row's loss; null for none.</summary>
    public string? LossColumnName => Columns.Loss;

    /// <summary>True: each row gives one row.</summary>
    public bool IsRowToRowMapper => true;

    internal OutputColumns Columns { get; }

    /// <summary>The schema that <see cref="Transform"/> delivers.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ToyModelMapper(this, inputSchema).OutputSchema;

    /// <summary>Maps single rows.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ToyModelMapper(this, inputSchema);

    /// <summary>
    /// A lazy view of the rows with the model's columns; a column is computed only where it is asked for. A row that holds NaN or infinity is refused
    /// when it is read, by an <see cref="InvalidDataException"/> that names row, column and slot.
    /// </summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ToyModelView(input, new ToyModelMapper(this, input.Schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(ctx, this);

    internal ModelMetrics Measure(MetricsOptions? options) =>
        ModelMetrics.Measure(Model, Result.Importances.AsSpan(), Result.Densities.AsSpan(), options);
}
