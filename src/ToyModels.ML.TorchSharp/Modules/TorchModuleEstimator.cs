using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>Fits a torch module of one's own, n values in and n values out, to reconstruct a feature column.</summary>
/// <remarks>
/// <para>To create this estimator, use <see cref="TorchSharpExtensions.TorchModule(ToyModelsCatalog, TorchModuleEstimatorOptions)"/> or its overload.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Representation learning; no label</description></item>
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes</description></item>
/// <item><term>Input column data type</term><description>Vector of Single of fixed size n, dense or sparse, without NaN or infinity</description></item>
/// <item><term>Output column data types</term><description>Reconstruction: Vector of Single of size n. Hidden: Vector of Single. Loss: Single. As far as they are named</description></item>
/// <item><term>Is normalization required?</term><description>No</description></item>
/// <item><term>Is caching required?</term><description>No: up to 64 MB of rows are kept by the estimator itself, larger views are read again in every pass</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>This one, and the native library of torch: libtorch-cpu-linux-x64, TorchSharp-cuda-linux or their like</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// <para>The loss of a row is Σ_i I_i (x_i − x'_i)², or its mean over features; importances come from the options, else from the column's annotations, else
/// they are 1. Step s uses rows s·B … s·B+B−1 of the stream of passes over the view, as for <see cref="ToyModelEstimator"/>. Modules are trained one at a time in
/// a process, since torch has one generator of random numbers for all. The module is in training mode
/// while it is trained, and in evaluation mode ever after.</para>
/// </remarks>
public sealed class TorchModuleEstimator : IEstimator<TorchModuleTransformer>
{
    private readonly MLContext _mlContext;
    private readonly OutputColumns _columns;

    internal TorchModuleEstimator(MLContext mlContext, TorchModuleEstimatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Schedule.Validate();
        _ = new DeviceChoice(options.Device, mlContext);
        if (options.HiddenColumnName is not null && options.HiddenModule is null)
        {
            throw new ArgumentException($"HiddenColumnName is '{options.HiddenColumnName}', and HiddenModule is null; name the part of the module whose output it is.");
        }

        _columns = new OutputColumns(options.FeatureColumnName, options.HiddenColumnName, options.ReconstructionColumnName, options.LossColumnName);
        _mlContext = mlContext;
        Options = options with { Seed = options.Seed ?? ((IHostEnvironment)mlContext).Register("ToyModels.Seed").Rand.Next() };
        ModuleFile.Register(mlContext.ComponentCatalog, options.ContractName, options.Create);
    }

    /// <summary>The options, seed resolved.</summary>
    public TorchModuleEstimatorOptions Options { get; }

    /// <summary>Makes and trains the module.</summary>
    /// <param name="input">The rows.</param>
    /// <returns>The trained module.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a fixed-size vector of Single.</exception>
    /// <exception cref="ArgumentException">The module has other shapes, no parameters, or no part of a name that is told; or importances are given for another number of features.</exception>
    /// <exception cref="DllNotFoundException">TorchSharp's native library is missing; the message names the package to add.</exception>
    /// <exception cref="InvalidDataException">The view is empty, or a row holds NaN or infinity.</exception>
    /// <exception cref="InvalidOperationException">The training diverged, or the device is not there.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first step.</exception>
    public TorchModuleTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (samples, names) = ViewSamples.Of(input, _columns.Features, Options.Shuffle);
        var (module, result) = new ModuleTraining(_mlContext, Options).Run(samples);
        return new TorchModuleTransformer(Options.ContractName, module, Options.HiddenModule, Options.FeatureLayer, _columns, names, result);
    }

    /// <summary>The schema that the fitted transformer will deliver.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a fixed-size vector of Single.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaErrors.RequireFeatures(inputSchema, _columns.Features);
        return Shapes.WithModelColumns(_mlContext, inputSchema, _columns, hasWeights: Options.FeatureLayer is not null);
    }
}
