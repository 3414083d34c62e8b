using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>The example of docs/mlnet.md: what a process does that knows the file of a model alone.</summary>
internal static class WineServing
{
    internal static float Predict(string modelPath)
    {
        #region predict
        var mlContext = new MLContext();
        mlContext.ToyModels(); // tells the context how to load a toy model
        var model = mlContext.Model.Load(modelPath, out _);
        var engine = mlContext.Model.CreatePredictionEngine<Wine, WineScore>(model);
        var quality = engine.Predict(new Wine { Acidity = 7, Sugar = 2, Chlorides = 0.1f, Sulphates = 0.5f, Alcohol = 12 }).Score;
        #endregion
        return quality;
    }
}

#region types
public sealed class Wine
{
    [LoadColumn(0)]
    public float Acidity { get; set; }

    [LoadColumn(1)]
    public float Sugar { get; set; }

    [LoadColumn(2)]
    public float Chlorides { get; set; }

    [LoadColumn(3)]
    public float Sulphates { get; set; }

    [LoadColumn(4)]
    public float Alcohol { get; set; }

    [LoadColumn(5)]
    public float Quality { get; set; }
}

public sealed class WineScore
{
    public float Score { get; set; }
}
#endregion
