using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>Estimators and fitted models that the tests share.</summary>
internal static class Contexts
{
    internal static ToyModelEstimatorOptions AllColumns(FixedTrainer? trainer = null, int hidden = 2) => new()
    {
        Model = new ToyModelOptions { Hidden = hidden, Seed = 5, Steps = 100 },
        ReconstructionColumnName = "Reconstruction",
        LossColumnName = "Loss",
        Trainer = trainer ?? new FixedTrainer(),
    };

    internal static ToyModelTransformer Fit(MLContext ml, ToyModelEstimatorOptions? options = null, IDataView? data = null) =>
        ml.ToyModels().ToyModel(options ?? AllColumns()).Fit(data ?? Views.Dense(ml));

    /// <summary>A fresh context that can load toy models.</summary>
    internal static MLContext Registered()
    {
        var ml = new MLContext();
        ml.ToyModels();
        return ml;
    }

    /// <summary>The exceptions of a chain, outermost first.</summary>
    internal static IEnumerable<Exception> Unfold(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
