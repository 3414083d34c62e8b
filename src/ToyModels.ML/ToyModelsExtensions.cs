using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>The way in: everything of this library hangs off <c>mlContext.ToyModels()</c>.</summary>
public static class ToyModelsExtensions
{
    /// <summary>
    /// The catalog of toy models. Asking for it also tells the context how to load saved toy models, so call it once on any context that is
    /// to load one; calling again does no harm.
    /// </summary>
    /// <param name="mlContext">The context.</param>
    public static ToyModelsCatalog ToyModels(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ModelFile.Register(mlContext);
        return new ToyModelsCatalog(mlContext);
    }
}
