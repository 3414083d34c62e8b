using Microsoft.ML;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>TorchSharp in the catalog of toy models.</summary>
public static class TorchSharpExtensions
{
    /// <summary>A trainer on TorchSharp, for <see cref="ToyModelEstimatorOptions.Trainer"/>, <see cref="ToyModelsCatalog.FitMany"/> and <see cref="SweepOptions.Trainer"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="device">
    /// "cpu", "cuda", or "cuda:0", "cuda:1", …; null for what <see cref="MLContext.GpuDeviceId"/> and <see cref="MLContext.FallbackToCpu"/> tell
    /// when the training begins. It is logged, and never saved in a model.
    /// </param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public static TorchSharpTrainer TorchSharpTrainer(this ToyModelsCatalog catalog, string? device = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new TorchSharpTrainer(device, catalog.MlContext);
    }

    /// <summary>A torch module of one's own, trained to reconstruct any fixed-size Vector&lt;Single&gt; column.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="contractName">Names the factory in saved models; see <see cref="TorchModuleEstimatorOptions.ContractName"/>.</param>
    /// <param name="create">Makes the module: input [batch, n], output [batch, n].</param>
    /// <param name="reconstructionColumnName">Output column for x', a vector of n.</param>
    /// <param name="featureColumnName">Input column x, a vector of n.</param>
    /// <param name="steps">Optimiser steps, at least 1.</param>
    /// <param name="seed">Seed of torch's generator while the module is made and trained; null draws one from the context.</param>
    /// <exception cref="ArgumentException">A value is out of range, or a name is empty.</exception>
    public static TorchModuleEstimator TorchModule(
        this ToyModelsCatalog catalog,
        string contractName,
        Func<nn.Module<Tensor, Tensor>> create,
        string reconstructionColumnName = "Reconstruction",
        string featureColumnName = "Features",
        int steps = ToyModelOptions.DefaultSteps,
        int? seed = null) =>
        catalog.TorchModule(new TorchModuleEstimatorOptions
        {
            ContractName = contractName,
            Create = create,
            ReconstructionColumnName = reconstructionColumnName,
            FeatureColumnName = featureColumnName,
            Steps = steps,
            Seed = seed,
        });

    /// <summary>A torch module of one's own with all its options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">How the module is made, how it is trained, and its columns.</param>
    /// <exception cref="ArgumentException">Options contradict each other, no output column is named, or two have one name.</exception>
    public static TorchModuleEstimator TorchModule(this ToyModelsCatalog catalog, TorchModuleEstimatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new TorchModuleEstimator(catalog.MlContext, options);
    }

    /// <summary>
    /// Tells the context how to make the module of a saved model: a file holds numbers and the contract name, never code. Making an estimator with
    /// <see cref="TorchModule(ToyModelsCatalog, TorchModuleEstimatorOptions)"/> tells it too.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="contractName">The name under which the module was fitted; the last factory of a name counts.</param>
    /// <param name="create">Makes the module.</param>
    /// <returns>The same catalog.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static ToyModelsCatalog RegisterTorchModule(this ToyModelsCatalog catalog, string contractName, Func<nn.Module<Tensor, Tensor>> create)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(create);
        ModuleFile.Register(catalog.MlContext.ComponentCatalog, OutputColumns.RequireName(contractName, nameof(contractName)), create);
        return catalog;
    }
}
