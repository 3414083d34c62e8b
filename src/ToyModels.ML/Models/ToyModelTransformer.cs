using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// A trained toy model as a step of a pipeline: adds h, x' and the row's loss to the rows that pass. Immutable and thread-safe; saved and
/// loaded by <c>mlContext.Model</c>, the loading context having been asked for <see cref="ToyModelsExtensions.ToyModels(MLContext)"/> once.
/// </summary>
/// <remarks>
/// Two transformers are equal when nothing that they do or tell differs, to the last bit: columns, names of the features, options, importances, densities,
/// and of every restart the weights, losses and reason for stopping. <see cref="LibraryVersion"/> does not count. A loaded model equals the saved one.
/// </remarks>
public sealed class ToyModelTransformer : ITransformer, IEquatable<ToyModelTransformer>
{
    private static readonly string _libraryVersion =
        typeof(ToyModelTransformer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly Lazy<ModelMetrics> _metrics;

    internal ToyModelTransformer(TrainingResult result, OutputColumns columns, ImmutableArray<string> featureNames, string? libraryVersion = null)
    {
        Result = result;
        Columns = columns;
        FeatureNames = featureNames;
        LibraryVersion = libraryVersion ?? _libraryVersion;
        Rows = new RowModel
        {
            Columns = columns,
            FeatureNames = featureNames,
            HiddenCount = result.Model.HiddenCount,
            Importances = result.Importances,
            Reduction = result.Options.Reduction,
            Annotated = new AnnotatedModel(result.Model, result.Importances, result.Densities, result.Options.Reduction, featureNames),
            CreateForward = () => new ToyModelForward(result.Model),
            Blocks = result.Model,
        };
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

    /// <summary>The models that the best restart passed through at the steps of <see cref="ToyModelOptions.Snapshots"/>; empty where none was asked for.</summary>
    public ImmutableArray<ModelSnapshot> Snapshots => Result.Best.Snapshots;

    /// <summary>The seed that was used.</summary>
    public int Seed => Result.Seed;

    /// <summary>Why the training stopped.</summary>
    public StopReason StopReason => Result.Best.StopReason;

    /// <summary>Loss on the fixed evaluation sample, in the training's reduction.</summary>
    public float EvaluationLoss => Result.Best.EvaluationLoss;

    /// <summary>n names of the features: the slot names of the data, or F0, F1, …</summary>
    public ImmutableArray<string> FeatureNames { get; }

    /// <summary>The version of ToyModels.ML that trained the model; empty where a file does not tell.</summary>
    public string LibraryVersion { get; }

    /// <summary>The version of the file format that this library writes.</summary>
    public static int FormatVersion => ModelFile.Version;

    /// <summary>The options that the model was trained with, seed resolved.</summary>
    public ToyModelOptions Options => Result.Options;

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

    internal RowModel Rows { get; }

    /// <summary>The schema that <see cref="Transform"/> delivers.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ModelMapper(Rows, inputSchema).OutputSchema;

    /// <summary>Maps single rows.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ModelMapper(Rows, inputSchema);

    /// <summary>
    /// A lazy view of the rows with the model's columns; a column is computed only where it is asked for. A row that holds NaN or infinity is refused
    /// when it is read, by an <see cref="InvalidDataException"/> that names row, column and slot.
    /// </summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedView(input, new ModelMapper(Rows, input.Schema));
    }

    /// <summary>W_i, the direction of a feature in the hidden space.</summary>
    /// <param name="feature">Number of the feature, from 0 to n−1.</param>
    /// <param name="weights">Receives m values; its memory is used again where it suffices.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such feature.</exception>
    public void GetFeatureWeights(int feature, ref VBuffer<float> weights)
    {
        RequireIndex(feature, Model.FeatureCount, "features");
        Copy(Model.Direction(feature), ref weights);
    }

    /// <summary>The weights of a neuron: row k of W, what each feature adds to h_k and takes from it.</summary>
    /// <param name="neuron">Number of the hidden dimension, from 0 to m−1.</param>
    /// <param name="weights">Receives n values; its memory is used again where it suffices.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such neuron.</exception>
    public void GetNeuronWeights(int neuron, ref VBuffer<float> weights)
    {
        RequireIndex(neuron, Model.HiddenCount, "hidden dimensions");
        Copy(Model.WeightsByDimension.Slice(neuron * Model.FeatureCount, Model.FeatureCount), ref weights);
    }

    /// <summary>b, the bias of each feature's output.</summary>
    /// <param name="bias">Receives n values; its memory is used again where it suffices.</param>
    public void GetBias(ref VBuffer<float> bias) => Copy(Model.Bias, ref bias);

    /// <summary>I, the importance of each feature.</summary>
    /// <param name="importance">Receives n values; its memory is used again where it suffices.</param>
    public void GetImportance(ref VBuffer<float> importance) => Copy(Result.Importances.AsSpan(), ref importance);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(ctx, this);

    internal ModelMetrics Measure(MetricsOptions? options) =>
        ModelMetrics.Measure(Model, Result.Importances.AsSpan(), Result.Densities.AsSpan(), options);

    /// <inheritdoc/>
    public bool Equals(ToyModelTransformer? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Columns == other.Columns
            && FeatureNames.SequenceEqual(other.FeatureNames)
            && Options == other.Options
            && Result.Importances.SequenceEqual(other.Result.Importances)
            && Result.Densities.SequenceEqual(other.Result.Densities)
            && Result.Restarts.Length == other.Result.Restarts.Length
            && Result.Restarts.Zip(other.Result.Restarts).All(pair => AreEqual(pair.First, pair.Second)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ToyModelTransformer);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Columns, Options, Model);

    /// <summary>A record compares its lists by place; here their values count.</summary>
    private static bool AreEqual(RestartResult one, RestartResult other) =>
        one with { LossHistory = other.LossHistory, Snapshots = other.Snapshots } == other
        && one.LossHistory.SequenceEqual(other.LossHistory)
        && one.Snapshots.SequenceEqual(other.Snapshots);

    internal static void Copy(ReadOnlySpan<float> values, ref VBuffer<float> destination)
    {
        // A dense vector of the same size is what the last row left: its memory is written to, as an editor would, without making the vector anew.
        var there = destination.GetValues();
        if (there.Length == values.Length && destination.Length == values.Length)
        {
            values.CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(there), there.Length));
            return;
        }

        var editor = VBufferEditor.Create(ref destination, values.Length);
        values.CopyTo(editor.Values);
        destination = editor.Commit();
    }

    private static void RequireIndex(int index, int count, string what, [CallerArgumentExpression(nameof(index))] string? name = null)
    {
        if ((uint)index >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(name, index, $"The model has {count} {what}, numbered from 0 to {count - 1}.");
        }
    }
}
