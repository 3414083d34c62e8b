using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Trained instances in words and as JSON.</summary>
internal static class InstanceText
{
    /// <summary>One line an instance.</summary>
    public static void WriteTo(IAnsiConsole console, IReadOnlyList<TrainingResult> results)
    {
        console.Line($"{results.Count} {(results.Count == 1 ? "model" : "models")}, n = {results[0].Model.FeatureCount}, m = {results[0].Model.HiddenCount}");
        for (var i = 0; i < results.Count; i++)
        {
            var result = results[i];
            var metrics = ModelMetrics.Measure(result);
            console.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{i,4}  {ToyModelKinds.Name(result.Model.Kind),-12} 1 − S = {Densities(result),-8} seed {result.Seed,-11} {result.Best.StepsDone,6} steps ({result.Best.StopReason.ToString().ToLowerInvariant()})  loss {result.Best.EvaluationLoss:0.000e+0}  {metrics.FeaturesRepresented,4} features  ‖W‖² {metrics.SquaredFrobeniusNorm:0.00}"));
        }
    }

    /// <summary>An instance as an object.</summary>
    public static JsonNode ToJson(TrainingResult result)
    {
        var metrics = ModelMetrics.Measure(result);
        return new JsonObject
        {
            ["options"] = ToyModelJson.Write(result.Options),
            ["features"] = result.Model.FeatureCount,
            ["seed"] = result.Seed,
            ["stepsDone"] = result.Best.StepsDone,
            ["stopReason"] = result.Best.StopReason.ToString().ToLowerInvariant(),
            ["evaluationLoss"] = float.IsFinite(result.Best.EvaluationLoss) ? result.Best.EvaluationLoss : null,
            ["featuresRepresented"] = metrics.FeaturesRepresented,
            ["squaredFrobeniusNorm"] = metrics.SquaredFrobeniusNorm,
        };
    }

    private static string Densities(TrainingResult result)
    {
        var (least, most) = (result.Densities.Min(), result.Densities.Max());
        return least == most
            ? least.ToString("0.#####", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{least:0.#####} … {most:0.#####}");
    }
}
