using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>
/// Generators, estimators, metrics and evaluation of toy models of superposition; see <see cref="ToyModelsExtensions.ToyModels(MLContext)"/>.
/// </summary>
public sealed class ToyModelsCatalog
{
    private readonly MLContext _mlContext;

    internal ToyModelsCatalog(MLContext mlContext) => _mlContext = mlContext;

    /// <summary>The context that it hangs off, for steps that other assemblies add.</summary>
    internal MLContext MlContext => _mlContext;

    /// <summary>
    /// A view of sparse synthetic features: lazy, repeatable, thread-safe, and at no memory a row, so that "fresh data for every step" is a
    /// view of steps × batch rows.
    /// </summary>
    /// <remarks>
    /// One column, a Vector&lt;Single&gt; of fixed size n with slot names F0, F1, …, annotated with <see cref="ToyModelAnnotations.Density"/>
    /// and, where given, <see cref="ToyModelAnnotations.Importance"/>. Shuffling visits whole blocks of rows in a random order and the rows of
    /// each block in a random order.
    /// </remarks>
    /// <param name="distribution">The features.</param>
    /// <param name="rowCount">Number of rows, at least 1.</param>
    /// <param name="seed">Seed of the rows; null draws one from the context, which is repeatable where the context has a seed.</param>
    /// <param name="importance">Importances that travel with the data; null for none.</param>
    /// <param name="outputColumnName">Name of the column.</param>
    /// <exception cref="ArgumentException">A value is out of range, or importances are given for another number of features.</exception>
    public IDataView Generate(
        FeatureDistribution distribution, long rowCount, int? seed = null, Importance? importance = null, string outputColumnName = "Features")
    {
        ArgumentNullException.ThrowIfNull(distribution);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowCount, 1);
        OutputColumns.RequireName(outputColumnName, nameof(outputColumnName));
        return new GeneratedView(distribution, rowCount, seed ?? DrawSeed(), importance?.Resolve(distribution.Count) ?? default, outputColumnName);
    }

    /// <summary>A toy model: h = Wx, x' = f(Wᵀh + b), trained on any fixed-size Vector&lt;Single&gt; column.</summary>
    /// <param name="hidden">Number of hidden dimensions m, at least 1.</param>
    /// <param name="hiddenColumnName">Output column for h, a vector of m; null for none.</param>
    /// <param name="reconstructionColumnName">Output column for x', a vector of n; null for none.</param>
    /// <param name="lossColumnName">Output column for the row's importance-weighted squared error; null for none.</param>
    /// <param name="featureColumnName">Input column x, a vector of n.</param>
    /// <param name="kind">The forward pass.</param>
    /// <param name="importance">Importances; null takes the data's annotation, and 1 where there is none.</param>
    /// <param name="steps">Optimiser steps, at least 1.</param>
    /// <param name="seed">Seed of initial weights and shuffling; null draws one from the context.</param>
    /// <exception cref="ArgumentException">A value is out of range, no output column is named, or two have one name.</exception>
    public ToyModelEstimator ToyModel(
        int hidden,
        string? hiddenColumnName = "Hidden",
        string? reconstructionColumnName = null,
        string? lossColumnName = null,
        string featureColumnName = "Features",
        ToyModelKind kind = ToyModelKind.ReluOutput,
        Importance? importance = null,
        int steps = ToyModelOptions.DefaultSteps,
        int? seed = null) =>
        ToyModel(new ToyModelEstimatorOptions
        {
            Model = new ToyModelOptions { Hidden = hidden, Kind = kind, Importance = importance, Steps = steps, Seed = seed },
            HiddenColumnName = hiddenColumnName,
            ReconstructionColumnName = reconstructionColumnName,
            LossColumnName = lossColumnName,
            FeatureColumnName = featureColumnName,
        });

    /// <summary>A toy model with all its options.</summary>
    /// <param name="options">The model, its training, and the columns.</param>
    /// <exception cref="ArgumentException">Options contradict each other, no output column is named, or two have one name.</exception>
    public ToyModelEstimator ToyModel(ToyModelEstimatorOptions options) => new(_mlContext, options);

    /// <summary>Fits many models in one call of the trainer, side by side: the way to run a sweep.</summary>
    /// <param name="fits">The models and their data, at least one. Trainer, progress and cancellation are given here, not in their options.</param>
    /// <param name="trainer">Trains them; null for <see cref="ToyModelTrainer"/>.</param>
    /// <param name="progress">Receives progress, from worker threads; <see cref="TrainingProgress.Instance"/> counts <paramref name="fits"/>.</param>
    /// <param name="cancellationToken">Stops all trainings.</param>
    /// <returns>
    /// One transformer for each fit, in their order. A training that diverged comes back with <see cref="StopReason.Diverged"/> and a warning in the log.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A feature column is missing or is not a fixed-size vector of Single.</exception>
    /// <exception cref="InvalidDataException">A view is empty, or a row holds NaN or infinity.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first step of some model.</exception>
    public IReadOnlyList<ToyModelTransformer> FitMany(
        IReadOnlyList<ToyModelFit> fits,
        IToyModelTrainer? trainer = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fits);
        if (fits.Count == 0)
        {
            throw new ArgumentException("fits is empty; give at least one model to fit.", nameof(fits));
        }

        for (var i = 0; i < fits.Count; i++)
        {
            if (fits[i].Options is { } o && (o.Trainer is not null || o.Progress is not null || o.CancellationToken.CanBeCanceled))
            {
                throw new ArgumentException(
                    $"fits[{i}].Options gives a trainer, progress or cancellation token of its own; FitMany trains all models in one call: give them to it.",
                    nameof(fits));
            }
        }

        return new Fitting(_mlContext, trainer, progress, cancellationToken).Run([.. fits.Select(f => (new ToyModelEstimator(_mlContext, f.Options), f.Data))]);
    }

    /// <summary>Trains a model for every combination of sizes, kinds, importances, densities and seeds, many at the same time.</summary>
    /// <remarks>
    /// The same sweep gives the same bits, however many are trained at the same time, and whether or not some were taken up from
    /// <see cref="SweepOptions.Folder"/>. Open the models as tables with <see cref="ModelMetrics"/> and
    /// <see cref="FeatureMetrics(IReadOnlyList{ToyModelTransformer}, MetricsOptions?)"/>.
    /// </remarks>
    /// <param name="options">The sweep.</param>
    /// <returns>
    /// One transformer a cell, in the order of <see cref="SweepOptions.Cells"/>, with columns Features, Hidden and Reconstruction. A training that
    /// diverged comes back with <see cref="StopReason.Diverged"/> and a warning in the log.
    /// </returns>
    /// <exception cref="ArgumentException">A list is empty, or a value is out of range: told before any model is trained.</exception>
    /// <exception cref="InvalidDataException">The folder holds another sweep, other things, or a damaged cell.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was finished is in the folder.</exception>
    public IReadOnlyList<ToyModelTransformer> Sweep(SweepOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var cells = options.Validate();
        var fitted = new ToyModelTransformer[cells.Length];
        Sweeping.Run(_mlContext, options, cells, (cell, model) => fitted[cell.Number] = model);
        return fitted;
    }

    /// <summary>
    /// Trains the models of a sweep and hands each over when it is finished, keeping none: memory for those that are in training, however many there
    /// are. The models are those of <see cref="Sweep(SweepOptions)"/>, to the bit.
    /// </summary>
    /// <param name="options">The sweep.</param>
    /// <param name="finished">
    /// Receives each cell with its model: those of <see cref="SweepOptions.Folder"/> first, then the others in the order in which they are finished,
    /// which differs from call to call. It is called from worker threads, one call at a time; what it throws ends the sweep.
    /// </param>
    /// <exception cref="ArgumentException">A list is empty, or a value is out of range: told before any model is trained.</exception>
    /// <exception cref="InvalidDataException">The folder holds another sweep, other things, or a damaged cell.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was finished is in the folder.</exception>
    public void Sweep(SweepOptions options, Action<SweepCell, ToyModelTransformer> finished)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(finished);
        Sweeping.Run(_mlContext, options, options.Validate(), finished);
    }

    /// <summary>Measures every feature of a model: one row a feature.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    /// <returns>A view with the columns of <see cref="FeatureMetricsRow"/>.</returns>
    public IDataView FeatureMetrics(ToyModelTransformer model, MetricsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return MetricsTables.Features(_mlContext, model.Measure(options), model.FeatureNames);
    }

    /// <summary>Measures every feature of many models, such as those of a sweep: one row a feature of a model.</summary>
    /// <param name="models">The models; column Model counts them.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    /// <returns>A view with the columns of <see cref="ModelFeatureMetricsRow"/>: how each model was made, and its feature's metrics.</returns>
    public IDataView FeatureMetrics(IReadOnlyList<ToyModelTransformer> models, MetricsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        return MetricsTables.Features(_mlContext, models, options);
    }

    /// <summary>Measures many models, such as those of a sweep: one row a model.</summary>
    /// <param name="models">The models; column Model counts them.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    /// <returns>A view with the columns of <see cref="ModelMetricsRow"/>: how each model was made, and what came of it.</returns>
    public IDataView ModelMetrics(IReadOnlyList<ToyModelTransformer> models, MetricsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        return MetricsTables.Models(_mlContext, models, options);
    }

    /// <summary>A pipeline step that turns the rows of a model's output into one row a feature.</summary>
    /// <param name="inputColumnName">Any column that the toy model before it adds.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    public FeatureMetricsEstimator FeatureMetrics(string inputColumnName = "Hidden", MetricsOptions? options = null) =>
        new(_mlContext, inputColumnName, options ?? new MetricsOptions());

    /// <summary>A pipeline step that tells, row by row, what each feature receives from the others: Σ_{j≠i} W_i·W_j x_j.</summary>
    /// <param name="outputColumnName">Output column, a vector of n.</param>
    /// <param name="modelColumnName">Any column that the toy model before it adds.</param>
    /// <param name="featureColumnName">The column x that the model reads, a vector of n.</param>
    public ReceivedInterferenceEstimator ReceivedInterference(
        string outputColumnName = "Interference", string modelColumnName = "Hidden", string featureColumnName = "Features") =>
        new(_mlContext, outputColumnName, modelColumnName, featureColumnName);

    /// <summary>A pipeline step that sets or scales single features of every row.</summary>
    /// <param name="interventions">What is done, in this order; at least one.</param>
    /// <param name="outputColumnName">Output column; may take the place of the input.</param>
    /// <param name="inputColumnName">Input column, a fixed-size Vector&lt;Single&gt;; null for <paramref name="outputColumnName"/>.</param>
    /// <exception cref="ArgumentException">There is no intervention.</exception>
    public FeatureInterventionEstimator Intervene(
        IEnumerable<FeatureIntervention> interventions, string outputColumnName = "Features", string? inputColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(interventions);
        return new(_mlContext, [.. interventions], outputColumnName, inputColumnName ?? outputColumnName);
    }

    /// <summary>A pipeline step that sets single features of every row to 0.</summary>
    /// <param name="features">Numbers of the features, from 0; at least one.</param>
    /// <param name="outputColumnName">Output column; may take the place of the input.</param>
    /// <param name="inputColumnName">Input column, a fixed-size Vector&lt;Single&gt;; null for <paramref name="outputColumnName"/>.</param>
    /// <exception cref="ArgumentException">There is no feature, or a number is negative.</exception>
    public FeatureInterventionEstimator Ablate(IEnumerable<int> features, string outputColumnName = "Features", string? inputColumnName = null) =>
        Intervene(features.Select(f => FeatureIntervention.Set(f, 0)), outputColumnName, inputColumnName);

    /// <summary>A pipeline step that sets single features of every row to 0.</summary>
    /// <param name="slotNames">Slot names of the features; at least one.</param>
    /// <param name="outputColumnName">Output column; may take the place of the input.</param>
    /// <param name="inputColumnName">Input column, a fixed-size Vector&lt;Single&gt;; null for <paramref name="outputColumnName"/>.</param>
    /// <exception cref="ArgumentException">There is no feature, or a name is empty.</exception>
    public FeatureInterventionEstimator Ablate(IEnumerable<string> slotNames, string outputColumnName = "Features", string? inputColumnName = null) =>
        Intervene(slotNames.Select(n => FeatureIntervention.Set(n, 0)), outputColumnName, inputColumnName);

    /// <summary>Measures how every two features of a model meet: one row a pair, n(n−1)/2 rows.</summary>
    /// <param name="model">The model.</param>
    /// <returns>A view with the columns of <see cref="PairMetricsRow"/>.</returns>
    public IDataView PairMetrics(ToyModelTransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return MetricsTables.Pairs(_mlContext, model.Metrics);
    }

    /// <summary><see cref="FeatureMetrics(ToyModelTransformer, MetricsOptions?)"/> as a data frame, all rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    public DataFrame FeatureMetricsFrame(ToyModelTransformer model, MetricsOptions? options = null) => FeatureMetrics(model, options).ToDataFrame(-1);

    /// <summary><see cref="FeatureMetrics(IReadOnlyList{ToyModelTransformer}, MetricsOptions?)"/> as a data frame, all rows.</summary>
    /// <param name="models">The models.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    public DataFrame FeatureMetricsFrame(IReadOnlyList<ToyModelTransformer> models, MetricsOptions? options = null) =>
        FeatureMetrics(models, options).ToDataFrame(-1);

    /// <summary><see cref="ModelMetrics"/> as a data frame, all rows.</summary>
    /// <param name="models">The models.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    public DataFrame ModelMetricsFrame(IReadOnlyList<ToyModelTransformer> models, MetricsOptions? options = null) =>
        ModelMetrics(models, options).ToDataFrame(-1);

    /// <summary><see cref="PairMetrics"/> as a data frame, all rows.</summary>
    /// <param name="model">The model.</param>
    public DataFrame PairMetricsFrame(ToyModelTransformer model) => PairMetrics(model).ToDataFrame(-1);

    /// <summary>Evaluates a model on the rows that it transformed.</summary>
    /// <param name="transformed">A view that a toy model has transformed, with its reconstruction.</param>
    /// <param name="featureColumnName">The column x that went in.</param>
    /// <param name="reconstructionColumnName">The column x' that came out.</param>
    /// <param name="options">Thresholds of the geometry; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The reconstruction does not come directly from a toy model.</exception>
    /// <exception cref="InvalidDataException">The view is empty, or a row holds NaN or infinity.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Everything hangs off an instance of the catalog, as in ML.NET.")]
    public ToyModelEvaluation Evaluate(
        IDataView transformed, string featureColumnName = "Features", string reconstructionColumnName = "Reconstruction", MetricsOptions? options = null) =>
        Evaluator.Evaluate(transformed, featureColumnName, reconstructionColumnName, options);

    private int DrawSeed() => ((IHostEnvironment)_mlContext).Register("ToyModels.Generate").Rand.Next();
}
