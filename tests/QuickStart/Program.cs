using Microsoft.ML;
using ToyModels;
using ToyModels.ML;

var mlContext = new MLContext();
var toy = mlContext.ToyModels();

// Five features, each present in one row of twenty, fresh in every one of 10 000 steps of 1024 rows: the view costs no memory.
var data = toy.Generate(new FeatureDistribution(count: 5, density: 0.05f), rowCount: 10_000 * 1024, seed: 1);

// Squeezed through two dimensions; the best of three restarts is kept.
var model = toy.ToyModel(new() { Model = new() { Hidden = 2, Restarts = 3, Seed = 1 }, ReconstructionColumnName = "Reconstruction" }).Fit(data);
var evaluation = toy.Evaluate(model.Transform(toy.Generate(new FeatureDistribution(5, 0.05f), rowCount: 10_000, seed: 2)));
Console.WriteLine($"{evaluation.FeaturesRepresented} features in 2 dimensions, loss {evaluation.Loss:F4}");

// A model file like any other of ML.NET's; its metrics, one row a feature, open as a DataFrame.
mlContext.Model.Save(model, data.Schema, "pentagon.zip");
var loaded = (ToyModelTransformer)mlContext.Model.Load("pentagon.zip", out _);
foreach (var feature in toy.FeatureMetricsFrame(loaded).OrderByDescending("Norm").Rows)
{
    Console.WriteLine($"{feature["Name"]}: norm {feature["Norm"]:F2}, dimensionality {feature["Dimensionality"]:F3}, {feature["Label"]}");
}
