using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>Fits a toy model of superposition: n features through m hidden dimensions and back (Elhage et al. 2022, "Problem setup").</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | Known-sized vector of <xref:System.Single>, dense or sparse, without NaN or infinity |
/// | Output column data types | Hidden: known-sized vector of <xref:System.Single>, m; Reconstruction: the same, n; Loss: <xref:System.Single> |
/// | Is normalization required? | No; features of very different scale learn at very different pace |
/// | Is caching required? | No; more passes than one are faster over a cached view |
/// | Required NuGet in addition to Microsoft.ML | ToyModels.ML |
/// | Exportable to ONNX | No |
///
/// ### Scoring function
/// $h = W x$, $x' = f(W^T h + b)$ with f the identity or ReLU, and $loss = \sum_i I_i (x_i - x'_i)^2$, divided by n where the reduction is the mean
/// (Elhage et al. 2022, "Problem setup").
///
/// ### Training
/// Adam or AdamW on the loss; step s uses rows s·B … s·B+B−1 of the stream of passes over the view, through one cursor, in order. Importances and
/// densities are taken from the options, else from the column's annotations (ToyModelAnnotations), else importance is 1 and density is the fraction of
/// non-zeros seen in the first pass. The output columns carry the weights as annotations.
///
/// ### Example
/// ```csharp
/// var model = mlContext.Transforms.Concatenate("Features", "Acidity", "Sugar", "Chlorides", "Sulphates", "Alcohol")
///     .Append(mlContext.Transforms.NormalizeMinMax("Features"))
///     .Append(mlContext.ToyModels().ToyModel(hidden: 3, steps: 500, seed: 1))
///     .Fit(data);
/// ```
/// adds the column Hidden, a Vector<Single, 3>, to the data's own.
/// ]]></format>
/// </remarks>
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
            var at = FormattableString.Invariant($"after step {fitted.Result.Best.StepsDone} with learning rate {Options.Model.Optimizer.LearningRate}");
            throw new InvalidOperationException(
                $"The training diverged {at}: the loss is no longer finite. Try a lower learning rate, or scale the features down.");
        }

        return fitted;
    }

    /// <summary>The schema that the fitted transformer will deliver.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a fixed-size vector of Single.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaErrors.RequireFeatures(inputSchema, Columns.Features);
        return Shapes.WithToyModelColumns(MlContext, inputSchema, Columns);
    }
}
