using System.Collections.Immutable;
using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>Metrics as tidy tables: scalar columns only, no keys, so that data frames sort and group by them.</summary>
internal static class MetricsTables
{
    internal static IDataView Features(MLContext mlContext, ModelMetrics metrics, ImmutableArray<string> names) =>
        mlContext.Data.LoadFromEnumerable(metrics.Features.Select(f => new FeatureMetricsRow
        {
            Feature = f.Feature,
            Name = names[f.Feature],
            Importance = f.Importance,
            Density = f.Density,
            Bias = f.Bias,
            Norm = f.Norm,
            Interference = f.Interference,
            ExpectedInterference = f.ExpectedInterference,
            Polysemanticity = f.Polysemanticity,
            Dimensionality = f.Dimensionality,
            Component = f.Component,
            Label = f.Label,
        }).ToArray());

    internal static IDataView Pairs(MLContext mlContext, ModelMetrics metrics) =>
        mlContext.Data.LoadFromEnumerable(metrics.Pairs().Select(p => new PairMetricsRow { I = p.I, J = p.J, Dot = p.Dot, Cosine = p.Cosine }));
}
