using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>One pass over features and reconstructions.</summary>
internal static class Evaluator
{
    private const string ReconstructionRole = "reconstruction";

    internal static ToyModelEvaluation Evaluate(IDataView data, string featureColumn, string reconstructionColumn, MetricsOptions? options)
    {
        ArgumentNullException.ThrowIfNull(data);
        OutputColumns.RequireName(reconstructionColumn, nameof(reconstructionColumn));
        OutputColumns.RequireName(featureColumn, nameof(featureColumn));
        var reconstruction = SchemaErrors.RequireVector(data.Schema, ReconstructionRole, reconstructionColumn);
        var found = AnnotatedModel.Of(reconstruction, nameof(Evaluate));
        var n = found.Model.FeatureCount;
        SchemaErrors.RequireVector(data.Schema, ReconstructionRole, reconstructionColumn, n);
        var features = SchemaErrors.RequireVector(data.Schema, SchemaErrors.FeatureRole, featureColumn, n);
        var losses = new double[n];
        var rows = Sum(data, features, reconstruction, found, losses);
        if (rows == 0)
        {
            throw new InvalidDataException($"Column '{featureColumn}' has no rows; there is nothing to evaluate.");
        }

        var metrics = ModelMetrics.Measure(found.Model, found.Importances.AsSpan(), found.Densities.AsSpan(), options);
        return new ToyModelEvaluation(rows, found.Reduction, [.. losses.Select(l => l / rows)], found.FeatureNames, metrics);
    }

    private static long Sum(IDataView data, DataViewSchema.Column features, DataViewSchema.Column reconstruction, AnnotatedModel model, double[] losses)
    {
        var n = losses.Length;
        var featureRows = new RowReading(features.Name, n, model.FeatureNames);
        var reconstructionRows = new RowReading(reconstruction.Name, n, model.FeatureNames);
        var (x, y) = (new float[n], new float[n]);
        VBuffer<float> row = default;
        using var cursor = data.GetRowCursor([features, reconstruction]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(features);
        var getReconstruction = cursor.GetGetter<VBuffer<float>>(reconstruction);
        var rows = 0L;
        for (; cursor.MoveNext(); rows++)
        {
            getFeatures(ref row);
            featureRows.Require(row, cursor.Position);
            row.CopyTo(x);
            getReconstruction(ref row);
            reconstructionRows.Require(row, cursor.Position);
            row.CopyTo(y);
            ReconstructionLoss.AddPerFeature(x, y, model.Importances.AsSpan(), model.Reduction, losses);
        }

        return rows;
    }
}
