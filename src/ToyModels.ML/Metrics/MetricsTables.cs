using System.Collections.Immutable;
using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>Metrics as tidy tables: scalar columns only, no keys, so that data frames sort and group by them.</summary>
internal static class MetricsTables
{
    internal static IDataView Features(MLContext mlContext, ModelMetrics metrics, ImmutableArray<string> names) =>
        mlContext.Data.LoadFromEnumerable(metrics.Features.Select(f => Fill(new FeatureMetricsRow(), f, names)).ToArray());

    internal static IDataView Pairs(MLContext mlContext, ModelMetrics metrics) =>
        mlContext.Data.LoadFromEnumerable(metrics.Pairs().Select(p => new PairMetricsRow { I = p.I, J = p.J, Dot = p.Dot, Cosine = p.Cosine }));

    /// <summary>One row a model.</summary>
    internal static IDataView Models(MLContext mlContext, IReadOnlyList<ToyModelTransformer> models, MetricsOptions? options) =>
        mlContext.Data.LoadFromEnumerable(models.Select((model, number) =>
        {
            var metrics = options is null ? model.Metrics : model.Measure(options);
            return new ModelMetricsRow
            {
                Model = number,
                FeatureCount = model.Model.FeatureCount,
                HiddenCount = model.Model.HiddenCount,
                Kind = ToyModelKinds.Name(model.Model.Kind),
                ImportanceRule = Rule(model.Result.Options.Importance),
                MeanDensity = Mean(model.Result.Densities),
                Seed = model.Seed,
                StepsDone = model.Result.Best.StepsDone,
                StopReason = model.StopReason.ToString(),
                EvaluationLoss = model.EvaluationLoss,
                SquaredFrobeniusNorm = metrics.SquaredFrobeniusNorm,
                DimensionsPerFeature = metrics.DimensionsPerFeature,
                FeaturesRepresented = metrics.FeaturesRepresented,
                ComponentCount = metrics.ComponentCount,
                TotalDimensionality = metrics.TotalDimensionality,
                Coherence = metrics.Coherence,
                WelchBound = metrics.WelchBound,
            };
        }).ToArray());

    /// <summary>One row a feature of a model; rows are made as they are read, for there may be many.</summary>
    internal static IDataView Features(MLContext mlContext, IReadOnlyList<ToyModelTransformer> models, MetricsOptions? options)
    {
        var metrics = models.Select(m => options is null ? m.Metrics : m.Measure(options)).ToArray();
        return mlContext.Data.LoadFromEnumerable(models.SelectMany((model, number) =>
        {
            var (rule, density) = (Rule(model.Result.Options.Importance), Mean(model.Result.Densities));
            return metrics[number].Features.Select(f =>
            {
                var row = Fill(new ModelFeatureMetricsRow(), f, model.FeatureNames);
                row.Model = number;
                row.FeatureCount = model.Model.FeatureCount;
                row.HiddenCount = model.Model.HiddenCount;
                row.Kind = ToyModelKinds.Name(model.Model.Kind);
                row.ImportanceRule = rule;
                row.MeanDensity = density;
                row.Seed = model.Seed;
                return row;
            });
        }));
    }

    private static TRow Fill<TRow>(TRow row, in FeatureMetrics f, ImmutableArray<string> names) where TRow : FeatureMetricsRow
    {
        row.Feature = f.Feature;
        row.Name = names[f.Feature];
        row.Importance = f.Importance;
        row.Density = f.Density;
        row.Bias = f.Bias;
        row.Norm = f.Norm;
        row.Interference = f.Interference;
        row.ExpectedInterference = f.ExpectedInterference;
        row.Polysemanticity = f.Polysemanticity;
        row.Dimensionality = f.Dimensionality;
        row.Component = f.Component;
        row.Label = f.Label;
        return row;
    }

    private static float Mean(ImmutableArray<float> densities) => (float)densities.Average(d => (double)d);

    private static string Rule(Importance? importance) => importance switch
    {
        UniformImportance uniform => FormattableString.Invariant($"uniform {uniform.Value}"),
        GeometricImportance geometric => FormattableString.Invariant($"geometric {geometric.Ratio}"),
        LogSpacedImportance spaced => FormattableString.Invariant($"log-spaced {spaced.First} {spaced.Last}"),
        GivenImportance => "given",
        _ => "data",
    };
}
