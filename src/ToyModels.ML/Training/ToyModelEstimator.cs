using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>Fits a toy model of superposition: n features through m hidden dimensions and back (Elhage et al. 2022, "Problem setup").</summary>
/// <remarks>
/// <para>To create this estimator, use <see cref="ToyModelsCatalog.ToyModel(ToyModelEstimatorOptions)"/> or its overload.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Representation learning; no label</description></item>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes</description></item>
/// <item><term>Input column data type</term><description>Vector of Single of fixed size n, dense or sparse, without NaN or infinity</description></item>
/// <item><term>Output column data types</term><description>Hidden: Vector of Single of size m. Reconstruction: Vector of Single of size n. Loss: Single. As far as they are named</description></item>
/// <item><term>Is normalization required?</term><description>No; values from 0 to 1 are those of the paper</description></item>
/// <item><term>Is caching required?</term><description>No: up to 64 MB of rows are kept by the estimator itself, larger views are read again in every pass</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>None but this one</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// <para>Scoring function: h = Wx, x' = f(Wᵀh + b), f the identity or ReLU; the loss of a row is Σ_i I_i (x_i − x'_i)², or its mean over features (Elhage
/// et al. 2022, "Problem setup"). A column is computed only where it is asked for, and carries the model's weights as annotations.</para>
/// <para>Importances and densities are taken from the options, else from the column's annotations (<see cref="ToyModelAnnotations"/>), else importance is
/// 1 and density is the fraction of non-zeros in a pass over the rows.</para>
/// <para>Training: step s uses rows s·B … s·B+B−1 of the stream of passes over the view, through one cursor, in order. Sparse rows are read in time
/// proportional to their non-zeros. Memory does not grow with the number of rows.</para>
/// </remarks>
/// <example>
/// <code>
/// var mlContext = new MLContext();
///
/// // Five features, each present in one row of five.
/// var data = mlContext.ToyModels().Generate(new FeatureDistribution(count: 5, density: 0.2f), rowCount: 2000 * 1024, seed: 1);
/// var model = mlContext.ToyModels().ToyModel(hidden: 2, lossColumnName: "Loss", steps: 2000, seed: 1).Fit(data);
///
/// // The model adds two columns: Hidden, a vector of two, and Loss.
/// var rows = mlContext.Data.TakeRows(model.Transform(data), 3);
/// foreach (var (hidden, loss) in rows.GetColumn&lt;float[]&gt;("Hidden").Zip(rows.GetColumn&lt;float&gt;("Loss")))
/// {
///     Console.WriteLine(FormattableString.Invariant($"h = ({hidden[0]:F2}, {hidden[1]:F2}), loss {loss:F2}"));
/// }
/// // Expected output:
/// // h = (0.00, 0.00), loss 0.00
/// // h = (-0.34, 0.41), loss 0.13
/// // h = (0.00, 0.00), loss 0.00
/// </code>
/// </example>
public sealed class ToyModelEstimator : IEstimator<ToyModelTransformer>
{
    internal ToyModelEstimator(MLContext mlContext, ToyModelEstimatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Model.Validate();
        Columns = new OutputColumns(options.FeatureColumnName, options.HiddenColumnName, options.ReconstructionColumnName, options.LossColumnName);
        MlContext = mlContext;
        Options = options.Model.Seed is not null
            ? options
            : options with { Model = options.Model with { Seed = ((IHostEnvironment)mlContext).Register("ToyModels.Seed").Rand.Next() } };
    }

    /// <summary>The options, seed resolved: two fits of one estimator on the same data give the same model.</summary>
    public ToyModelEstimatorOptions Options { get; }

    internal MLContext MlContext { get; }

    internal OutputColumns Columns { get; }

    /// <summary>Trains the model.</summary>
    /// <param name="input">The rows.</param>
    /// <returns>The model of the best restart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a fixed-size vector of Single.</exception>
    /// <exception cref="ArgumentException">Importances are given for another number of features.</exception>
    /// <exception cref="InvalidDataException">The view is empty, or a row holds NaN or infinity.</exception>
    /// <exception cref="InvalidOperationException">The training diverged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first step.</exception>
    public ToyModelTransformer Fit(IDataView input)
    {
        var fitted = new Fitting(MlContext, Options.Trainer, Options.Progress, Options.CancellationToken).Run([(this, input)])[0];
        if (fitted.StopReason == StopReason.Diverged)
        {
            throw new InvalidOperationException(Fitting.Diverged(fitted.Result.Best.StepsDone, Options.Model.Optimizer.LearningRate));
        }

        return fitted;
    }

    /// <summary>The schema that the fitted transformer will deliver.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a fixed-size vector of Single.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaErrors.RequireFeatures(inputSchema, Columns.Features);
        return Shapes.WithModelColumns(MlContext, inputSchema, Columns);
    }
}
