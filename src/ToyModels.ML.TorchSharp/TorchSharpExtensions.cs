using Microsoft.ML;

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
}
