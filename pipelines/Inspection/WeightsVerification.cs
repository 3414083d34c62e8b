using Microsoft.ML;

namespace ToyModels.Pipelines;

/// <summary>Holds what lies beside a weights file against it: the measures, and the ML.NET models.</summary>
internal static class WeightsVerification
{
    /// <summary>Compares.</summary>
    /// <param name="weights">The weights file.</param>
    /// <param name="folder">What to call its folder; empty for none.</param>
    /// <returns>What differs.</returns>
    public static IEnumerable<string> Compare(string weights, string folder)
    {
        IReadOnlyList<TrainingResult> results;
        try
        {
            results = WeightsFile.Read(weights);
        }
        catch (InvalidDataException e)
        {
            return [e.Message];
        }

        var place = Path.GetDirectoryName(weights)!;
        var prefix = folder.Length == 0 ? "" : $"{folder}/";
        return [.. CompareMeasures(results, Path.Combine(place, "features.csv"), prefix), .. CompareModels(results, Path.Combine(place, "models"), prefix)];
    }

    private static IEnumerable<string> CompareMeasures(IReadOnlyList<TrainingResult> results, string path, string prefix)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        IReadOnlyList<FeatureRow> written = [];
        string? damage = null;
        try
        {
            written = FeaturesCsv.Read(path);
        }
        catch (InvalidDataException e)
        {
            damage = e.Message;
        }

        if (damage is not null)
        {
            yield return damage;
            yield break;
        }

        // Measures have the same bits on every machine, so that nothing less than equality will do.
        List<FeatureRow> recomputed = [.. FeaturesCsv.Rows(results, [.. results.Select(r => ModelMetrics.Measure(r))])];
        if (written.Count != recomputed.Count)
        {
            yield return $"{prefix}features.csv has {written.Count} rows, but the weights give {recomputed.Count}.";
            yield break;
        }

        foreach (var (was, now) in written.Zip(recomputed).Where(pair => pair.First != pair.Second))
        {
            yield return $"{prefix}features.csv tells of instance {was.Instance}, feature {was.Metrics.Feature}: {was.Metrics}, but the weights give {now.Metrics}.";
        }
    }

    private static IEnumerable<string> CompareModels(IReadOnlyList<TrainingResult> results, string folder, string prefix)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        var ml = new MLContext();
        for (var i = 0; i < results.Count; i++)
        {
            var name = FormattableString.Invariant($"{i:000}.zip");
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                yield return $"{prefix}models/{name} is missing.";
                continue;
            }

            if (Difference(ml, path, results[i].Model) is { } difference)
            {
                yield return $"{prefix}models/{name} {difference}";
            }
        }
    }

    private static string? Difference(MLContext ml, string path, ToyModel expected)
    {
        try
        {
            var model = ModelInspection.Load(ml, path).Model;
            return model.Kind == expected.Kind && model.Weights.SequenceEqual(expected.Weights) && model.Bias.SequenceEqual(expected.Bias)
                ? null
                : "holds another model than the weights file.";
        }
        catch (InvalidDataException e)
        {
            return $"cannot be loaded: {e.Message}";
        }
    }
}
